// Which switchboard serves which chat: opens and answers them, and picks one for each message. Knows addresses and
// messages as MSN has them; not how they look in Matrix.

import type { Cancel, Clock } from '../../bridge/clock.ts';
import type { BridgeError } from '../../bridge/errors.ts';
import type { ChatMessage } from '../../msnp/message.ts';
import type { NotificationEvent } from '../../msnp/notification-types.ts';
import type { SwitchboardEntry } from '../../msnp/switchboard-types.ts';
import { conversationRefused, networkTrouble, notSignedIn } from './errors.ts';
import type { SendOutcome } from './errors.ts';
import { Switchboard } from './switchboard.ts';
import type { SwitchboardParts } from './switchboard.ts';

type Of<Type extends NotificationEvent['type']> = Extract<NotificationEvent, { type: Type }>;

export interface SwitchboardsParts extends Pick<SwitchboardParts, 'io' | 'log' | 'own'> {
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly makeSession: (entry: SwitchboardEntry) => SwitchboardParts['session'];
  /** Asks the notification server for a switchboard; the answer comes back with this name. */
  readonly request: (name: string) => void;
  readonly nameOf: (address: string) => string;
  /** May this person call us? */
  readonly isWelcome: (address: string) => boolean;
  readonly onMessage: (message: Heard) => void;
}

