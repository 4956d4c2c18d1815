// One login: brings what the server tells to the core, and what the core wants to the server. Knows the parts, not how
// any of them does its work.

import type { Clock } from '../../bridge/clock.ts';
import { BridgeError } from '../../bridge/errors.ts';
import type { Content, Participant } from '../../bridge/events.ts';
import type { ChatId, RemoteUserId } from '../../bridge/ids.ts';
import type { Log } from '../../bridge/log.ts';
import type {
  ClientSink,
  Delivery,
  NetworkClient,
  NetworkLogin,
  RequestAnswer,
  ResolvedUser,
  SessionMemory,
  WantedPresence,
} from '../../bridge/network.ts';
import type { DialectName } from '../../msnp/dialect.ts';
import type { ChatMessage } from '../../msnp/message.ts';
import type { SessionEvent } from '../../msnp/notification-types.ts';
import type { SwitchboardEntry } from '../../msnp/switchboard-types.ts';
import { SwitchboardSession } from '../../msnp/switchboard.ts';
import { Asking } from './asking.ts';
import type { Question } from './asking.ts';
import { Connection } from './connection.ts';
import type { Ending } from './connection.ts';
import { toName, toOwnStatus } from './convert-contact.ts';
import { fromMessage, split, toMessage } from './convert-content.ts';
import { messageFailed, notSignedIn, THE_OTHERS } from './errors.ts';
import { Groups } from './groups.ts';
import {
  addressFault,
  addressOfChat,
  addressOfUser,
  chatWith,
  isAddress,
  isGroupChat,
  messageId,
  participantsId,
  requestId,
  sameAddress,
  userId,
} from './ids.ts';
import type { Io } from './io.ts';
import type { ServerProfile } from './profile.ts';
import { Notices } from './notices.ts';
import { Roster } from './roster.ts';
import { Services } from './services.ts';
import { Switchboards } from './switchboards.ts';
import type { Heard } from './switchboards.ts';

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

const TYPING_MS = 6_000;

export class MsnClient implements NetworkClient {
  readonly #parts: ClientParts;
  readonly #login: NetworkLogin;
  readonly #sink: ClientSink;
  readonly #log: Log;
  readonly #roster: Roster;
  readonly #groups: Groups;
  readonly #asking = new Asking();
  readonly #notices: Notices;
  readonly #services: Services;
  /** Switchboards of attempts that have ended, still saying goodbye. */
  readonly #leaving = new Set<Promise<void>>();
  #attempt: Attempt | undefined;
  #memory: SessionMemory | undefined;
  #ticketRefused = false;
  #held = false;
  #epoch = 0;
  #participantsCount = 0;

