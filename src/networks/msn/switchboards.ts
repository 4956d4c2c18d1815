// Which switchboard serves which chat: opens and answers them, and picks one for each message. Knows addresses and
// messages as MSN has them; not how they look in Matrix.

import type { Cancel, Clock } from '../../bridge/clock.ts';
import type { BridgeError } from '../../bridge/errors.ts';
import type { ChatId } from '../../bridge/ids.ts';
import type { ChatMessage } from '../../msnp/message.ts';
import type { NotificationEvent } from '../../msnp/notification-types.ts';
import type { SwitchboardEntry } from '../../msnp/switchboard-types.ts';
import type { GroupChat } from '../../bridge/network.ts';
import { addressOfChat, chatWith, isGroupChat } from './ids.ts';
import { conversationRefused, networkTrouble, notSignedIn, THE_OTHERS } from './errors.ts';
import type { SendOutcome } from './errors.ts';
import { Gatherings } from './gatherings.ts';
import type { Groups } from './groups.ts';
import { Switchboard } from './switchboard.ts';
import type { SwitchboardParts } from './switchboard.ts';

type Of<Type extends NotificationEvent['type']> = Extract<NotificationEvent, { type: Type }>;

export interface SwitchboardsParts extends Pick<SwitchboardParts, 'io' | 'log' | 'own'> {
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly makeSession: (entry: SwitchboardEntry) => SwitchboardParts['session'];
  /** Asks the notification server for a switchboard; the answer comes back with this name. */
  readonly request: (name: string) => void;
  readonly groups: Groups;
  /** What somebody calls themselves. */
  readonly nameOf: (address: string) => string;
  /** What our user calls somebody: for sentences. */
  readonly nameFor: (address: string) => string;
  /** May this person call us? */
  readonly isWelcome: (address: string) => boolean;
  readonly onMessage: (message: Heard) => void;
}

/** Something said on a switchboard. */
export interface Heard {
  /** The chat that it belongs to; one of several, if there is none of these people yet, is made by asking. */
  readonly chat: () => ChatId;
  /** The same for what is not worth a chat: undefined if there is none yet. */
  readonly knownChat: () => ChatId | undefined;
  readonly address: string;
  readonly nick: string;
  readonly message: ChatMessage;
  /** The switchboard's number within the session, and that of the message within the switchboard. */
  readonly connection: number;
  readonly count: number;
}

interface Waiter {
  readonly resolve: (switchboard: Switchboard) => void;
  readonly reject: (error: BridgeError) => void;
}

const MAX_OPEN = 64;
/** Rings that are being answered, and rings that wait for their turn; a flood beyond it is dropped. */
const MAX_ANSWERING = 8;
const MAX_RINGS = 64;
/** Of one caller, both together: nobody keeps the others out. */
const MAX_RINGS_OF_ONE = 4;
const TYPING_EVERY_MS = 5_000;
/** Somebody who types longer than this without a word has forgotten it. */
const TYPING_REPEATS = 24;
/** How long switchboards may take to say goodbye. */
const GOODBYE_MS = 3_000;

export class Switchboards {
  readonly #parts: SwitchboardsParts;
  readonly #boards = new Set<Switchboard>();
  readonly #gatherings: Gatherings;
  /** Our requests to the notification server, by name, with the chat that they are for. */
  readonly #requests = new Map<string, ChatId>();
  /** The chats that we are opening, from the request until they stand or fail. */
  readonly #calling = new Set<ChatId>();
  readonly #waiters = new Map<ChatId, Waiter[]>();
  readonly #lanes = new Map<ChatId, Promise<void>>();
  readonly #typing = new Map<ChatId, Cancel>();
  /** Who calls, by the server's name of the conversation, until it stands or fails. */
  readonly #answering = new Map<string, string>();
  #rings: Of<'rung'>[] = [];
  #requestCount = 0;
  #boardCount = 0;
  #held = false;
  #closed = false;
  #goodbye: Promise<void> | undefined;
  #onAllEnded: (() => void) | undefined;

