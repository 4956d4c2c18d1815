// What survives every life of the program: homeserver, MSN server, people on both sides, and what they have seen. Knows
// how it is put together; neither when anybody speaks nor when anybody dies.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { closeSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { NetworkId } from '../../src/bridge/ids.ts';
import { registration } from '../../src/matrix/registration.ts';
import { freePort } from '../support/free-port.ts';
import { HomeserverDouble } from '../support/homeserver/homeserver.ts';
import type { Person } from '../support/homeserver/person.ts';
import { MsnPerson } from '../support/msn-person.ts';
import { MsnServerDouble } from '../support/msn-server/msn-server-double.ts';
import { type End, type Heard, type History, readWords, type Written } from './history.ts';
import { MatrixLog } from './matrix-log.ts';

export const DOMAIN = 'example.com';
export const BOT = `@msnbot:${DOMAIN}`;
export const TOKENS = { as: 'as-token-of-the-crashes', hs: 'hs-token-of-the-crashes' };
const PASSWORD = 'secret';
const PATIENCE_MS = 30_000;

/** One of those who use the bridge. */
export interface User {
  readonly person: Person;
  /** On MSN. */
  readonly address: string;
}

export interface Conversation {
  readonly id: string;
  readonly user: User;
  readonly contact: MsnPerson;
  readonly ghost: string;
  /** Once the user is in it. */
  room: string | undefined;
  said: number;
  spoken: number;
  /** The contact is about to say something. */
  isSpeaking: boolean;
}

export interface WorldOptions {
  readonly users: number;
  /** Of each user. */
  readonly contacts: number;
}

export class World {
  readonly homeserver: HomeserverDouble;
  readonly msn: MsnServerDouble;
  readonly directory: string;
  /** Where the programs write what they say. */
  readonly log: number;
  /** Where the program listens. */
  readonly port: number;
  readonly users: User[] = [];
  readonly conversations: Conversation[] = [];
  readonly ends: End[] = [];
  /** Told of each message that is being written to the bridge. */
  onWritten: (() => void) | undefined;
  readonly #heard: Heard[] = [];
  readonly #written: Written[] = [];
  /** Connections of the bridge to the MSN server, and the life that each belongs to. */
  readonly #lives = new Map<number, number>();
  #newcomers = 0;

  private constructor(parts: { homeserver: HomeserverDouble; msn: MsnServerDouble; directory: string; port: number }) {
    this.homeserver = parts.homeserver;
    this.msn = parts.msn;
    this.directory = parts.directory;
    this.port = parts.port;
    this.log = openSync(join(parts.directory, 'lives.log'), 'a');
    this.msn.journal.onRecord = (entry) => this.#onRecord(entry);
  }

  static async build({ users, contacts }: WorldOptions): Promise<World> {
    const port = await freePort();
    const homeserver = await HomeserverDouble.start({
      serverName: DOMAIN,
      clockFactor: 0.02,
      registration: {
        ...registration({
          id: 'msn',
          url: `http://127.0.0.1:${port}`,
          asToken: TOKENS.as,
          hsToken: TOKENS.hs,
          domain: DOMAIN,
          botLocalpart: 'msnbot',
          ghostPrefix: '',
          networks: ['msn' as NetworkId],
        }),
      },
    });
    const names = Array.from({ length: users }, (_, user) => ({
      own: userAddress(user),
      contacts: Array.from({ length: contacts }, (_unused, index) => `friend${user}-${index}@example.com`),
    }));
    const msn = await MsnServerDouble.start({
      accounts: names.flatMap((one) => [
        { address: one.own, password: PASSWORD, contacts: one.contacts },
        ...one.contacts.map((address) => ({ address, password: PASSWORD, contacts: [one.own] })),
      ]),
    });
    const directory = await mkdtemp(join(tmpdir(), 'bridge-crash-'));
    const world = new World({ homeserver, msn, directory, port });
    for (const [index, one] of names.entries()) {
      const user = { person: await homeserver.createUser(`user${index}`), address: one.own };
      world.users.push(user);
      for (const address of one.contacts) await world.#meet(user, address);
    }
    return world;
  }

  /** As the bridge reads it. */
  async configure(databaseUrl: string): Promise<void> {
    const config = {
      homeserver: { url: this.homeserver.url, domain: DOMAIN },
      appservice: {
        url: `http://127.0.0.1:${this.port}`,
        listen: { host: '127.0.0.1', port: this.port },
        as_token: TOKENS.as,
        hs_token: TOKENS.hs,
      },
      database: { url: databaseUrl },
      permissions: { [DOMAIN]: 'user' },
      networks: { msn: { servers: { test: this.serverConfig() } } },
    };
    await writeFile(join(this.directory, 'config.yaml'), stringify(config), { mode: 0o600 });
  }

