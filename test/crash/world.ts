// What survives every life of the program: homeserver, MSN server, people on both sides, and what they have seen. Knows
// how it is put together; neither when anybody speaks nor when anybody dies.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { NetworkId } from '../../src/bridge/ids.ts';
import { registration } from '../../src/matrix/registration.ts';
import type { Random } from '../msnp/support/random.ts';
import { freePort } from '../support/free-port.ts';
import { HomeserverDouble } from '../support/homeserver/homeserver.ts';
import type { Person } from '../support/homeserver/person.ts';
import type { Room } from '../support/homeserver/room.ts';
import { MsnServerDouble } from '../support/msn-server/msn-server-double.ts';
import { Contact } from './contact.ts';
import { Conversation, type User } from './conversation.ts';
import { Errands } from './errands.ts';
import type { Chat, End, History } from './history.ts';
import type { Ended, Life } from './life.ts';
import { readMatrix } from './matrix-log.ts';
import { MsnLog } from './msn-log.ts';
import { thinking } from './thinking.ts';
import type { Talker } from './traffic.ts';
import { Visitor } from './visitor.ts';

const DOMAIN = 'example.com';
const BOT = `@msnbot:${DOMAIN}`;
const TOKENS = { as: 'as-token-of-the-crashes', hs: 'hs-token-of-the-crashes' };
const PASSWORD = 'secret';
const PATIENCE_MS = 30_000;
const LAST_LINES = 40;
const VISITOR = 'visitor@example.com';

export interface WorldOptions {
  readonly users: number;
  /** Of each user; the last two are in a chat of several, too. */
  readonly contacts: number;
  /** Whether the first of them comes and goes. */
  readonly restless: boolean;
  readonly random: Random;
  /** Factor on the pauses between a homeserver’s attempts to hand over a transaction. */
  readonly homeserverPace: number;
}

interface Inhabitant extends User {
  /** Where they talk with the bot. */
  readonly room: Room;
}

export class World {
  readonly homeserver: HomeserverDouble;
  readonly msn: MsnServerDouble;
  readonly directory: string;
  /** Where the programs write what they say. */
  readonly log: number;
  /** Where the program listens. */
  readonly port: number;
  readonly ends: End[] = [];
  /** Told of each message that is being written to the bridge. */
  onWritten: (() => void) | undefined;
  /** The life of just now. */
  life: Life | undefined;
  readonly #random: Random;
  readonly #msnLog: MsnLog;
  readonly #users: Inhabitant[] = [];
  readonly #conversations: Conversation[] = [];
  readonly #errands = new Errands();
  #visitor: Visitor | undefined;
  #newcomers = 0;

