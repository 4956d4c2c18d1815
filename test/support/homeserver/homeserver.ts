// A strict Matrix homeserver in memory, on a loopback port: for tests and benches. Builds its parts and offers them to
// the test; knows nothing of the bridge.

import { Accounts } from './accounts.ts';
import { AppserviceFeed } from './appservice-feed.ts';
import { AppserviceLink } from './appservice-link.ts';
import { AppserviceQueue, type QueueTarget } from './appservice-queue.ts';
import { accountEndpoints } from './endpoints/accounts.ts';
import { appserviceEndpoints } from './endpoints/appservices.ts';
import { ephemeralEndpoints } from './endpoints/ephemeral.ts';
import { eventEndpoints } from './endpoints/events.ts';
import { mediaEndpoints } from './endpoints/media.ts';
import { membershipEndpoints } from './endpoints/memberships.ts';
import { ownDataEndpoints } from './endpoints/own-data.ts';
import { profileEndpoints } from './endpoints/profiles.ts';
import { readingEndpoints } from './endpoints/reading.ts';
import { Ephemeral, type Presence, type Receipt } from './ephemeral.ts';
import type { RoomEvent } from './event.ts';
import { Faults } from './faults.ts';
import { Front } from './front.ts';
import type { Json } from './json.ts';
import { Media } from './media.ts';
import { Memberships } from './memberships.ts';
import { Person } from './person.ts';
import { Registration, Registrations, type RegistrationFile } from './registration.ts';
import { RequestLog, type LoggedRequest, type Violation } from './request-log.ts';
import { Door } from './requester.ts';
import { RoomCreation } from './room-creation.ts';
import { ROOM_VERSIONS } from './room-versions.ts';
import type { Room } from './room.ts';
import { Rooms } from './rooms.ts';
import { Router } from './router.ts';
import { Stream } from './stream.ts';
import { Sync } from './sync.ts';
import { TransactionIds } from './transaction-ids.ts';
import type { World } from './world.ts';

export interface HomeserverOptions {
  readonly serverName?: string;
  readonly registration?: RegistrationFile;
  readonly defaultRoomVersion?: string;
  /** Factor on the pauses between tries of a transaction; 1 is Synapse's pace of 2, 4, 8 … seconds. */
  readonly clockFactor?: number;
  /** How long it thinks about a request, in milliseconds; it is as fast as it can unless told. */
  readonly thinkingMs?: (path: string, query: string) => number;
}

const PATIENCE_MS = 20_000;
const APPSERVICE_TIMEOUT_MS = 60_000;

export class HomeserverDouble {
  readonly faults = new Faults();
  readonly #stream = new Stream();
  readonly #log = new RequestLog();
  readonly #feeds = new Map<string, AppserviceFeed>();
  readonly #people = new Set<Person>();
  readonly #world: World;
  readonly #front: Front;
  readonly #clockFactor: number;

  private constructor(options: HomeserverOptions) {
    const serverName = options.serverName ?? 'example.com';
    const defaultRoomVersion = options.defaultRoomVersion ?? '11';
    if (!ROOM_VERSIONS.has(defaultRoomVersion)) throw new Error(`room version ${defaultRoomVersion} is not known here`);
    this.#clockFactor = options.clockFactor ?? 1;
    const stream = this.#stream;
    const log = this.#log;
    const now = () => Date.now();
    const accounts = new Accounts(serverName, stream);
    const registrations = new Registrations();
    const rooms = new Rooms({
      serverName,
      stream,
      now,
      onEvent: (event, room) => {
        sync.handleEvent(event, room);
        for (const feed of this.#feeds.values()) feed.handleEvent(event, room);
      },
    });
    const ephemeral = new Ephemeral({
      stream,
      now,
      onNews: (news) => {
        sync.handleEphemeral(news);
        for (const feed of this.#feeds.values()) feed.handleEphemeral(news);
      },
    });
    const sync = new Sync({ rooms, ephemeral, stream, now });
    const memberships = new Memberships({ accounts, rooms });
    this.#world = {
      serverName,
      defaultRoomVersion,
      accounts,
      registrations,
      rooms,
      memberships,
      roomCreation: new RoomCreation({ rooms, memberships, defaultVersion: defaultRoomVersion }),
      ephemeral,
      media: new Media(serverName),
      sync,
      transactionIds: new TransactionIds(log, now),
      log,
      feeds: this.#feeds,
      now,
    };
    this.#front = new Front({
      router: new Router(endpoints(this.#world)),
      door: new Door({ accounts, registrations, log }),
      faults: this.faults,
      thinkingMs: options.thinkingMs ?? (() => 0),
      log,
      now,
      onAnswered: () => stream.announce(),
    });
    if (options.registration) this.setRegistration(options.registration);
  }

  static async start(options: HomeserverOptions = {}): Promise<HomeserverDouble> {
    const homeserver = new HomeserverDouble(options);
    await homeserver.#front.open();
    return homeserver;
  }

  get url(): string {
    return this.#front.url;
  }

  get serverName(): string {
    return this.#world.serverName;
  }

  /** Installs a registration, or replaces the one with its id; what waits for that one goes to the new url. */
  setRegistration(file: RegistrationFile): void {
    const registration = new Registration(file, this.serverName);
    this.#world.registrations.set(registration);
    const before = this.#feeds.get(file.id);
    if (file.url === null) {
      before?.queue.stop();
      this.#feeds.delete(file.id);
      return;
    }
    const link = new AppserviceLink(file.url, file.hs_token, APPSERVICE_TIMEOUT_MS);
    const target = {
      link,
      ephemeralKeys: [
        ...(file.receive_ephemeral === true ? ['ephemeral'] : []),
        ...(file['de.sorunome.msc2409.push_ephemeral'] === true ? ['de.sorunome.msc2409.ephemeral'] : []),
      ],
    };
    before?.queue.moveTo(target);
    const queue = before?.queue ?? this.#newQueue(target);
    const { rooms, accounts } = this.#world;
    this.#feeds.set(file.id, new AppserviceFeed({ registration, queue, link, rooms, accounts }));
  }

  #newQueue(target: QueueTarget): AppserviceQueue {
    return new AppserviceQueue(target, {
      clockFactor: this.#clockFactor,
      onOddAnswer: (detail) => this.#log.violation('bad-transaction-answer', 'appservice', detail),
      onDelivery: () => this.#stream.announce(),
    });
  }

