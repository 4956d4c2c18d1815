// One switchboard from dialling to its end: who is in it and what is under way. Knows no chats and no other switchboard.

import type { Cancel, Clock } from '../../bridge/clock.ts';
import type { BridgeError } from '../../bridge/errors.ts';
import { assertNever } from '../../bridge/errors.ts';
import type { Log } from '../../bridge/log.ts';
import type { ChatMessage } from '../../msnp/message.ts';
import type { Session } from '../../msnp/session.ts';
import type {
  MessageOutcome,
  Participant,
  SwitchboardCommand,
  SwitchboardEvent,
} from '../../msnp/switchboard-types.ts';
import { Driver } from './driver.ts';
import type { End } from './driver.ts';
import { conversationRefused, networkTrouble, notAnswering } from './errors.ts';
import type { SendOutcome } from './errors.ts';
import { sameAddress } from './ids.ts';
import type { Io } from './io.ts';

export interface SwitchboardParts {
  readonly session: Session<SwitchboardCommand, SwitchboardEvent>;
  readonly io: Pick<Io, 'dial' | 'fetch'>;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly log: Log;
  /** Counts the connections of one session of the login. */
  readonly number: number;
  /** Our own address. */
  readonly own: string;
  /** Whom to call once inside; undefined: somebody has called us. */
  readonly callee: string | undefined;
  /** What to call the other person in sentences. */
  readonly name: string;
  /** The server's name of the conversation that we were called into. */
  readonly ring: string | undefined;
  /** Called once: it can be talked in, or why not. */
  readonly onOpened: (error: BridgeError | undefined) => void;
  readonly onMessage: (address: string, nick: string, message: ChatMessage) => void;
  /** Called once, after `onOpened`. */
  readonly onEnd: () => void;
}

const ENTER_MS = 30_000;
const JOIN_MS = 20_000;
const IDLE_MS = 5 * 60_000;
const GOODBYE_MS = 2_000;
const MAX_PARTICIPANTS = 256;

export class Switchboard {
  readonly #parts: SwitchboardParts;
  readonly #driver: Driver<SwitchboardCommand, SwitchboardEvent>;
  readonly #present = new Map<string, Participant>();
  readonly #ever = new Set<string>();
  readonly #sends = new Map<string, (outcome: SendOutcome) => void>();
  #state: 'opening' | 'open' | 'leaving' | 'ended' = 'opening';
  #opened = false;
  #sendCount = 0;
  #lastUsed: Date;
  #lastHeard: Date | undefined;
  #deadline: Cancel | undefined;

