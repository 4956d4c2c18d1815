// One switchboard from dialling to its end: who is in it and what is under way. Knows no chats and no other switchboard.

import type { Cancel, Clock } from '../../bridge/clock.ts';
import type { BridgeError } from '../../bridge/errors.ts';
import { assertNever } from '../../bridge/errors.ts';
import type { ChatId } from '../../bridge/ids.ts';
import type { Log } from '../../bridge/log.ts';
import type { ChatMessage } from '../../msnp/message.ts';
import type { Session } from '../../msnp/session.ts';
import type {
  MessageOutcome,
  Participant,
  SwitchboardCommand,
  SwitchboardEvent,
} from '../../msnp/switchboard-types.ts';
import { Awaited } from './awaited.ts';
import { Driver } from './driver.ts';
import type { End } from './driver.ts';
import { conversationRefused, networkTrouble, nobodyCame, notAnswering, untrustedHost } from './errors.ts';
import type { SendOutcome } from './errors.ts';
import { isAddress, sameAddress } from './ids.ts';
import type { Wire } from './io.ts';
import { UntrustedHost } from './trusted-hosts.ts';

export interface SwitchboardParts {
  readonly session: Session<SwitchboardCommand, SwitchboardEvent>;
  readonly io: Wire;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly log: Log;
  /** Counts the connections of one session of the login. */
  readonly number: number;
  /** Our own address. */
  readonly own: string;
  /** Whom to call once inside; none: somebody has called us. */
  readonly callees: readonly string[];
  /** What to call the other person, or persons, in sentences. */
  readonly name: string;
  /** The server's name of the conversation that we were called into. */
  readonly ring: string | undefined;
  /** Called once: it can be talked in, or why not. */
  readonly onOpened: (error: BridgeError | undefined) => void;
  readonly onMessage: (address: string, nick: string, message: ChatMessage) => void;
  /** Others have come; not told of those who are there before it is open. */
  readonly onJoined: (participant: Participant) => void;
  /** Somebody went, on their own. */
  readonly onLeft: (participant: Participant) => void;
  /** Called once, after `onOpened`. */
  readonly onEnd: () => void;
}

const ENTER_MS = 30_000;
const JOIN_MS = 20_000;
const IDLE_MS = 5 * 60_000;
const GOODBYE_MS = 2_000;
/** So long after its last word a server is believed to hear us. */
const TRUSTED_MS = 60_000;
const PROOF_MS = 10_000;
const MAX_PARTICIPANTS = 256;
/** Which program we are, for those who come. Matrix keeps what is said. */
const WE: ChatMessage = { type: 'client-caps', client: 'msn-matrix-bridge', logging: 'yes' };
/** Who comes and goes all the time is not told every time. */
const MAX_INTRODUCTIONS = 16;
const MAX_CLIENT = 100;

export class Switchboard {
  readonly #parts: SwitchboardParts;
  readonly #driver: Driver<SwitchboardCommand, SwitchboardEvent>;
  readonly #present = new Map<string, Participant>();
  readonly #sends = new Map<string, (outcome: SendOutcome) => void>();
  /** Whom we are calling, with why they did not come once that is known. */
  readonly #called = new Map<string, BridgeError | undefined>();
  readonly #invited: Awaited;
  #chat: ChatId | undefined;
  #state: 'opening' | 'open' | 'leaving' | 'ended' = 'opening';
  #opened = false;
  #sendCount = 0;
  #introductions = 0;
  #lastUsed: Date;
  #lastHeard: Date | undefined;
  #deadline: Cancel | undefined;

