// The core by itself: between a homeserver in memory and the echo network, on a real store that can be made to fail.
// Knows how it is put together; not what is tested.

import { onTestFinished, vi } from 'vitest';
import { Bridge } from '../../src/bridge/bridge.ts';
import type { LogoutRooms } from '../../src/bridge/clean-up.ts';
import { BridgeError } from '../../src/bridge/errors.ts';
import { type MatrixEphemeral, type MatrixEvent, plainText, text } from '../../src/bridge/events.ts';
import type { EventId, MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { MatrixSink } from '../../src/bridge/matrix.ts';
import { Pages } from '../../src/bridge/pages.ts';
import type { PermissionMap } from '../../src/bridge/permissions.ts';
import type { ProvisioningRequest, ProvisioningResult } from '../../src/bridge/provisioning-types.ts';
import { Secret } from '../../src/bridge/secret.ts';
import type { Store } from '../../src/bridge/store.ts';
import type { Database } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { migrate } from '../../src/store/migrate.ts';
import { storeOn } from '../../src/store/store.ts';
import { KEY } from '../store/harness.ts';
import { type EchoClient, EchoNetwork } from '../support/echo-network.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { MatrixInMemory } from '../support/matrix-in-memory.ts';
import { keptLog } from '../support/no-log.ts';
import { startPostgres } from '../support/postgres.ts';

/** One database for a test file; each core finds it empty. */
export async function openDatabase(): Promise<Database> {
  const url = await (await startPostgres(['environment'])).createDatabase();
  const database = await openPostgres({ type: 'postgres', url: new Secret(url) }, (error) => {
    throw error;
  });
  await migrate(database);
  return database;
}

interface Outage {
  readonly call: string;
  readonly when: 'before' | 'after';
  readonly where: (args: readonly unknown[]) => boolean;
  left: number;
}

/** The store, with the database going away at the calls that a test names, before or after they are carried out. */
class Outages {
  #planned: Outage[] = [];

  /** `call`: as `journal.intend`. */
  add(call: string, plan: { when?: Outage['when']; times?: number; where?: Outage['where'] } = {}): void {
    const { when = 'before', times = 1, where = () => true } = plan;
    this.#planned.push({ call, when, where, left: times });
  }

  clear(): void {
    this.#planned = [];
  }

  over(store: Store): Store {
    const parts = Object.entries(store).map(([name, part]: [string, unknown]) => [
      name,
      typeof part === 'object' && part !== null ? this.#wrapped(name, part) : part,
    ]);
    return Object.fromEntries(parts) as Store;
  }

  #wrapped(part: string, target: object): unknown {
    return new Proxy(target, {
      get: (_, name) => {
        const method: unknown = Reflect.get(target, name, target);
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]): Promise<unknown> => {
          const call = `${part}.${String(name)}`;
          this.#strike(call, 'before', args);
          const result: unknown = await (Reflect.apply(method, target, args) as Promise<unknown>);
          this.#strike(call, 'after', args);
          return result;
        };
      },
    });
  }

  #strike(call: string, when: Outage['when'], args: readonly unknown[]): void {
    const outage = this.#planned.find((one) => one.call === call && one.when === when && one.where(args));
    if (!outage) return;
    outage.left -= 1;
    if (outage.left === 0) this.#planned = this.#planned.filter((one) => one !== outage);
    throw new BridgeError('database', 'The database does not answer just now.', { retriable: true });
  }
}

type WithoutHead<E> = E extends MatrixEvent ? Omit<E, 'room' | 'sender' | 'id' | 'at'> : never;
export type Does = WithoutHead<MatrixEvent>;

export class Core {
  readonly clock = new FakeClock();
  readonly log = keptLog();
  readonly outages = new Outages();
  readonly matrix = new MatrixInMemory('echo');
  readonly pages = new Pages({ publicUrl: 'https://bridge.test', clock: this.clock, token: () => this.#id().slice(1) });
  readonly echo = new EchoNetwork({ password: 'cave', now: () => this.clock.now() });
  readonly #database: Database;
  #bridge: Bridge | undefined;
  #sink: MatrixSink | undefined;
  #events = 0;

  private constructor(database: Database) {
    this.#database = database;
  }

  static async open(database: Database, permissions?: PermissionMap): Promise<Core> {
    const core = new Core(database);
    onTestFinished(async () => core.close());
    const tables = 'session, inbox, outbox, message_map, management_room, ghost, seen, outage';
    await database.run({ name: '', text: `truncate ${tables} cascade` }, []);
    await core.start(permissions);
    return core;
  }

  async start(
    permissions: PermissionMap = { 'hs.test': 'user' },
    { logoutRooms = 'keep', spaces = false }: { logoutRooms?: LogoutRooms; spaces?: boolean } = {},
  ): Promise<void> {
    const store = await storeOn(this.#database, { key: KEY, owner: 'core', clock: this.clock });
    this.#bridge = await Bridge.open({
      networks: [this.echo],
      store: this.outages.over(store),
      openMatrix: async (sink) => {
        this.#sink = sink;
        return this.matrix;
      },
      permissions,
      presence: { mode: 'board', requestsPerSecond: 10 },
      logoutRooms,
      messagePatienceMs: 60 * 60_000,
      spaces,
      pages: this.pages,
      clock: this.clock,
      log: this.log,
    });
    await this.#bridge.prepare();
    await this.#bridge.resume();
  }

  async close(): Promise<void> {
    this.outages.clear();
    this.matrix.clearTroubles();
    await this.#stop();
  }

  /** The process ends here, as far as that can be in one process: what it would still write or tell is not heard. */
  async crash(): Promise<void> {
    for (const call of ['journal.finish', 'journal.told']) this.outages.add(call, { times: Number.POSITIVE_INFINITY });
    await this.#stop();
    this.outages.clear();
    this.matrix.clearTroubles();
    await this.start();
  }

  async #stop(): Promise<void> {
    const bridge = this.#bridge;
    this.#bridge = undefined;
    if (!bridge) return;
    let stopped = false;
    const stopping = bridge.stop().finally(() => (stopped = true));
    await this.until(() => stopped);
    await stopping;
  }