  /** The queue towards an application service: withhold, repeat, lose answers. Without an id: the only one. */
  transactions(id?: string): AppserviceQueue {
    const feed = id === undefined ? this.#feeds.values().next().value : this.#feeds.get(id);
    if (!feed) throw new Error(`no registration ${id ?? ''} with a url`);
    return feed.queue;
  }

  /** Creates an account, logs in over HTTP and gives back somebody who can talk. */
  async createUser(localpart: string, password = 'correct horse'): Promise<Person> {
    const user = `@${localpart}:${this.serverName}`;
    if (this.#world.registrations.isUserTaken(user, undefined)) throw new Error(`${user} is reserved`);
    this.#world.accounts.create(localpart, password);
    const person = await Person.logIn(this.url, localpart, password);
    this.#people.add(person);
    return person;
  }

  /** A token for anybody, users of other servers included, as a homeserver in the wrong hands would give them. */
  issueOpenId(user: string): string {
    return this.#world.accounts.issueOpenId(user);
  }

  room(id: string): Room {
    const room = this.#world.rooms.get(id);
    if (!room) throw new Error(`there is no room ${id}`);
    return room;
  }

  rooms(): Room[] {
    return [...this.#world.rooms.all()];
  }

  roomByAlias(alias: string): Room | undefined {
    return this.#world.rooms.byAlias(alias);
  }

  isRegistered(user: string): boolean {
    return this.#world.accounts.get(user) !== undefined;
  }

  profile(user: string): { readonly [key: string]: Json } {
    return Object.fromEntries(this.#world.accounts.get(user)?.profile ?? []);
  }

  presence(user: string): Presence | undefined {
    return this.#world.ephemeral.presence(user);
  }

  typing(room: string): string[] {
    return this.#world.ephemeral.typing(this.room(room));
  }

  receipts(room: string): Receipt[] {
    return this.#world.ephemeral.receipts(this.room(room));
  }

  get media(): Media {
    return this.#world.media;
  }

  /** The newest requests, oldest first. */
  get log(): readonly LoggedRequest[] {
    return this.#log.requests;
  }

  get requestCount(): number {
    return this.#log.count;
  }

  /** Everything odd that clients did. */
  get violations(): readonly Violation[] {
    return this.#log.violations;
  }

  /** The first answer of `probe` that is neither `undefined` nor `false`; asked now and after every change. */
  async waitFor<T>(probe: () => T | undefined | false, what = probe.toString(), timeoutMs = PATIENCE_MS): Promise<T> {
    return this.#stream.until(probe, timeoutMs, what);
  }

  /** The first event, past ones included, that `matches`. */
  async waitForEvent(matches: (event: RoomEvent, room: Room) => boolean, timeoutMs = PATIENCE_MS): Promise<RoomEvent> {
    const seen = new Map<Room, number>();
    const probe = () => {
      for (const room of this.#world.rooms.all()) {
        for (let at = seen.get(room) ?? 0; at < room.timeline.length; at++) {
          seen.set(room, at + 1);
          const event = room.timeline[at];
          if (event && matches(event, room)) return event;
        }
      }
      return undefined;
    };
    return this.#stream.until(probe, timeoutMs, `an event that matches ${matches.toString()}`);
  }

  /** The first answered request in the log, past ones included, that `matches`. */
  async waitForRequest(matches: (request: LoggedRequest) => boolean, timeoutMs = PATIENCE_MS): Promise<LoggedRequest> {
    const probe = () => this.log.find((request) => request.status !== undefined && matches(request));
    return this.#stream.until(probe, timeoutMs, `a request that matches ${matches.toString()}`);
  }

  /** Everything has been pushed and accepted. */
  async waitUntilPushed(timeoutMs = PATIENCE_MS): Promise<void> {
    const probe = () => [...this.#feeds.values()].every((feed) => feed.isIdle);
    await this.#stream.until(probe, timeoutMs, 'all transactions to be accepted');
  }

  /** Transaction ids live in Synapse's memory: a restart loses them. */
  forgetTransactionIds(): void {
    this.#world.transactionIds.forget();
  }

  /** Cuts all connections and refuses new ones, until `comeBack`. Transactions to the bridge go on. */
  async goAway(): Promise<void> {
    await this.#front.close();
  }

  /** On the same port. */
  async comeBack(): Promise<void> {
    await this.#front.open();
  }

  async stop(): Promise<void> {
    for (const person of this.#people) person.close();
    for (const feed of this.#feeds.values()) feed.queue.stop();
    this.#world.ephemeral.stop();
    await this.#front.close();
  }
}

function endpoints(world: World) {
  return [
    ...accountEndpoints(world),
    ...ownDataEndpoints(world),
    ...profileEndpoints(world),
    ...membershipEndpoints(world),
    ...eventEndpoints(world),
    ...readingEndpoints(world),
    ...ephemeralEndpoints(world),
    ...mediaEndpoints(world),
    ...appserviceEndpoints(world),
  ];
}
