// One login: brings what the server tells to the core, and what the core wants to the server. Knows the parts, not how
// any of them does its work.

import type { Clock } from '../../bridge/clock.ts';
import { BridgeError } from '../../bridge/errors.ts';
import type { Content } from '../../bridge/events.ts';
import type { ChatId, RemoteUserId } from '../../bridge/ids.ts';
import type { Log } from '../../bridge/log.ts';
import type {
  ClientSink,
  Delivery,
  GroupChat,
  NetworkClient,
  NetworkLogin,
  PrivateNames,
  RequestAnswer,
  RequestStanding,
  ResolvedUser,
  WantedPresence,
} from '../../bridge/network.ts';
import type { DialectName } from '../../msnp/dialect.ts';
import type { SessionEvent } from '../../msnp/notification-types.ts';
import type { SwitchboardEntry } from '../../msnp/switchboard-types.ts';
import { SwitchboardSession } from '../../msnp/switchboard.ts';
import type { Question } from './asking.ts';
import { Connection } from './connection.ts';
import type { Ending } from './connection.ts';
import { split, toMessage } from './convert-content.ts';
import { blockedByUs, messageFailed, notSignedIn, THE_OTHERS } from './errors.ts';
import { Groups } from './groups.ts';
import { Hearing } from './hearing.ts';
import { addressFault, addressOfChat, addressOfUser, chatWith, isGroupChat, sameAddress, userId } from './ids.ts';
import type { Io } from './io.ts';
import { EmoticonChoice, EMOTICONS_CHOICE } from './emoticon-choice.ts';
import { isNudge, Nudges } from './nudges.ts';
import type { ServerProfile } from './profile.ts';
import { People } from './people.ts';
import type { Roster } from './roster.ts';
import { Service } from './service.ts';
import { Switchboards } from './switchboards.ts';
import { Ways } from './ways.ts';

export interface ClientParts {
  readonly profile: ServerProfile;
  readonly io: Io;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly log: Log;
}

/** One attempt with all that belongs to it. */
interface Attempt {
  readonly epoch: number;
  readonly connection: Connection;
  readonly switchboards: Switchboards;
}

export class MsnClient implements NetworkClient {
  readonly #parts: ClientParts;
  readonly #login: NetworkLogin;
  readonly #sink: ClientSink;
  readonly #log: Log;
  readonly #people: People;
  readonly #groups: Groups;
  readonly #hearing: Hearing;
  readonly #service: Service;
  readonly #nudges: Nudges;
  readonly #emoticons: EmoticonChoice;
  /** Switchboards of attempts that have ended, still saying goodbye. */
  readonly #leaving = new Set<Promise<void>>();
  #attempt: Attempt | undefined;
  #ticketRefused = false;
  #held = false;
  #epoch = 0;