  /** Waits until it is so; the clock goes on meanwhile, twenty times as fast as the world. */
  async until(condition: () => boolean, what = condition.toString()): Promise<void> {
    await vi.waitFor(
      () => {
        this.clock.advance(100);
        if (!condition()) throw new Error(`it never came to be: ${what}`);
      },
      { timeout: 20_000, interval: 5 },
    );
  }

  /** A while in which nothing should happen. */
  async pass(ms = 5_000): Promise<void> {
    const end = this.clock.now().getTime() + ms;
    await this.until(() => this.clock.now().getTime() >= end);
  }

  /** Waits until all that was taken is dealt with, and told. */
  async settled(): Promise<void> {
    await this.none(`inbox where state in ('waiting', 'ended')`);
  }

  /** Waits until there are no such rows. */
  async none(rows: string, values: readonly unknown[] = []): Promise<void> {
    const statement = { name: '', text: `select 1 as row from ${rows} limit 1` };
    while ((await this.#database.run(statement, values)).rows.length > 0) this.clock.advance(100);
  }

  client(address: string): EchoClient {
    const client = this.echo.clients.get(address);
    if (!client) throw new Error(`nobody has signed in as ${address}`);
    return client;
  }

  async say(user: MatrixUserId, room: RoomId, words: string): Promise<EventId> {
    return this.does(user, room, { type: 'message', content: text(words) });
  }

  /** Something that a person did in a room. */
  async does(user: MatrixUserId, room: RoomId, what: Does): Promise<EventId> {
    const head = { room, sender: user, id: this.#id(), at: this.clock.now() };
    await this.accept({ ...head, ...what });
    return head.id;
  }

  /** A membership that the homeserver tells of, after it has become so. */
  async member(
    room: RoomId,
    target: MatrixUserId,
    membership: 'invite' | 'join' | 'leave',
    sender = target,
  ): Promise<void> {
    this.matrix.put(room, target, membership === 'join' ? 'joined' : membership === 'invite' ? 'invited' : 'out');
    const head = { room, sender, id: this.#id(), at: this.clock.now() };
    await this.accept({ type: 'member', ...head, target, membership, isDirect: true });
  }

  async accept(...events: MatrixEvent[]): Promise<void> {
    this.matrix.events.push(...events);
    await this.#sink?.transaction(events);
  }

  /** News of the moment. */
  shows(news: MatrixEphemeral): void {
    this.#sink?.ephemeral(news);
  }

  /** What a program asks for. */
  async provision(user: MatrixUserId, request: ProvisioningRequest): Promise<ProvisioningResult | undefined> {
    return this.#sink?.provision(user, request);
  }

  /** A room of this user's for commands. */
  async commandRoom(user: MatrixUserId): Promise<RoomId> {
    const room = this.matrix.make([[user, 'joined']]);
    await this.member(room, this.matrix.bot, 'invite', user);
    await this.hears(room, /login/);
    return room;
  }

  /** Waits for words of the bot, or of anybody, in this room. */
  async hears(room: RoomId, what: RegExp): Promise<void> {
    await this.until(() => this.texts(room).some((one) => what.test(one)), `${what} in ${room}`);
  }

  texts(room: RoomId): string[] {
    return this.matrix.said(room).map(({ content }) => plainText(content));
  }

  /** Signs a user in and gives back the room for commands. */
  async signedIn(user: MatrixUserId, address: string, room?: RoomId): Promise<RoomId> {
    const commands = room ?? (await this.commandRoom(user));
    for (const words of ['login', address, 'cave']) await this.say(user, commands, words);
    await this.hears(commands, new RegExp(`You are signed in as ${address}`));
    return commands;
  }

  /** The same account once more. */
  async signedInAgain(user: MatrixUserId, address: string, commands: RoomId): Promise<void> {
    const welcomes = (): number => this.texts(commands).filter((one) => one.startsWith('You are signed in as')).length;
    const before = welcomes();
    for (const words of ['login', address, 'cave']) await this.say(user, commands, words);
    await this.until(() => welcomes() > before, 'another sign-in');
  }

  /** The room of a chat, opened by what somebody says; by default of the chat with them. */
  async chat(address: string, who: string, chat = who): Promise<RoomId> {
    const before = new Set(this.matrix.rooms);
    this.client(address).says(who, 'hello', chat);
    let made: RoomId | undefined;
    await this.until(() => {
      made = this.matrix.rooms.find((room) => !before.has(room) && this.texts(room).includes('hello'));
      return made !== undefined;
    }, `a room for ${who}`);
    return made!;
  }

  #id(): EventId {
    this.#events += 1;
    return `$${this.#events}` as EventId;
  }
}