  constructor(parts: SwitchboardParts) {
    this.#parts = parts;
    this.#lastUsed = parts.clock.now();
    this.#invited = new Awaited(parts.clock);
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

  /** It can be talked in, and somebody would hear it. */
  get isLive(): boolean {
    return this.#state === 'open' && this.#driver.isOpen && this.#present.size > 0;
  }

  /** The chat in which something was said here last. */
  get chat(): ChatId | undefined {
    return this.#chat;
  }

  becomes(chat: ChatId): void {
    this.#chat = chat;
  }

  /** Who hears what is said here. */
  get present(): readonly Participant[] {
    return [...this.#present.values()];
  }

  /** Whom we have called in vain. */
  get missing(): readonly string[] {
    return [...this.#called].filter(([, error]) => error !== undefined).map(([address]) => address);
  }

  /** Calls somebody in; resolves when they are there. Throws `BridgeError` when they do not come. */
  async invite(address: string, name: string): Promise<void> {
    const key = address.toLowerCase();
    if (this.#present.has(key)) return;
    const coming = this.#invited.wait(key, name, JOIN_MS, notAnswering(name));
    this.#touch();
    this.#driver.command({ type: 'call', address });
    await coming;
  }

  open(host: string, port: number): void {
    this.#deadline = this.#parts.clock.after(ENTER_MS, () => {
      this.#giveUp(networkTrouble('The server did not open the conversation in time.'));
    });
    this.#driver.open(host, port, () => ({ type: 'enter' }));
  }

  /** Resolves in any case; `lost` also when it cannot be said any more whether the bytes went out. */
  send(message: ChatMessage): Promise<SendOutcome> {
    this.#touch();
    return this.#say(message);
  }

  /**
   * Whether the server still hears us: it is asked, unless it has just been heard from. There is no ping here, but
   * whatever is to be acknowledged is answered. One that does not answer is left.
   */
  async isSound(): Promise<boolean> {
    const { clock } = this.#parts;
    const silentMs = clock.now().getTime() - (this.#driver.heardAt?.getTime() ?? 0);
    if (silentMs < TRUSTED_MS) return true;
    const outcome = await this.#say(WE, PROOF_MS);
    return outcome !== 'timed-out' && outcome !== 'lost';
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

  #say(message: ChatMessage, withinMs?: number): Promise<SendOutcome> {
    this.#sendCount += 1;
    const id = String(this.#sendCount);
    return new Promise((resolve) => {
      this.#sends.set(id, resolve);
      const patience = withinMs === undefined ? {} : { withinMs };
      this.#driver.command({ type: 'send', id, message, acknowledged: true, ...patience });
    });
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
        return this.#onLeft(event.address, event.idle);
      case 'ringing':
        return this.#parts.log.debug({}, 'callee is rung');
      case 'call-refused':
        return this.#onCallRefused(event.address, event.code);
      case 'message':
        return this.#onMessage(event.address, event.nick, event.message);
      case 'unreadable':
        return this.#parts.log.debug({ reason: event.reason }, 'message that cannot be read');
      case 'outcome':
        return this.#settle(event.id, event.outcome);
      default:
        assertNever(event);
    }
  }

  #onEntered(participants: readonly Participant[]): void {
    for (const participant of participants) this.#add(participant);
    if (this.#present.size > 0) this.#introduce();
    const { callees, clock, name } = this.#parts;
    if (callees.length > 0) {
      this.#deadline?.();
      this.#deadline = clock.after(JOIN_MS, () => this.#onCallsOver(notAnswering(name)));
      for (const address of callees) {
        this.#called.set(address.toLowerCase(), undefined);
        this.#driver.command({ type: 'call', address });
      }
    } else if (this.#present.size === 0) {
      // The caller has gone already: the room is empty and will stay so.
      this.#giveUp(networkTrouble('The conversation was over already.'));
    } else {
      this.#open();
    }
  }

  #onJoined(participant: Participant): void {
    const key = participant.address.toLowerCase();
    const isNew = !this.#present.has(key);
    this.#add(participant);
    if (isNew && this.#present.has(key)) this.#introduce();
    this.#called.delete(key);
    this.#invited.came(key);
    if (this.#state === 'open' && isNew && this.#present.has(key)) this.#parts.onJoined(participant);
    else if (this.#state === 'opening' && this.#parts.callees.length > 0) this.#openIfComplete();
  }

  #onCallRefused(address: string, code: number): void {
    const key = address.toLowerCase();
    // 215: they are there already, or are being rung and may still come
    if (code === 215) return;
    this.#invited.refuse(key, conversationRefused(code, this.#invited.nameOf(key) ?? this.#parts.name));
    if (code === 0 && this.#state === 'open') this.leave();
    if (this.#state === 'opening' && this.#called.has(key)) {
      this.#called.set(key, conversationRefused(code, this.#parts.name));
      this.#openIfComplete();
    }
  }

  /** All whom we called have come, or will not. */
  #openIfComplete(): void {
    const outcomes = [...this.#called.values()];
    if (outcomes.includes(undefined)) return;
    this.#onCallsOver(outcomes[0]);
  }

  #onCallsOver(error: BridgeError | undefined): void {
    for (const [address, outcome] of this.#called) this.#called.set(address, outcome ?? error);
    const wanted = this.#parts.callees.some((address) => this.#present.has(address.toLowerCase()));
    if (wanted) this.#open();
    else this.#giveUp(this.#parts.callees.length > 1 ? nobodyCame() : (error ?? notAnswering(this.#parts.name)));
  }

  #add(participant: Participant): void {
    if (sameAddress(participant.address, this.#parts.own) || !isAddress(participant.address)) return;
    const address = participant.address.toLowerCase();
    // a server that has thousands come is not to fill our memory
    if (this.#present.size < MAX_PARTICIPANTS || this.#present.has(address)) this.#present.set(address, participant);
  }

  /** The last one takes the conversation along, and so does a server that ends it for being idle: nobody has left it. */
  #onLeft(address: string, idle: boolean): void {
    const participant = this.#present.get(address.toLowerCase());
    this.#present.delete(address.toLowerCase());
    if (this.#state !== 'open') return;
    if (this.#present.size === 0) this.leave();
    else if (participant && !idle) this.#parts.onLeft(participant);
  }

  #introduce(): void {
    if (this.#introductions >= MAX_INTRODUCTIONS) return;
    this.#introductions += 1;
    this.#driver.command({ type: 'send', id: 'introduction', message: WE, acknowledged: false });
  }

  #open(): void {
    this.#state = 'open';
    this.#touch();
    this.#tellOpened(undefined);
  }

  #onMessage(address: string, nick: string, message: ChatMessage): void {
    // Our own words from another place of ours: not before MSNP16, and none of what others say.
    if (sameAddress(address, this.#parts.own)) return;
    if (message.type === 'client-caps') {
      this.#parts.log.debug({ client: message.client.slice(0, MAX_CLIENT) }, 'somebody said which program they use');
      return;
    }
    this.#touch();
    if (message.type !== 'typing') this.#lastHeard = this.#parts.clock.now();
    this.#parts.onMessage(address, nick, message);
  }

  /** Something happened: the time without messages begins anew. */
  #touch(): void {
    this.#lastUsed = this.#parts.clock.now();
    this.#awaitIdleness();
  }

  #awaitIdleness(): void {
    if (this.#state !== 'open') return;
    this.#deadline?.();
    this.#deadline = this.#parts.clock.after(IDLE_MS, () => this.#onIdle());
  }

  /** One person calls us again when they want us; several who talk on without us do not, so we stay if it still stands. */
  #onIdle(): void {
    if (this.#present.size <= 1) return this.leave();
    this.#awaitIdleness();
    void this.isSound();
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
    // What it did not answer now it would not answer the next time: that is for another one.
    if (outcome === 'timed-out') this.leave();
    if (this.#sends.delete(id)) this.#goodbye();
  }

  #onEnd(end: End): void {
    this.#state = 'ended';
    this.#deadline?.();
    const broken = this.#explain(end);
    for (const id of this.#sends.keys()) this.#settle(id, 'lost');
    for (const address of this.#invited.addresses) this.#invited.refuse(address, broken);
    this.#tellOpened(broken);
    this.#parts.onEnd();
  }

  /** For whoever waits for the conversation; the log is told more. */
  #explain(end: End): BridgeError {
    const { log } = this.#parts;
    if (end.type === 'closed') {
      if (end.error) log.warn({ err: end.error }, 'switchboard broke the protocol');
      return networkTrouble('The conversation could not be opened: the server closed the connection.');
    }
    const reason = end.error.message;
    if (end.error instanceof UntrustedHost) {
      log.warn({ reason }, 'server sends us to a host that it is not trusted with');
      return untrustedHost(end.error);
    }
    log.warn({ reason }, 'switchboard could not be reached');
    return networkTrouble('The conversation could not be opened: its server could not be reached.', end.error);
  }
}