/** Something said on a switchboard. */
export interface Heard {
  readonly address: string;
  readonly nick: string;
  readonly message: ChatMessage;
  /** The switchboard's number within the session, and that of the message within the switchboard. */
  readonly connection: number;
  readonly count: number;
  readonly inGroup: boolean;
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
  /** Our requests to the notification server, by name, with the address to call. */
  readonly #requests = new Map<string, string>();
  /** Whom we are calling, from the request until it stands or fails. */
  readonly #calling = new Set<string>();
  readonly #waiters = new Map<string, Waiter[]>();
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #typing = new Map<string, Cancel>();
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
  }

  /** Messages to one address keep their order: each waits until the one before it is settled. */
  send(address: string, message: ChatMessage, beforeWrite: () => Promise<void>): Promise<SendOutcome> {
    const before = this.#lanes.get(address) ?? Promise.resolve();
    const result = before.then(async () => this.#carry(address, message, beforeWrite));
    const leaveLane = (): void => {
      if (this.#lanes.get(address) === lane) this.#lanes.delete(address);
    };
    const lane: Promise<void> = result.then(leaveLane, leaveLane);
    this.#lanes.set(address, lane);
    return result;
  }

  /** Only where a conversation is open already: typing alone opens none. */
  typing(address: string, typing: boolean): void {
    this.#stopTyping(address);
    if (typing) this.#type(address, TYPING_REPEATS);
  }

  onGranted({ request, host, port, ticket }: Of<'switchboard-granted'>): void {
    const address = this.#requests.get(request);
    this.#requests.delete(request);
    if (address === undefined || this.#closed) return;
    if (!this.#makeRoom()) {
      this.#calling.delete(address);
      this.#fail(address, networkTrouble('Too many conversations are open at once.'));
      return;
    }
    this.#start({ type: 'create', ticket }, { host, port }, address, undefined);
  }

  onRefused({ request, code }: Of<'switchboard-refused'>): void {
    const address = this.#requests.get(request);
    this.#requests.delete(request);
    if (address === undefined) return;
    this.#calling.delete(address);
    this.#fail(address, conversationRefused(code, this.#parts.nameOf(address)));
  }

  /** A call is answered whoever makes it, unless blocked. There is no way to refuse one but silence. */
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
    for (const address of this.#typing.keys()) this.#stopTyping(address);
    for (const address of this.#waiters.keys()) this.#fail(address, notSignedIn());
    for (const board of this.#boards) board.leave();
    if (this.#boards.size === 0) return;
    const allEnded = new Promise<void>((resolve) => (this.#onAllEnded = resolve));
    const cancel = this.#parts.clock.after(GOODBYE_MS, () => {
      for (const board of this.#boards) board.destroy();
    });
    await allEnded;
    cancel();
  }

  async #carry(address: string, message: ChatMessage, beforeWrite: () => Promise<void>): Promise<SendOutcome> {
    await this.#boardFor(address);
    await beforeWrite();
    // Meanwhile the conversation may have ended, or another one with the same person have begun.
    const board = this.#best(address);
    if (board === undefined) throw this.#closed ? notSignedIn() : networkTrouble('The conversation has just ended.');
    this.#stopTyping(address);
    return board.send(message);
  }

  async #boardFor(address: string): Promise<Switchboard> {
    if (this.#closed) throw notSignedIn();
    const open = this.#best(address);
    if (open) return open;
    return new Promise<Switchboard>((resolve, reject) => {
      this.#waiters.set(address, [...(this.#waiters.get(address) ?? []), { resolve, reject }]);
      this.#call(address);
    });
  }

  /** Where the person last said something, else what was used last. */
  #best(address: string): Switchboard | undefined {
    const heard = ({ lastHeard, lastUsed }: Switchboard): number[] => [lastHeard?.getTime() ?? 0, lastUsed.getTime()];
    return [...this.#boards]
      .filter((board) => board.serves(address))
      .sort((one, other) => {
        const [a, b] = [heard(one), heard(other)];
        return (b[0] ?? 0) - (a[0] ?? 0) || (b[1] ?? 0) - (a[1] ?? 0);
      })[0];
  }

  #call(address: string): void {
    if (this.#calling.has(address)) return;
    this.#calling.add(address);
    this.#requestCount += 1;
    const name = `switchboard-${this.#requestCount}`;
    this.#requests.set(name, address);
    this.#parts.request(name);
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
    this.#start({ type: 'answer', ticket, session }, { host, port }, address, session);
  }

  #start(
    entry: SwitchboardEntry,
    at: { readonly host: string; readonly port: number },
    address: string,
    ring: string | undefined,
  ): void {
    this.#boardCount += 1;
    const number = this.#boardCount;
    const log = this.#parts.log.child({ switchboard: number });
    let count = 0;
    const board: Switchboard = new Switchboard({
      session: this.#parts.makeSession(entry),
      io: this.#parts.io,
      clock: this.#parts.clock,
      log,
      number,
      own: this.#parts.own,
      callee: ring === undefined ? address : undefined,
      name: this.#parts.nameOf(address),
      ring,
      onOpened: (error) => this.#onOpened(address, ring, error),
      onMessage: (from, nick, message) => {
        count += 1;
        const inGroup = board.isGroup;
        this.#parts.onMessage({ address: from, nick, message, connection: number, count, inGroup });
      },
      onEnd: () => {
        log.debug({}, 'switchboard ended');
        this.#boards.delete(board);
        if (this.#boards.size === 0) this.#onAllEnded?.();
      },
    });
    this.#boards.add(board);
    log.debug({ entry: entry.type }, 'switchboard begins');
    if (this.#held) board.hold(true);
    board.open(at.host, at.port);
  }

  #onOpened(address: string, ring: string | undefined, error: BridgeError | undefined): void {
    if (ring === undefined) this.#calling.delete(address);
    else this.#answering.delete(ring);
    if (error === undefined) this.#serveWaiters();
    // Whoever still waits for this call waits in vain, also if it stands and is not for two alone.
    if (ring === undefined) this.#fail(address, error ?? networkTrouble('The server opened another conversation.'));
    this.#answer();
  }

  /** A switchboard stands: whoever waits for its person need not wait for another one. */
  #serveWaiters(): void {
    for (const [address, waiters] of this.#waiters) {
      const board = this.#best(address);
      if (board === undefined) continue;
      this.#waiters.delete(address);
      for (const waiter of waiters) waiter.resolve(board);
    }
  }

  #fail(address: string, error: BridgeError): void {
    const waiters = this.#waiters.get(address) ?? [];
    this.#waiters.delete(address);
    for (const waiter of waiters) waiter.reject(error);
  }

  /** Leaves the conversation that was quiet for longest if there are too many; false: all are busy. */
  #makeRoom(): boolean {
    if (this.#boards.size < MAX_OPEN) return true;
    const quiet = [...this.#boards].filter((board) => board.isQuiet);
    const oldest = quiet.sort((one, other) => one.lastUsed.getTime() - other.lastUsed.getTime())[0];
    oldest?.leave();
    return oldest !== undefined;
  }

  #type(address: string, repeats: number): void {
    const board = this.#best(address);
    if (board === undefined || repeats === 0) {
      this.#typing.delete(address);
      return;
    }
    board.sendTyping();
    this.#typing.set(
      address,
      this.#parts.clock.after(TYPING_EVERY_MS, () => this.#type(address, repeats - 1)),
    );
  }

  #stopTyping(address: string): void {
    this.#typing.get(address)?.();
    this.#typing.delete(address);
  }
}
