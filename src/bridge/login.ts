// One Matrix user's account on a network: keeps it signed in while that is wanted, and hands its news on.
// Knows when to try again; not how the network works, nor what is told to the user.

import { Arrivals } from './arrivals.ts';
import { backoff } from './backoff.ts';
import type { Cancel, Clock } from './clock.ts';
import { assertNever, BridgeError, mistake } from './errors.ts';
import type { Contact, JournaledEvent, LoginState, LoginStateKind, RemoteEvent } from './events.ts';
import { noticeLane, remoteLane, requestLane } from './lanes.ts';
import type { LoginId, MatrixUserId, RemoteUserId, ServerKey } from './ids.ts';
import type { Log } from './log.ts';
import type { ClientSink, LoginSeed, Network, NetworkClient, NetworkLogin, PrivateNames } from './network.ts';
import { OwnProfile } from './own-profile.ts';
import type { Answer, ServerGate, Turn } from './server-gate.ts';
import type { Journal, Lease, SessionRecord, SessionStore } from './store.ts';

const SAVE_CONTACTS_AFTER_MS = 1_000;
/** A connection that stood so long was a good one. */
const STEADY_MS = 60_000;

/** States that another attempt may cure, without the user doing anything. */
const TRANSIENT: ReadonlySet<LoginStateKind> = new Set(['connecting', 'connected', 'disconnected', 'server-down']);

export interface LoginParts {
  readonly network: Network;
  /** What the user calls people. */
  readonly names: PrivateNames;
  /** The chats of several that are known. */
  readonly groups: NetworkLogin['groups'];
  /** What is switched on of what the network leaves to its users. */
  readonly choices: NetworkLogin['choices'];
  readonly sessions: SessionStore;
  readonly journal: Pick<Journal, 'append'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Shared by all logins of one server. */
  readonly gate: ServerGate;
  readonly onState: (login: Login, previous: LoginState) => void;
  /** So much of what came cannot be kept, and never will be. */
  readonly onUnkept: (login: Login, count: number) => void;
  /** A message is in the journal, in this lane. */
  readonly onMessage: (lane: string) => void;
  /** Everything else: of the moment, not journaled. */
  readonly onMoment: (login: Login, event: Exclude<RemoteEvent, JournaledEvent>) => void;
}

/** A connection of an earlier process life stands no longer. */
function lostWithTheProcess(state: LoginState): LoginState {
  return state.kind === 'connected' || state.kind === 'connecting' ? { ...state, kind: 'disconnected' } : state;
}

function answerOf(kind: LoginStateKind): Answer {
  if (kind === 'server-down') return 'down';
  return kind === 'disconnected' ? 'busy' : 'answered';
}

export class Login {
  readonly id: LoginId;
  readonly network: Network;
  readonly matrixUser: MatrixUserId;
  readonly server: ServerKey;
  /** The account itself, as its contacts have it. */
  readonly user: RemoteUserId;
  readonly address: string;
  readonly serverName: string;
  /** What the user shows of themselves. */
  readonly profile: OwnProfile;
  readonly client: NetworkClient;
  readonly names: PrivateNames;
  readonly seed: LoginSeed;
  /** What was good before, while another password is tried: that is gone back to if this one is refused. */
  former: LoginSeed | undefined;
  readonly #parts: LoginParts;
  readonly #log: Log;
  readonly #lease: Lease;
  readonly #contacts = new Map<RemoteUserId, Contact>();
  readonly #unsaved = new Set<RemoteUserId>();
  #rosterAt: Date | undefined;
  /** Whether it is to be signed in. */
  #on: boolean;
  #state: LoginState;
  #epoch: number;
  #protocol: string | undefined;
  #attempts = 0;
  /** Connections in a row that stood only for a moment. */
  #brief = 0;
  #attempting = false;
  #ended = false;
  /** Waits for its time, or for its turn. */
  #retry: Cancel | undefined;
  /** The attempt under way. */
  #turn: Turn | undefined;
  #save: Cancel | undefined;
  readonly #arrivals: Arrivals;
  /** Writes about the session, one after the other. */
  #writes: Promise<void> = Promise.resolve();