  constructor(parts: ClientParts, login: NetworkLogin, sink: ClientSink) {
    this.#parts = parts;
    this.#login = login;
    this.#sink = sink;
    this.#log = parts.log.child({ login: login.id });
    this.#memory = login.memory;
    this.#groups = new Groups({
      known: login.groups,
      userId: (address) => userId(parts.profile.key, address),
      randomBytes: (size) => parts.io.randomBytes(size),
      onChange: (chat, participants) => this.#onParticipants(chat, participants),
    });
    this.#notices = new Notices({ login: login.user, clock: parts.clock, emit: (notice) => sink.event(notice) });
    const say = (text: string): void => this.#notices.say(text);
    this.#services = new Services({ server: parts.profile.name, say, log: this.#log });
    this.#roster = new Roster({
      server: parts.profile.key,
      cached: login.roster,
      clock: parts.clock,
      onRequest: (address, name) => this.#onRequest(address, name),
      emit: (event) => sink.event(event),
      say,
    });
  }

  connect(epoch: number, wanted: WantedPresence): void {
    if (this.#attempt) return;
    this.#epoch = epoch;
    this.#notices.begin(epoch);
    const { address, password } = this.#login;
    const { profile, io, clock } = this.#parts;
    const connection = new Connection({
      profile,
      address,
      password,
      status: toOwnStatus(wanted.status ?? '') ?? 'NLN',
      nick: wanted.nick,
      mayForgive: this.#memory !== undefined && !this.#ticketRefused,
      io,
      clock,
      log: this.#log,
      onEvent: (event) => this.#onEvent(event),
      onConnected: (dialect, serial) => this.#onConnected(dialect, serial),
      onEnd: (ending) => this.#onEnd(ending),
    });
    this.#attempt = { epoch, connection, switchboards: this.#makeSwitchboards(epoch, connection) };
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
    const name = this.#roster.nameOf(address);
    return { user: userId(this.#parts.profile.key, address), chat: chatWith(address), address, name };
  }

  split(content: Content): readonly Content[] {
    return split(content);
  }

  async send(chat: ChatId, piece: Content, beforeWrite: () => Promise<void>): Promise<Delivery> {
    return this.#send(chat, toMessage(piece), beforeWrite);
  }

  /** Shakes somebody's window. Throws `BridgeError` when that cannot be. */
  async nudge(address: string): Promise<void> {
    await this.#send(chatWith(address), { type: 'nudge' }, async () => undefined);
  }

  async #send(chat: ChatId, message: ChatMessage, beforeWrite: () => Promise<void>): Promise<Delivery> {
    const attempt = this.#attempt;
    if (attempt?.connection.isConnected !== true) throw notSignedIn();
    const { confirmsDelivery } = this.#parts.profile;
    const outcome = await attempt.switchboards.send(chat, message, beforeWrite);
    if (outcome === 'acknowledged' || (outcome === 'alone' && confirmsDelivery)) {
      return confirmsDelivery ? 'delivered' : 'accepted';
    }
    const whom = isGroupChat(chat) ? THE_OTHERS : this.#roster.nameOf(addressOfChat(chat));
    throw messageFailed(outcome, whom);
  }

  setPresence({ status, nick }: WantedPresence): void {
    const connection = this.#attempt?.connection;
    const code = status === undefined ? undefined : toOwnStatus(status);
    if (code !== undefined) connection?.command({ type: 'set-status', status: code });
    if (nick !== undefined) connection?.command({ type: 'set-nick', nick });
  }

  async answerRequest(user: RemoteUserId, answer: RequestAnswer): Promise<void> {
    const address = addressOfUser(user);
    if (answer === 'block') return this.ask({ type: 'block-contact', address });
    await this.ask({ type: 'allow-contact', address });
    if (answer === 'add') await this.ask({ type: 'add-to-list', list: 'forward', address });
  }

  /** The contact list and what belongs to it, for commands. */
  get roster(): Roster {
    return this.#roster;
  }

  get services(): Services {
    return this.#services;
  }

  /** Asks the server to change something; resolves when it is done, throws `BridgeError` when it is not. */
  async ask(question: Question): Promise<void> {
    const connection = this.#attempt?.connection;
    const send = connection?.isConnected === true ? connection.command.bind(connection) : undefined;
    await this.#asking.ask(question, send);
  }

  typing(chat: ChatId, typing: boolean): void {
    this.#attempt?.switchboards.typing(chat, typing);
  }

  async invite(chat: ChatId, user: RemoteUserId): Promise<ChatId> {
    const attempt = this.#attempt;
    if (attempt?.connection.isConnected !== true) throw notSignedIn();
    return attempt.switchboards.invite(chat, addressOfUser(user));
  }

  leave(chat: ChatId): void {
    this.#attempt?.switchboards.leave(chat);
  }

  hold(held: boolean): void {
    this.#held = held;
    this.#attempt?.switchboards.hold(held);
  }

  #makeSwitchboards(epoch: number, connection: Connection): Switchboards {
    const { io, clock } = this.#parts;
    const { address } = this.#login;
    const switchboards = new Switchboards({
      io,
      clock,
      log: this.#log,
      own: address,
      makeSession: (entry: SwitchboardEntry) =>
        new SwitchboardSession({ address, dialect: connection.dialect ?? 'MSNP8', entry }),
      request: (name) => connection.command({ type: 'request-switchboard', request: name }),
      groups: this.#groups,
      nameOf: (other) => this.#roster.nameOf(other),
      isWelcome: (other) => !this.#roster.isBlocked(other),
      onMessage: (heard) => this.#onHeard(epoch, heard),
    });
    switchboards.hold(this.#held);
    return switchboards;
  }

  #onConnected(dialect: DialectName, serial: string | undefined): void {
    this.#ticketRefused = false;
    this.#memory = { protocol: dialect, ...(serial !== undefined && { rosterSerial: serial }) };
    this.#log.info({ dialect }, 'signed in');
    this.#sink.remember(this.#memory);
    this.#sink.state('connected', '');
  }

  #onEnd({ kind, sentence, ticketRefused }: Ending): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    this.#roster.rest();
    this.#notices.end();
    if (ticketRefused) this.#ticketRefused = true;
    this.#asking.end();
    if (attempt) {
      const goodbye = attempt.switchboards.close();
      this.#leaving.add(goodbye);
      void goodbye.finally(() => this.#leaving.delete(goodbye));
    }
    this.#log.info({ state: kind }, 'session ended');
    this.#sink.state(kind, sentence);
  }

  #onEvent(event: SessionEvent): void {
    const switchboards = this.#attempt?.switchboards;
    switch (event.type) {
      case 'roster':
        return this.#roster.onRoster(event);
      case 'status-changed':
        return this.#roster.onStatus(event);
      case 'personal-message-changed':
        return this.#roster.onPersonalMessage(event);
      case 'list-changed':
        return this.#roster.onListChange(event);
      case 'switchboard-granted':
        return switchboards?.onGranted(event);
      case 'switchboard-refused':
        return switchboards?.onRefused(event);
      case 'rung':
        return switchboards?.onRung(event);
      case 'command-refused':
        this.#log.info({ verb: event.verb, code: event.code }, 'command refused');
        return;
      case 'contact-grouped':
      case 'contact-renamed':
      case 'contact-property-changed':
      case 'own-property-changed':
      case 'group-added':
      case 'group-renamed':
      case 'group-removed':
      case 'privacy-changed':
        return this.#roster.onChange(event);
      case 'request-done':
        return this.#asking.onDone(event.request);
      case 'request-refused':
        return this.#asking.onRefused(event);
      case 'maintenance':
      case 'mail-counted':
      case 'mail-arrived':
      case 'mail-moved':
      case 'offline-messages':
      case 'alert':
      case 'alert-lost':
        return this.#services.handle(event);
      // Our own nick and status are not shown anywhere; the rest is the connection's.
      case 'own-nick':
      case 'status-set':
      case 'redirected':
      case 'ticket-wanted':
      case 'signed-in':
      case 'sign-in-refused':
      case 'signed-out':
      case 'timed-out':
      // Web pages are not used yet.
      case 'profile':
      case 'page-granted':
        return;
    }
  }

  #onParticipants(chat: ChatId, participants: readonly Participant[]): void {
    this.#participantsCount += 1;
    const id = participantsId(this.#login.user, this.#epoch, this.#participantsCount);
    this.#sink.event({ type: 'participants', chat, id, at: this.#parts.clock.now(), participants });
  }

  #onRequest(address: string, name: string): void {
    const epoch = this.#attempt?.epoch ?? 0;
    this.#sink.event({
      type: 'contact-request',
      user: userId(this.#parts.profile.key, address),
      address,
      name,
      id: requestId(this.#login.user, epoch, address),
      at: this.#parts.clock.now(),
    });
  }

  #onHeard(epoch: number, { chat, address, nick, message, connection, count }: Heard): void {
    if (!isAddress(address)) {
      this.#log.warn({ length: address.length }, 'message dropped: its sender has no address');
      return;
    }
    const sender = userId(this.#parts.profile.key, address);
    if (message.type === 'typing') {
      this.#sink.event({ type: 'typing', chat, sender, forMs: TYPING_MS });
      return;
    }
    const content = fromMessage(message, nick);
    if (content === undefined) {
      const kind = message.type === 'other' ? message.contentType : message.type;
      this.#log.debug({ kind }, 'message without anything to show');
      return;
    }
    this.#sink.event({
      type: 'message',
      chat,
      sender,
      senderName: toName(nick) || this.#roster.nameOf(address),
      id: messageId(this.#login.user, epoch, connection, count),
      at: this.#parts.clock.now(),
      content,
    });
  }
}