  constructor(parts: SwitchboardsParts) {
    this.#parts = parts;
    const { groups, nameOf } = parts;
    this.#gatherings = new Gatherings({ groups, nameOf, boards: () => this.#boards });
  }

  /** Messages of one chat keep their order: each waits until the one before it is settled. */
  send(chat: ChatId, message: ChatMessage, beforeWrite: () => Promise<void>): Promise<SendOutcome> {
    return this.#inTurn(chat, async () => this.#carry(chat, message, beforeWrite));
  }

  /** Calls somebody into a chat; resolves to the chat that it then is. */
  async invite(chat: ChatId, address: string): Promise<GroupChat> {
    return this.#inTurn(chat, async () => {
      const board = await this.#boardFor(chat);
      this.#gatherings.take(board, chat);
      await board.invite(address, this.#parts.nameFor(address));
      return this.#gatherings.look(this.#gatherings.meet(board, address));
    });
  }

  /** Goes out of a chat, if it is open. */
  leave(chat: ChatId): void {
    this.#stopTyping(chat);
    for (const board of this.#boards) if (this.#gatherings.serves(board, chat)) board.leave();
  }

  /** Only where a conversation is open already: typing alone opens none. */
  typing(chat: ChatId, typing: boolean): void {
    this.#stopTyping(chat);
    if (typing) this.#type(chat, TYPING_REPEATS);
  }

  onGranted({ request, host, port, ticket }: Of<'switchboard-granted'>): void {
    const chat = this.#requests.get(request);
    this.#requests.delete(request);
    if (chat === undefined || this.#closed) return;
    if (!this.#makeRoom()) {
      this.#calling.delete(chat);
      this.#fail(chat, networkTrouble('Too many conversations are open at once.'));
      return;
    }
    this.#start({ type: 'create', ticket }, { host, port }, { chat });
  }

  onRefused({ request, code }: Of<'switchboard-refused'>): void {
    const chat = this.#requests.get(request);
    this.#requests.delete(request);
    if (chat === undefined) return;
    this.#calling.delete(chat);
    this.#fail(chat, conversationRefused(code, this.#nameOf(chat)));
  }

  /** A call is answered if its maker is welcome. There is no way to refuse one but silence. */
  onRung(ring: Of<'rung'>): void {
    if (this.#closed || !this.#parts.isWelcome(ring.address)) return;
    // Answering a second ring of the same conversation would put us into it twice, and every message would come twice.
    const known = [...this.#boards, ...this.#rings.map(({ session }) => ({ ring: session }))];
    if (known.some((one) => one.ring === ring.session)) return;
    const callers = [...this.#answering.values(), ...this.#rings.map(({ address }) => address)];
    const ofThisOne = callers.filter((address) => address === ring.address).length;
    if (this.#rings.length >= MAX_RINGS || ofThisOne >= MAX_RINGS_OF_ONE) {
      this.#parts.log.warn({ waiting: this.#rings.length }, 'a call was dropped: too many at once');
      return;
    }
    this.#rings.push(ring);
    this.#answer();
  }

  /** Whoever was blocked is not talked with any more, and not answered. */
  leaveUnwelcome(): void {
    this.#rings = this.#rings.filter(({ address }) => this.#parts.isWelcome(address));
    for (const board of this.#boards) {
      const [one] = board.present;
      const isTheirs = one && this.#gatherings.find(board, one.address) === chatWith(one.address);
      if (isTheirs && !this.#parts.isWelcome(one.address)) board.leave();
    }
  }

  /** While held nothing is heard in any conversation. */
  hold(held: boolean): void {
    this.#held = held;
    for (const board of this.#boards) board.hold(held);
  }

  /** Leaves all conversations; what waits to be sent fails, what was sent may still be acknowledged. */
  close(): Promise<void> {
    this.#goodbye ??= this.#leaveAll();
    return this.#goodbye;
  }

  async #leaveAll(): Promise<void> {
    this.#closed = true;
    this.#rings = [];
    for (const chat of this.#typing.keys()) this.#stopTyping(chat);
    for (const chat of this.#waiters.keys()) this.#fail(chat, notSignedIn());
    for (const board of this.#boards) board.leave();
    if (this.#boards.size === 0) return;
    const allEnded = new Promise<void>((resolve) => (this.#onAllEnded = resolve));
    const cancel = this.#parts.clock.after(GOODBYE_MS, () => {
      for (const board of this.#boards) board.destroy();
    });
    await allEnded;
    cancel();
  }

  #inTurn<T>(chat: ChatId, work: () => Promise<T>): Promise<T> {
    const before = this.#lanes.get(chat) ?? Promise.resolve();
    const result = before.then(work);
    const leaveLane = (): void => {
      if (this.#lanes.get(chat) === lane) this.#lanes.delete(chat);
    };
    const lane: Promise<void> = result.then(leaveLane, leaveLane);
    this.#lanes.set(chat, lane);
    return result;
  }

  async #carry(chat: ChatId, message: ChatMessage, beforeWrite: () => Promise<void>): Promise<SendOutcome> {
    await this.#boardFor(chat);
    await beforeWrite();
    // Meanwhile the conversation may have ended, or another one with the same people have begun.
    const board = this.#best(chat);
    if (board === undefined) throw this.#closed ? notSignedIn() : networkTrouble('The conversation has just ended.');
    this.#stopTyping(chat);
    this.#gatherings.take(board, chat);
    return board.send(message);
  }

  async #boardFor(chat: ChatId): Promise<Switchboard> {
    for (let open = this.#best(chat); open; open = this.#best(chat)) if (await open.isSound()) return open;
    if (this.#closed) throw notSignedIn();
    return new Promise<Switchboard>((resolve, reject) => {
      this.#waiters.set(chat, [...(this.#waiters.get(chat) ?? []), { resolve, reject }]);
      this.#call(chat);
    });
  }

  /** Where most of them are; among those, where somebody last said something, else what was used last. */
  #best(chat: ChatId): Switchboard | undefined {
    const ranks = ({ present, lastHeard, lastUsed }: Switchboard): readonly number[] => [
      present.length,
      lastHeard?.getTime() ?? 0,
      lastUsed.getTime(),
    ];
    return [...this.#boards]
      .filter((board) => this.#gatherings.serves(board, chat))
      .sort((one, other) => {
        const [a, b] = [ranks(one), ranks(other)];
        return b.map((rank, at) => rank - a[at]!).find((difference) => difference !== 0) ?? 0;
      })[0];
  }

  #call(chat: ChatId): void {
    if (this.#calling.has(chat)) return;
    this.#calling.add(chat);
    this.#requestCount += 1;
    const name = `switchboard-${this.#requestCount}`;
    this.#requests.set(name, chat);
    this.#parts.request(name);
  }

  /** Whom to call to open a chat. */
  #callees(chat: ChatId): readonly string[] {
    return isGroupChat(chat) ? this.#gatherings.callees(chat) : [addressOfChat(chat)];
  }

  #nameOf(chat: ChatId): string {
    return isGroupChat(chat) ? THE_OTHERS : this.#parts.nameFor(addressOfChat(chat));
  }

  #answer(): void {
    if (this.#answering.size >= MAX_ANSWERING) return;
    const ring = this.#rings.shift();
    if (ring === undefined) return;
    if (!this.#makeRoom()) {
      this.#parts.log.warn({ open: this.#boards.size }, 'a call was dropped: too many conversations are open');
      return;
    }
    const { ticket, session, host, port, address } = ring;
    this.#answering.set(session, address);
    this.#start({ type: 'answer', ticket, session }, { host, port }, { ring: session, caller: address });
  }

  #start(
    entry: SwitchboardEntry,
    at: { readonly host: string; readonly port: number },
    why: { readonly chat: ChatId } | { readonly ring: string; readonly caller: string },
  ): void {
    this.#boardCount += 1;
    const number = this.#boardCount;
    const log = this.#parts.log.child({ switchboard: number });
    const chat = 'chat' in why ? why.chat : undefined;
    let count = 0;
    const board: Switchboard = new Switchboard({
      session: this.#parts.makeSession(entry),
      io: this.#parts.io,
      clock: this.#parts.clock,
      log,
      number,
      own: this.#parts.own,
      callees: chat === undefined ? [] : this.#callees(chat),
      name: 'chat' in why ? this.#nameOf(why.chat) : this.#parts.nameFor(why.caller),
      ring: 'ring' in why ? why.ring : undefined,
      onOpened: (error) => this.#onOpened(board, why, error),
      onMessage: (from, nick, message) => {
        count += 1;
        this.#parts.onMessage({
          chat: () => this.#gatherings.meet(board, from),
          knownChat: () => this.#gatherings.find(board, from),
          address: from,
          nick,
          message,
          connection: number,
          count,
        });
      },
      onJoined: () => {
        this.#gatherings.joined(board);
        this.#serveWaiters();
      },
      onLeft: (participant) => this.#gatherings.left(board, participant),
      onEnd: () => {
        log.debug({}, 'switchboard ended');
        this.#boards.delete(board);
        if (this.#boards.size === 0) this.#onAllEnded?.();
      },
    });
    if (chat !== undefined && isGroupChat(chat)) board.becomes(chat);
    this.#boards.add(board);
    log.debug({ entry: entry.type }, 'switchboard begins');
    if (this.#held) board.hold(true);
    board.open(at.host, at.port);
  }

  #onOpened(
    board: Switchboard,
    why: { readonly chat: ChatId } | { readonly ring: string },
    error: BridgeError | undefined,
  ): void {
    if ('ring' in why) this.#answering.delete(why.ring);
    else this.#calling.delete(why.chat);
    if (error === undefined) {
      this.#gatherings.opened(board);
      this.#serveWaiters();
    }
    // Whoever still waits for this call waits in vain, also if it stands and is not for those alone.
    if ('chat' in why) this.#fail(why.chat, error ?? networkTrouble('The server opened another conversation.'));
    this.#answer();
  }

  /** A switchboard stands: whoever waits for its people need not wait for another one. */
  #serveWaiters(): void {
    for (const [chat, waiters] of this.#waiters) {
      const board = this.#best(chat);
      if (board === undefined) continue;
      this.#waiters.delete(chat);
      for (const waiter of waiters) waiter.resolve(board);
    }
  }

  #fail(chat: ChatId, error: BridgeError): void {
    const waiters = this.#waiters.get(chat) ?? [];
    this.#waiters.delete(chat);
    for (const waiter of waiters) waiter.reject(error);
  }

  /** Leaves the conversation that was quiet for longest if there are too many; false: all are busy. */
  #makeRoom(): boolean {
    if (this.#boards.size < MAX_OPEN) return true;
    const quiet = [...this.#boards].filter((board) => board.isQuiet);
    // one person calls again who wants us; several may talk on without us
    const cost = (board: Switchboard): number => (board.present.length > 1 ? 1 : 0);
    const oldest = quiet.sort(
      (one, other) => cost(one) - cost(other) || one.lastUsed.getTime() - other.lastUsed.getTime(),
    )[0];
    oldest?.leave();
    return oldest !== undefined;
  }

  #type(chat: ChatId, repeats: number): void {
    const board = this.#best(chat);
    if (board === undefined || repeats === 0) {
      this.#typing.delete(chat);
      return;
    }
    board.sendTyping();
    this.#typing.set(
      chat,
      this.#parts.clock.after(TYPING_EVERY_MS, () => this.#type(chat, repeats - 1)),
    );
  }

  #stopTyping(chat: ChatId): void {
    this.#typing.get(chat)?.();
    this.#typing.delete(chat);
  }
}