  private constructor(parts: Pick<World, 'homeserver' | 'msn' | 'directory' | 'port'>, random: Random) {
    this.homeserver = parts.homeserver;
    this.msn = parts.msn;
    this.directory = parts.directory;
    this.port = parts.port;
    this.#random = random;
    this.log = openSync(join(parts.directory, 'lives.log'), 'a');
    this.#msnLog = new MsnLog({
      isUser: (address) => this.isUser(address),
      waits: () => this.life?.waits ?? { program: 0, database: {} },
      onWritten: () => this.onWritten?.(),
    });
    this.msn.journal.onRecord = (entry) => this.#msnLog.note(entry);
  }

  static async build({ users, contacts, restless, random, homeserverPace }: WorldOptions): Promise<World> {
    const port = await freePort();
    const homeserver = await HomeserverDouble.start({
      serverName: DOMAIN,
      clockFactor: homeserverPace,
      thinkingMs: thinking(random),
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
      own: `user${user}@example.com`,
      contacts: Array.from({ length: contacts }, (_unused, index) => `friend${user}-${index}@example.com`),
    }));
    const msn = await MsnServerDouble.start({
      accounts: [
        { address: VISITOR, password: PASSWORD },
        ...names.flatMap((one) => [
          { address: one.own, password: PASSWORD, contacts: one.contacts },
          ...one.contacts.map((address) => ({ address, password: PASSWORD, contacts: [one.own] })),
        ]),
      ],
    });
    const directory = await mkdtemp(join(tmpdir(), 'bridge-crash-'));
    const world = new World({ homeserver, msn, directory, port }, random);
    for (const [index, one] of names.entries()) await world.#settleIn(`user${index}`, one.own, one.contacts, restless);
    return world;
  }

  /** As the bridge reads it. */
  async configure(databaseUrl: string): Promise<void> {
    const { host, port, nexusUrl, caFile } = this.msn;
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
      networks: {
        msn: {
          servers: {
            test: {
              name: 'Test',
              host,
              port,
              nexus_url: nexusUrl,
              hosts: [host],
              private_addresses: true,
              tls: { ca_file: caFile },
            },
          },
        },
      },
    };
    await writeFile(join(this.directory, 'config.yaml'), stringify(config), { mode: 0o600 });
  }

  /** Every user signs in as users do. */
  async signIn(): Promise<void> {
    for (const { person, address, room } of this.#users) {
      const hears = async (what: RegExp): Promise<unknown> =>
        this.homeserver.waitForEvent(
          (event, where) =>
            where === room && event.sender === BOT && what.test(JSON.stringify(event.content['body'] ?? '')),
          PATIENCE_MS,
        );
      await hears(/login/);
      for (const [said, answer] of [
        ['login', /address/],
        [address, /password\?/],
        [PASSWORD, /You are signed in/],
      ] as const) {
        await person.say(room.id, said);
        await hears(answer);
      }
    }
  }

  isUser(address: string): boolean {
    return address === VISITOR || this.#users.some((user) => user.address === address);
  }

  /** All who talk from the beginning. */
  async talkers(): Promise<readonly Talker[]> {
    const person = await this.homeserver.createUser('visitor');
    const room = this.homeserver.room(await person.createDirect(BOT));
    const { homeserver } = this;
    this.#visitor = new Visitor({ homeserver, person, room, bot: BOT, address: VISITOR, password: PASSWORD });
    return [...this.#conversations, this.#visitor];
  }

  /** Somebody who has never spoken before, with whom the user wants something. */
  async newcomer(): Promise<readonly Talker[]> {
    const user = this.#users[this.#newcomers % this.#users.length]!;
    const address = `newcomer${this.#newcomers}@example.com`;
    this.#newcomers += 1;
    this.msn.world.addAccount({ address, password: PASSWORD });
    const conversation = this.#talk(nameOf(address), user, [await this.#meet(address)]);
    return [conversation, this.#errands.next(user.person, user.room, address)];
  }

  /** The life is over, whatever is still on its way from it. */
  noteEnd({ at, how, waits }: Ended, more: Pick<End, 'graceMs' | 'left'>): void {
    this.ends.push({ at, how, ...more });
    this.#msnLog.noteEnd(waits);
    // who was talked to by the dead hangs up
    for (const { contacts, user } of this.#conversations) for (const contact of contacts) contact.hangUp(user.address);
  }

  history(waiting: number): History {
    const rooms = this.homeserver.rooms();
    return {
      chats: this.#chats(rooms),
      ...readMatrix(rooms, new Set(this.#users.map(({ person }) => person.id))),
      heard: this.#msnLog.heard,
      written: this.#msnLog.written,
      ends: this.ends,
      commands: this.#errands.read(this.#msnLog, BOT),
      secrets: this.#visitor?.secrets ?? { told: 0, shown: 0 },
      waiting,
    };
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

  /** The end of what the programs have said. */
  lastWords(): string {
    return readFileSync(join(this.directory, 'lives.log'), 'utf8').split('\n').slice(-LAST_LINES).join('\n');
  }

  async stop(): Promise<void> {
    for (const { contacts } of this.#conversations) for (const contact of contacts) contact.vanish();
    await this.msn.stop();
    await this.homeserver.stop();
    closeSync(this.log);
    if (process.env['KEEP_CRASHES'] === undefined)
      await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Chats of people, and the space of each user, which is a room that is made for them. */
  #chats(rooms: readonly Room[]): Map<string, Chat> {
    const chats = this.#conversations.map((conversation): [string, Chat] => [
      conversation.id,
      {
        listeners: conversation.contacts.map(({ address }) => address),
        ghosts: conversation.ghosts,
        rooms: rooms.filter((room) => conversation.owns(room)).map(({ id }) => id),
        departures: conversation.departures,
      },
    ]);
    const spaces = rooms.filter((room) => room.content('m.room.create')?.['type'] === 'm.space');
    const ownSpaces = this.#users.map(({ person, address }): [string, Chat] => {
      const own = spaces.filter((room) => room.membership(person.id) !== undefined);
      return [`space of ${address}`, { listeners: [], ghosts: [], rooms: own.map(({ id }) => id) }];
    });
    return new Map([...chats, ...ownSpaces]);
  }

  async #settleIn(name: string, address: string, contacts: readonly string[], restless: boolean): Promise<void> {
    const person: Person = await this.homeserver.createUser(name);
    const user = { person, address, room: this.homeserver.room(await person.createDirect(BOT)) };
    this.#users.push(user);
    const friends: Contact[] = [];
    for (const friend of contacts) friends.push(await this.#meet(friend));
    for (const [index, friend] of friends.entries())
      this.#talk(nameOf(friend.address), user, [friend], restless && index === 0);
    this.#talk(`group-${name}`, user, friends.slice(-2));
  }

  async #meet(address: string): Promise<Contact> {
    const { host, port, nexusUrl, caFile } = this.msn;
    return Contact.signIn(address, { host, port, nexusUrl, caFile, password: PASSWORD });
  }

  #talk(id: string, user: User, contacts: readonly Contact[], restless = false): Conversation {
    const conversation = new Conversation(
      { id, user, contacts, restless },
      {
        ghostOf: (address) => `@msn_test_${address.replaceAll('@', '=40')}:${DOMAIN}`,
        rooms: () => this.homeserver.rooms(),
        isSignedIn: (address) => this.msn.isSignedIn(address),
        random: this.#random,
      },
    );
    this.#conversations.push(conversation);
    return conversation;
  }
}

function nameOf(address: string): string {
  return address.slice(0, address.indexOf('@'));
}