  constructor(parts: SwitchboardParts) {
    this.#parts = parts;
    this.#lastUsed = parts.clock.now();
    this.#driver = new Driver({
      session: parts.session,
      io: parts.io,
      clock: parts.clock,
      log: parts.log,
      onEvent: (event) => this.#onEvent(event),
      onEnd: (end) => this.#onEnd(end),
    });
  }

  get number(): number {
    return this.#parts.number;
  }

  get ring(): string | undefined {
    return this.#parts.ring;
  }

  get lastUsed(): Date {
    return this.#lastUsed;
  }

  /** When somebody last said something here. */
  get lastHeard(): Date | undefined {
    return this.#lastHeard;
  }

  /** Nothing is under way: it may be left without loss. */
  get isQuiet(): boolean {
    return this.#state === 'open' && this.#sends.size === 0;
  }

  /** More than one other person is in it, or was. */
  get isGroup(): boolean {
    return this.#ever.size > 1;
  }

  /** Only this person hears what is said here, and nobody else ever did. */
  serves(address: string): boolean {
    if (this.#state !== 'open' || !this.#driver.isOpen) return false;
    return !this.isGroup && this.#present.has(address.toLowerCase());
  }

  open(host: string, port: number): void {
    this.#deadline = this.#parts.clock.after(ENTER_MS, () => {
      this.#giveUp(networkTrouble('The server did not open the conversation in time.'));
    });
    this.#driver.open(host, port, { type: 'enter' });
  }

  /** Resolves in any case; `lost` also when it cannot be said any more whether the bytes went out. */
  send(message: ChatMessage): Promise<SendOutcome> {
    this.#touch();
    this.#sendCount += 1;
    const id = String(this.#sendCount);
    return new Promise((resolve) => {
      this.#sends.set(id, resolve);
      this.#driver.command({ type: 'send', id, message, acknowledged: true });
    });
  }

  sendTyping(): void {
    const message: ChatMessage = { type: 'typing', address: this.#parts.own };
    this.#driver.command({ type: 'send', id: 'typing', message, acknowledged: false });
  }

  /** Says goodbye, once everything that was sent has its outcome. */
  leave(): void {
    if (this.#state === 'leaving' || this.#state === 'ended') return;
    this.#state = 'leaving';
    this.#deadline?.();
    this.#goodbye();
  }

  destroy(): void {
    this.#driver.destroy();
  }

  /** While held nothing is heard. */
  hold(held: boolean): void {
    this.#driver.hold(held);
  }

  #goodbye(): void {
    if (this.#state !== 'leaving' || this.#sends.size > 0) return;
    this.#driver.command({ type: 'leave' });
    // The server closes; one that does not is not waited for.
    this.#deadline = this.#parts.clock.after(GOODBYE_MS, () => this.#driver.close());
  }

  #onEvent(event: SwitchboardEvent): void {
    switch (event.type) {
      case 'entered':
        return this.#onEntered(event.participants);
      case 'entry-refused':
        return this.#giveUp(conversationRefused(event.code, this.#parts.name));
      case 'joined':
        return this.#onJoined(event.participant);
      case 'left':
        return this.#onLeft(event.address);
      case 'ringing':
        this.#parts.log.debug({}, 'callee is rung');
        return;
      case 'call-refused':
        if (this.#state === 'opening') this.#giveUp(conversationRefused(event.code, this.#parts.name));
        return;
      case 'message':
        return this.#onMessage(event.address, event.nick, event.message);
      case 'outcome':
        return this.#settle(event.id, event.outcome);
      default:
        assertNever(event);
    }
  }

  #onEntered(participants: readonly Participant[]): void {
    for (const participant of participants) this.#add(participant);
    const { callee, clock, name } = this.#parts;
    if (callee !== undefined) {
      this.#deadline?.();
      this.#deadline = clock.after(JOIN_MS, () => this.#giveUp(notAnswering(name)));
      this.#driver.command({ type: 'call', address: callee });
    } else if (this.#present.size === 0) {
      // The caller has gone already: the room is empty and will stay so.
      this.#giveUp(networkTrouble('The conversation was over already.'));
    } else {
      this.#open();
    }
  }

  #onJoined(participant: Participant): void {
    this.#add(participant);
    const { callee } = this.#parts;
    if (this.#state === 'opening' && callee !== undefined && sameAddress(callee, participant.address)) this.#open();
  }

  #add(participant: Participant): void {
    if (sameAddress(participant.address, this.#parts.own)) return;
    const address = participant.address.toLowerCase();
    if (this.#present.size < MAX_PARTICIPANTS || this.#present.has(address)) this.#present.set(address, participant);
    // two are a group; a server that has thousands come and go is not to fill our memory
    if (this.#ever.size < 2) this.#ever.add(address);
  }

  #onLeft(address: string): void {
    this.#present.delete(address.toLowerCase());
    if (this.#present.size === 0 && this.#state === 'open') this.leave();
  }

  #open(): void {
    this.#state = 'open';
    this.#touch();
    this.#tellOpened(undefined);
  }

  #onMessage(address: string, nick: string, message: ChatMessage): void {
    // Our own words from another place of ours: not before MSNP16, and none of what others say.
    if (sameAddress(address, this.#parts.own)) return;
    this.#touch();
    if (message.type !== 'typing') this.#lastHeard = this.#parts.clock.now();
    this.#parts.onMessage(address, nick, message);
  }

  /** Something happened: the time without messages begins anew. */
  #touch(): void {
    this.#lastUsed = this.#parts.clock.now();
    if (this.#state !== 'open') return;
    this.#deadline?.();
    this.#deadline = this.#parts.clock.after(IDLE_MS, () => this.leave());
  }

  #giveUp(error: BridgeError): void {
    this.leave();
    this.#tellOpened(error);
  }

  #tellOpened(error: BridgeError | undefined): void {
    if (this.#opened) return;
    this.#opened = true;
    this.#parts.onOpened(error);
  }

  #settle(id: string, outcome: MessageOutcome): void {
    // Servers there are that acknowledge what nobody hears.
    this.#sends.get(id)?.(outcome === 'acknowledged' && this.#present.size === 0 ? 'alone' : outcome);
    if (this.#sends.delete(id)) this.#goodbye();
  }

  #onEnd(end: End): void {
    this.#state = 'ended';
    this.#deadline?.();
    if (end.type === 'closed' && end.error) this.#parts.log.warn({ err: end.error }, 'switchboard broke the protocol');
    if (end.type === 'unreachable') this.#parts.log.warn({ reason: end.reason }, 'switchboard could not be reached');
    for (const id of this.#sends.keys()) this.#settle(id, 'lost');
    this.#tellOpened(networkTrouble('The conversation could not be opened: the server closed the connection.'));
    this.#parts.onEnd();
  }
}