  constructor(
    record: SessionRecord,
    roster: { contacts: readonly Contact[]; at: Date | undefined },
    parts: LoginParts,
  ) {
    this.id = record.id;
    this.network = parts.network;
    this.matrixUser = record.matrixUser;
    this.server = record.server;
    this.user = record.user;
    this.address = record.address;
    this.seed = { server: record.server, user: record.user, address: record.address, password: record.password };
    this.serverName = parts.network.servers.find((server) => server.key === record.server)?.name ?? record.server;
    this.names = parts.names;
    this.#parts = parts;
    this.#log = parts.log.child({ login: record.id });
    this.#lease = { id: record.id, token: record.token };
    this.#arrivals = new Arrivals({
      append: async (event) => this.#append(event),
      hold: (held) => this.client.hold?.(held),
      onUnkept: (count) => parts.onUnkept(this, count),
      clock: parts.clock,
      log: this.#log,
    });
    const { on, ...wishes } = record.wanted;
    this.#on = on;
    this.profile = new OwnProfile({
      network: parts.network,
      wishes,
      show: async (shown) => this.client.setPresence(shown),
      keep: async () => this.#keepWanted(),
      log: this.#log,
    });
    this.#state = lostWithTheProcess(record.state);
    this.#epoch = record.epoch;
    this.#protocol = record.memory?.protocol;
    this.#rosterAt = roster.at;
    for (const contact of roster.contacts) this.#contacts.set(contact.id, contact);
    this.client = parts.network.createClient(
      { ...record, roster: roster.contacts, names: parts.names, groups: parts.groups, choices: parts.choices },
      this.#sink(),
    );
  }

  get state(): LoginState {
    return this.#state;
  }

  get connected(): boolean {
    return this.#state.kind === 'connected';
  }

  /** True while the bridge itself goes on trying, be it in its next life: so that waiting makes sense. */
  get hopeful(): boolean {
    return this.#on && TRANSIENT.has(this.#state.kind);
  }

  /** The dialect spoken last, for people. */
  get protocol(): string | undefined {
    return this.#protocol;
  }

  /** The number of the present connection, or of the last one. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The contact list as far as known; `asOf`: when it was last whole, if it is not live. */
  roster(): { readonly contacts: readonly Contact[]; readonly asOf: Date | undefined } {
    return { contacts: [...this.#contacts.values()], asOf: this.connected ? undefined : this.#rosterAt };
  }

  contact(user: RemoteUserId): Contact | undefined {
    return this.#contacts.get(user);
  }

  /** What to call somebody before the user, and before nobody else. */
  nameFor({ id, name }: Pick<Contact, 'id' | 'name'>): string {
    return this.names.of(id) ?? name;
  }

  /** Signs in when the server's turn comes, if that is wanted and nothing stands against it. */
  start(): void {
    if (!this.#ended && this.hopeful && !this.#attempting && !this.#retry) this.#queue(false);
  }

  /** The user wants it now: also after the server had refused or another client had taken over. */
  async reconnect(): Promise<void> {
    this.#on = true;
    await this.#keepWanted();
    if (this.connected || this.#attempting) return;
    this.#attempts = 0;
    this.#queue(true);
  }

  /**
   * Signs off for good and forgets the account. `between`: what is to be done before that, with nothing coming in any more.
   * If that fails, it may be called again.
   */
  async logout(between: () => Promise<void>): Promise<void> {
    if (this.#state.kind !== 'logged-out') {
      this.#on = false;
      await this.#keepWanted();
      await this.stop();
      this.#become('logged-out', 'You are signed out.');
      await this.#writes;
    }
    await between();
    await this.#parts.sessions.remove(this.#lease);
  }

  /** Ends this process's part: signs off and lets what has arrived be written. What is wanted stays. */
  async stop(): Promise<void> {
    this.#ended = true;
    this.#retry?.();
    this.#save?.();
    await this.client.disconnect();
    this.#turn?.end('unasked');
    await this.#arrivals.settled();
    await this.#flushContacts();
    await this.#writes;
  }

  #sink(): ClientSink {
    return {
      event: (event) => this.#onEvent(event),
      state: (kind, sentence, afterMs) => this.#onState(kind, sentence, afterMs),
      remember: (memory) => {
        this.#protocol = memory.protocol;
        this.#write(async () => this.#parts.sessions.remember(this.#lease, memory));
      },
    };
  }

  #connectAfter(ms: number): void {
    this.#retry = this.#parts.clock.after(ms, () => this.#queue(false));
  }

  /** `urgent`: the user waits for it. */
  #queue(urgent: boolean): void {
    this.#retry?.();
    const onTurn = (turn: Turn): void => {
      this.#retry = undefined;
      void this.#connect(turn);
    };
    this.#retry = this.#parts.gate.enter({ urgent, failures: this.#attempts, onTurn });
  }

  async #connect(turn: Turn): Promise<void> {
    if (this.#ended || this.#attempting) return turn.end('unasked');
    this.#attempting = true;
    this.#turn = turn;
    try {
      this.#epoch = await this.#parts.sessions.nextEpoch(this.#lease);
    } catch (error) {
      this.#attempting = false;
      turn.end('unasked');
      this.#onNoEpoch(error);
      return;
    }
    if (this.#ended) return turn.end('unasked');
    this.#become('connecting', '');
    try {
      this.client.connect(this.#epoch, this.profile.shown);
    } catch (error) {
      this.#log.error({ err: error }, 'a connection could not be begun');
      this.#onState('refused', mistake(error).message);
    }
  }

  #onNoEpoch(error: unknown): void {
    if (this.#ended) return;
    if (error instanceof BridgeError && error.retriable) {
      this.#log.warn({ err: error }, 'cannot begin a connection: the database does not answer');
      this.#connectAfter(backoff(this.#parts.clock, this.#attempts++));
    } else {
      this.#log.error({ err: error }, 'cannot begin a connection');
      this.#become('refused', error instanceof BridgeError ? error.message : mistake(error).message);
    }
  }

  #onState(kind: LoginStateKind, sentence: string, afterMs = 0): void {
    if (this.#ended || (kind === 'connecting' && this.#state.kind === kind)) return;
    if (this.connected) this.#noteEnd();
    this.#become(kind, sentence);
    if (kind === 'connecting') return;
    this.#turn?.end(answerOf(kind));
    if (kind === 'connected') return;
    this.#attempting = false;
    if (this.hopeful) this.#connectAfter(Math.max(afterMs, this.#waitAfter(kind)));
  }

  /** For a server that is down nobody waits on their own: the gate lets them in when it is back. */
  #waitAfter(kind: LoginStateKind): number {
    const wait = backoff(this.#parts.clock, this.#attempts++);
    return kind === 'server-down' && this.#parts.gate.isDown ? 0 : wait;
  }

  /** A connection ends: after a good one the next attempt is a first one again. */
  #noteEnd(): void {
    const stood = this.#parts.clock.now().getTime() - this.#state.at.getTime();
    this.#brief = stood >= STEADY_MS ? 0 : this.#brief + 1;
    this.#attempts = this.#brief;
  }

  #become(kind: LoginStateKind, sentence: string): void {
    const previous = this.#state;
    const state: LoginState = { kind, sentence, at: this.#parts.clock.now() };
    this.#state = state;
    this.#log.info({ state: kind, before: previous.kind }, 'login state changed');
    this.#write(async () => this.#parts.sessions.recordState(this.#lease, state));
    this.#parts.onState(this, previous);
  }

  #onEvent(event: RemoteEvent): void {
    switch (event.type) {
      case 'message':
      case 'participants':
      case 'contact-request':
      case 'notice':
        this.#arrivals.push(event);
        return;
      case 'roster':
        this.#onRoster(event.contacts);
        break;
      case 'contact':
        this.#contacts.set(event.contact.id, event.contact);
        this.#saveLater(event.contact.id);
        break;
      case 'typing':
      case 'requests-changed':
        break;
    }
    this.#parts.onMoment(this, event);
  }

  #onRoster(contacts: readonly Contact[]): void {
    const at = this.#parts.clock.now();
    this.#rosterAt = at;
    this.#contacts.clear();
    this.#unsaved.clear();
    for (const contact of contacts) this.#contacts.set(contact.id, contact);
    this.#write(async () => this.#parts.sessions.saveRoster(this.#lease, contacts, at));
  }

  async #append(event: JournaledEvent): Promise<void> {
    const lane = this.#laneOf(event);
    await this.#parts.journal.append({ source: 'remote', login: this.id, event, lane });
    this.#parts.onMessage(lane);
  }

  #laneOf(event: JournaledEvent): string {
    switch (event.type) {
      case 'contact-request':
        return requestLane(this.id);
      case 'notice':
        return noticeLane(this.id);
      case 'message':
      case 'participants':
        return remoteLane({ login: this.id, chat: event.chat });
      default:
        return assertNever(event);
    }
  }

  #saveLater(user: RemoteUserId): void {
    this.#unsaved.add(user);
    this.#save ??= this.#parts.clock.after(SAVE_CONTACTS_AFTER_MS, () => void this.#flushContacts());
  }

  async #flushContacts(): Promise<void> {
    this.#save?.();
    this.#save = undefined;
    const users = [...this.#unsaved];
    this.#unsaved.clear();
    this.#write(async () => {
      for (const user of users) {
        const contact = this.#contacts.get(user);
        if (contact) await this.#parts.sessions.saveContact(this.#lease, contact);
      }
    });
    await this.#writes;
  }

  async #keepWanted(): Promise<void> {
    await this.#parts.sessions.setWanted(this.#lease, { ...this.profile.wishes, on: this.#on });
  }

  #write(work: () => Promise<void>): void {
    this.#writes = this.#writes.then(work).catch((error: unknown) => {
      this.#log.warn({ err: error }, 'could not write about the session');
    });
  }
}