  serverConfig(): object {
    const { host, port, nexusUrl, caFile } = this.msn;
    const tls = { ca_file: caFile };
    return { name: 'Test', host, port, nexus_url: nexusUrl, hosts: [host], private_addresses: true, tls };
  }

  /** Every user signs in as users do. */
  async signIn(): Promise<void> {
    for (const { person, address } of this.users) {
      const room = await person.createDirect(BOT);
      const hears = async (what: RegExp): Promise<unknown> =>
        this.homeserver.waitForEvent(
          (event, where) =>
            where.id === room && event.sender === BOT && what.test(JSON.stringify(event.content['body'] ?? '')),
          PATIENCE_MS,
        );
      await hears(/login/);
      for (const [said, answer] of [
        ['login', /address/],
        [address, /password\?/],
        [PASSWORD, /You are signed in/],
      ] as const) {
        await person.say(room, said);
        await hears(answer);
      }
    }
  }

  /** Somebody who has never spoken before. */
  async newcomer(): Promise<Conversation> {
    const user = this.users[this.#newcomers % this.users.length]!;
    const address = `newcomer${this.#newcomers}@example.com`;
    this.#newcomers += 1;
    this.msn.world.addAccount({ address, password: PASSWORD });
    return this.#meet(user, address);
  }

  /** The life is over, whatever is still on its way from it. */
  noteEnd(end: End): void {
    this.ends.push(end);
    // who was talked to by the dead hangs up
    for (const { contact } of this.conversations) {
      for (const chat of contact.chats) if (chat.people.length === 0) chat.destroy();
    }
  }

  /** The user goes into the room of a conversation, as soon as there is one. */
  async enter(conversation: Conversation): Promise<void> {
    const { ghost, user } = conversation;
    const rooms = this.homeserver.rooms().filter((room) => room.membership(user.person.id) === 'invite');
    const room = rooms.find((one) => one.members().has(ghost));
    if (!room) return;
    await user.person.join(room.id);
    conversation.room = room.id;
  }

  history(waiting: number): History {
    const { said, told, shown } = new MatrixLog(this.homeserver, this.users).read();
    const { ends } = this;
    return { said, told, shown, heard: this.#heard, written: this.#written, ends, rooms: this.#rooms(), waiting };
  }

  #rooms(): Map<string, number> {
    const rooms = this.homeserver.rooms();
    return new Map(
      this.conversations.map(({ id, ghost }) => [id, rooms.filter((room) => room.members().has(ghost)).length]),
    );
  }

  /** What the bridge did that the servers' rules forbid. */
  get violations(): string[] {
    return [
      ...this.homeserver.violations
        .filter(({ by }) => by === 'appservice')
        .map(({ kind, detail }) => `${kind} ${detail}`),
      ...this.msn.violations.map(({ rule, user, line }) => `${rule} (${user}): ${line}`),
    ];
  }

  async stop(): Promise<void> {
    for (const { contact } of this.conversations) contact.vanish();
    await this.msn.stop();
    await this.homeserver.stop();
    closeSync(this.log);
    if (process.env['KEEP_CRASHES'] === undefined)
      await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  async #meet(user: User, address: string): Promise<Conversation> {
    const { host, port, nexusUrl, caFile } = this.msn;
    const place = { host, port, nexusUrl, caFile };
    const contact = await MsnPerson.signIn({ ...place, address, password: PASSWORD, dialect: 'MSNP7' });
    const conversation: Conversation = {
      id: address.slice(0, address.indexOf('@')),
      user,
      contact,
      ghost: `@msn_test_${address.replaceAll('@', '=40')}:${DOMAIN}`,
      room: undefined,
      said: 0,
      spoken: 0,
      isSpeaking: false,
    };
    this.conversations.push(conversation);
    return conversation;
  }

  #onRecord({
    direction,
    side,
    connection,
    user,
    line,
    verb,
    payload,
  }: Parameters<NonNullable<MsnServerDouble['journal']['onRecord']>>[0]): void {
    if (direction === 'event' && line === 'opened') this.#lives.set(connection, this.ends.length);
    if (side !== 'SB' || verb !== 'MSG' || direction !== 'out') return;
    const text = payload.toString('utf8');
    const read = readWords(text.slice(text.indexOf('\r\n\r\n') + 4));
    if (!read) return;
    const { direction: way, conversation, n } = read;
    const at = Date.now();
    const life = this.#lives.get(connection) ?? this.ends.length;
    const isToBridge = this.users.some(({ address }) => address === user);
    if (way === 'm2n' && !isToBridge) this.#heard.push({ conversation, n, at });
    if (way !== 'n2m' || !isToBridge) return;
    this.#written.push({ conversation, n, at, connection, life });
    this.onWritten?.();
  }
}

function userAddress(index: number): string {
  return `user${index}@example.com`;
}
