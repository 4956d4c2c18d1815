// The world of a peer: a homeserver, one person with some chats, and the network of lines. Knows how it is put together; not
// when anybody dies.

import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '../../msnp/support/random.ts';
import { freePort } from '../../support/free-port.ts';
import { HomeserverDouble } from '../../support/homeserver/homeserver.ts';
import { at, MatrixClient } from '../../support/homeserver/matrix-client.ts';
import type { Person } from '../../support/homeserver/person.ts';
import { type End, type History, words } from '../history.ts';
import { type Ended, Life } from '../life.ts';
import { readMatrix } from '../matrix-log.ts';
import { thinking } from '../thinking.ts';
import type { Talker } from '../traffic.ts';
import { PEER_CONFIG, type PeerConfig } from './line.ts';
import { LineNetwork } from './network.ts';

const DOMAIN = 'example.com';
const CHATS = 8;
const HASTE = 0.02;
const AS_TOKEN = 'as-token-of-the-peer';

interface Parts {
  readonly homeserver: HomeserverDouble;
  readonly network: LineNetwork;
  readonly person: Person;
  readonly config: PeerConfig;
  readonly directory: string;
  /** The network wants to know how long the peer of just now had to wait. */
  readonly lives: { now: Life | undefined };
}

export class PeerWorld {
  readonly homeserver: HomeserverDouble;
  readonly network: LineNetwork;
  readonly talkers: readonly Talker[];
  readonly config: PeerConfig;
  readonly asToken = AS_TOKEN;
  readonly #person: Person;
  readonly #lives: Parts['lives'];
  readonly #directory: string;
  readonly #log: number;
  readonly #ends: End[] = [];

  static async build(random: Random, size = CHATS): Promise<PeerWorld> {
    const port = await freePort();
    const registration = {
      id: 'peer',
      url: `http://127.0.0.1:${port}`,
      as_token: AS_TOKEN,
      hs_token: 'hs-token-of-the-peer',
      sender_localpart: 'peerbot',
      rate_limited: false,
      namespaces: { users: [{ regex: `^@peer_.*:${DOMAIN}$`, exclusive: true }], aliases: [], rooms: [] },
    };
    const homeserver = await HomeserverDouble.start({
      serverName: DOMAIN,
      clockFactor: HASTE,
      registration,
      thinkingMs: thinking(random),
    });
    const person = await homeserver.createUser('user');
    const chats: PeerConfig['chats'][number][] = [];
    for (let chat = 0; chat < size; chat++) chats.push(await settleIn(homeserver.url, person, `chat${chat}`));
    const lives: { now: Life | undefined } = { now: undefined };
    const network = new LineNetwork(() => lives.now?.waits ?? { program: 0, database: {} });
    await network.listen();
    const { url: homeserverUrl } = homeserver;
    const config = { homeserverUrl, domain: DOMAIN, registration, port, networkPort: network.port, chats };
    const directory = await mkdtemp(join(tmpdir(), 'peer-crash-'));
    await writeFile(join(directory, PEER_CONFIG), JSON.stringify(config));
    return new PeerWorld({ homeserver, network, person, config, directory, lives });
  }

  private constructor(parts: Parts) {
    this.homeserver = parts.homeserver;
    this.network = parts.network;
    this.config = parts.config;
    this.#person = parts.person;
    this.#directory = parts.directory;
    this.#lives = parts.lives;
    this.#log = openSync(join(parts.directory, 'lives.log'), 'a');
    this.talkers = parts.config.chats.map((chat) => this.#talker(chat));
  }

  /** The life of just now. */
  get life(): Life | undefined {
    return this.#lives.now;
  }

  set life(life: Life) {
    this.#lives.now = life;
  }

  warm(peer: string): Life {
    return new Life({ module: join(import.meta.dirname, `${peer}.ts`), directory: this.#directory, log: this.#log });
  }

  noteEnd({ at: when, how, waits }: Ended, graceMs: number): void {
    this.#ends.push({ at: when, how, graceMs });
    this.network.noteEnd(waits);
  }

  history(): History {
    const chats = this.config.chats.map(
      ({ name, room, ghost }) => [name, { listeners: [name], ghosts: [ghost], rooms: [room] }] as const,
    );
    return {
      chats: new Map(chats),
      ...readMatrix(this.homeserver.rooms(), new Set([this.#person.id])),
      heard: this.network.heard,
      written: this.network.written,
      ends: this.#ends,
      commands: [],
      secrets: { told: 0, shown: 0 },
      waiting: 0,
    };
  }

  async stop(): Promise<void> {
    this.life?.kill('the round is over');
    await this.life?.ended;
    this.network.stop();
    await this.homeserver.stop();
    closeSync(this.#log);
    if (process.env['KEEP_CRASHES'] !== undefined) return;
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }

  #talker({ name, room }: PeerConfig['chats'][number]): Talker {
    let said = 0;
    let spoken = 0;
    const say = async (): Promise<unknown> => this.#person.say(room, words('m2n', name, (said += 1)));
    const speak = async (): Promise<void> => {
      if (this.network.say(name, spoken + 1)) spoken += 1;
    };
    return {
      moves: [
        { weight: 1, make: say },
        { weight: 1, make: speak },
      ],
    };
  }
}

/** A chat, with its ghost in its room. */
async function settleIn(url: string, person: Person, name: string): Promise<PeerConfig['chats'][number]> {
  const ghost = `@peer_${name}:${DOMAIN}`;
  const service = new MatrixClient(url, AS_TOKEN);
  await service.request('POST', '/register', {
    type: 'm.login.application_service',
    username: `peer_${name}`,
    inhibit_login: true,
  });
  const room = await person.createDirect(ghost);
  await service.request('POST', `${at`/join/${room}`}?user_id=${encodeURIComponent(ghost)}`, {});
  return { name, room, ghost };
}