  constructor(parts: ClientParts, login: NetworkLogin, sink: ClientSink) {
    this.#parts = parts;
    this.#login = login;
    this.#sink = sink;
    this.#log = parts.log.child({ login: login.id });
    this.#groups = new Groups({
      login,
      epoch: () => this.#epoch,
      clock: parts.clock,
      userId: (address) => userId(parts.profile.key, address),
      randomBytes: (size) => parts.io.randomBytes(size),
      emit: (news) => sink.event(news),
    });
    this.#nudges = new Nudges(parts.clock);
    this.#emoticons = new EmoticonChoice(login.choices.has(EMOTICONS_CHOICE.name));
    this.#hearing = new Hearing({
      server: parts.profile.key,
      login,
      roster: () => this.roster,
      emoticons: this.#emoticons,
      clock: parts.clock,
      log: this.#log,
      emit: (news) => sink.event(news),
    });
    this.#service = new Service({
      profile: parts.profile,
      login,
      clock: parts.clock,
      log: this.#log,
      emit: (notice) => sink.event(notice),
      ask: async (page, argument) => this.#people.askForPage(page, argument),
    });
    this.#people = new People({
      server: parts.profile.key,
      login,
      clock: parts.clock,
      sink,
      say: (text) => this.#service.say(text),
      epoch: () => this.#epoch,
      send: () => {
        const connection = this.#attempt?.connection;
        return connection?.isConnected === true ? connection.command.bind(connection) : undefined;
      },
    });
  }

  connect(epoch: number, wanted: WantedPresence): void {
    if (this.#attempt) return;
    this.#epoch = epoch;
    this.#service.begin(epoch);
    const { address, password } = this.#login;
    const { profile, io, clock } = this.#parts;
    const ways = new Ways({ profile, io, clock, log: this.#log });
    const connection: Connection = new Connection({
      profile,
      address,
      password,
      wanted,
      ask: async (question) => this.#people.ask(question, (command) => connection.command(command)),
      tell: (text) => this.#service.sayOnce(text),
      cached: this.#people.cached,
      mayForgive: this.#people.areKnown && !this.#ticketRefused,
      io: ways.to('NS'),
      clock,
      log: this.#log,
      onEvent: (event) => this.#onEvent(event),
      onConnected: (dialect, serial) => this.#onConnected(dialect, serial),
      onEnd: (ending) => this.#onEnd(ending),
    });
    this.#attempt = { epoch, connection, switchboards: this.#makeSwitchboards(epoch, connection, ways) };
    this.#sink.state('connecting', '');
    connection.start();
  }

  async disconnect(): Promise<void> {
    const attempt = this.#attempt;
    if (attempt) {
      // Conversations first: what was just sent may still be acknowledged.
      await attempt.switchboards.close();
      await attempt.connection.signOut();
    }
    await Promise.all(this.#leaving);
  }

  resolve(typed: string): ResolvedUser {
    const address = typed
      .trim()
      .replace(/^mailto:/i, '')
      .toLowerCase();
    const fault = addressFault(address);
    if (fault !== undefined) throw new BridgeError('bad-input', fault);
    if (sameAddress(address, this.#login.address)) throw new BridgeError('bad-input', 'That is your own address.');
    const name = this.roster.nameOf(address);
    return { user: userId(this.#parts.profile.key, address), chat: chatWith(address), address, name };
  }

  identify(user: RemoteUserId): ResolvedUser | undefined {
    const address = addressOfUser(user);
    const isThere = userId(this.#parts.profile.key, address) === user && addressFault(address) === undefined;
    return isThere && !sameAddress(address, this.#login.address) ? this.resolve(address) : undefined;
  }

  split(content: Content): readonly Content[] {
    return split(this.#emoticons.said(content));
  }

  async send(chat: ChatId, piece: Content, beforeWrite: () => Promise<void>): Promise<Delivery> {
    const attempt = this.#attempt;
    if (attempt?.connection.isConnected !== true) throw notSignedIn();
    const whom = isGroupChat(chat) ? THE_OTHERS : this.nameFor(addressOfChat(chat));
    if (this.#isBlockedIn(chat)) throw blockedByUs(whom);
    const { confirmsDelivery } = this.#parts.profile;
    const { switchboards } = attempt;
    const outcome = isNudge(piece)
      ? await switchboards.send(chat, { type: 'nudge' }, this.#nudges.paced(chat, beforeWrite))
      : await switchboards.send(chat, toMessage(piece), beforeWrite);
    if (outcome === 'acknowledged' || (outcome === 'alone' && confirmsDelivery)) {
      return confirmsDelivery ? 'delivered' : 'accepted';
    }
    throw messageFailed(outcome, whom);
  }

  async setPresence(wanted: WantedPresence): Promise<void> {
    await this.#attempt?.connection.want(wanted);
  }

  async answerRequest(user: RemoteUserId, answer: RequestAnswer): Promise<void> {
    await this.#people.answer(user, answer);
  }

  requestStanding(user: RemoteUserId): RequestStanding {
    return this.roster.requestStanding(addressOfUser(user));
  }

  get names(): PrivateNames {
    return this.#login.names;
  }

  /** What to call somebody before our user: nobody else may read it. */
  nameFor(address: string): string {
    return this.names.of(userId(this.#parts.profile.key, address)) ?? this.roster.nameOf(address);
  }

  /** The contact list and what belongs to it, for commands. */
  get roster(): Roster {
    return this.#people.roster;
  }

  get service(): Service {
    return this.#service;
  }

  /** Asks the server to change something; resolves when it is done, throws `BridgeError` when it is not. */
  async ask(question: Question): Promise<void> {
    await this.#people.ask(question);
  }

  typing(chat: ChatId, typing: boolean): void {
    if (!this.#isBlockedIn(chat)) this.#attempt?.switchboards.typing(chat, typing);
  }

  async invite(chat: ChatId, user: RemoteUserId): Promise<GroupChat> {
    const attempt = this.#attempt;
    if (attempt?.connection.isConnected !== true) throw notSignedIn();
    return attempt.switchboards.invite(chat, addressOfUser(user));
  }

  leave(chat: ChatId): void {
    this.#attempt?.switchboards.leave(chat);
  }

  choose(choice: string, on: boolean): void {
    if (choice === EMOTICONS_CHOICE.name) this.#emoticons.choose(on);
  }

  hold(held: boolean): void {
    this.#held = held;
    this.#attempt?.switchboards.hold(held);
  }

  /** Whoever is blocked hears nothing from us either: we would not hear the answer. */
  #isBlockedIn(chat: ChatId): boolean {
    return !isGroupChat(chat) && this.roster.isBlocked(addressOfChat(chat));
  }

  #makeSwitchboards(epoch: number, connection: Connection, ways: Ways): Switchboards {
    const { clock } = this.#parts;
    const { address } = this.#login;
    const switchboards = new Switchboards({
      io: ways.to('SB'),
      clock,
      log: this.#log,
      own: address,
      makeSession: (entry: SwitchboardEntry) =>
        new SwitchboardSession({ address, dialect: connection.dialect ?? 'MSNP8', entry, declines: true }),
      request: (name) => connection.command({ type: 'request-switchboard', request: name }),
      groups: this.#groups,
      nameOf: (other) => this.roster.nameOf(other),
      nameFor: (other) => this.nameFor(other),
      isWelcome: (other) => this.roster.isWelcome(other),
      onMessage: (heard) => this.#hearing.hear(epoch, heard),
    });
    switchboards.hold(this.#held);
    return switchboards;
  }

  #onConnected(dialect: DialectName, serial: string): void {
    this.#ticketRefused = false;
    this.#log.info({ dialect }, 'signed in');
    this.#people.onConnected(dialect, serial);
    this.#sink.state('connected', '');
  }

  #onEnd({ kind, sentence, ticketRefused, afterMs }: Ending): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    this.#service.end();
    if (ticketRefused) this.#ticketRefused = true;
    this.#people.onEnd();
    this.#groups.rest();
    if (attempt) {
      const goodbye = attempt.switchboards.close();
      this.#leaving.add(goodbye);
      void goodbye.finally(() => this.#leaving.delete(goodbye));
    }
    this.#log.info({ state: kind }, 'session ended');
    this.#sink.state(kind, sentence, afterMs);
  }

  #onEvent(event: SessionEvent): void {
    const switchboards = this.#attempt?.switchboards;
    switch (event.type) {
      case 'roster':
      case 'status-changed':
      case 'personal-message-changed':
      case 'contact-grouped':
      case 'contact-renamed':
      case 'contact-property-changed':
      case 'own-property-changed':
      case 'group-added':
      case 'group-renamed':
      case 'group-removed':
      case 'page-granted':
      case 'request-done':
      case 'request-refused':
        return this.#people.onEvent(event);
      case 'list-changed':
      case 'privacy-changed':
        this.#people.onEvent(event);
        return switchboards?.leaveUnwelcome();
      case 'switchboard-granted':
        return switchboards?.onGranted(event);
      case 'switchboard-refused':
        return switchboards?.onRefused(event);
      case 'rung':
        return switchboards?.onRung(event);
      case 'command-refused':
        this.#log.info({ verb: event.verb, code: event.code }, 'command refused');
        return;
      case 'profile':
      case 'maintenance':
      case 'mail-counted':
      case 'mail-arrived':
      case 'mail-moved':
      case 'offline-messages':
      case 'alert':
      case 'alert-lost':
        return this.#service.onEvent(event);
      // Our own nick and status are the connection's, like the rest.
      case 'own-nick':
      case 'status-set':
      case 'redirected':
      case 'ticket-wanted':
      case 'signed-in':
      case 'sign-in-refused':
      case 'signed-out':
      case 'timed-out':
        return;
    }
  }
}
