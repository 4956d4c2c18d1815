// One connection to a switchboard: who is in, what is said, what became of what we said. Knows no chat, only this room.

import { normalizeAddress } from './address.ts';
import { ChunkJoiner } from './chunks.ts';
import { command, TransactionIds } from './command.ts';
import type { Argument, OutgoingVerb } from './command.ts';
import { dialect } from './dialect.ts';
import type { Dialect, DialectName } from './dialect.ts';
import { percentDecode } from './encoding.ts';
import { assertNever, MsnpProtocolError } from './errors.ts';
import type { Frame } from './frame.ts';
import { Inbound } from './inbound.ts';
import { fromMime, MAX_PAYLOAD, writeMessage } from './message.ts';
import type { ChatMessage } from './message.ts';
import { readMime } from './mime.ts';
import { declineOf } from './offers.ts';
import { readCapabilities } from './presence.ts';
import { isRefused } from './refused.ts';
import type { Input, Output, Session } from './session.ts';
import type {
  Acknowledgement,
  MessageOutcome,
  Participant,
  SwitchboardCommand,
  SwitchboardEntry,
  SwitchboardEvent,
} from './switchboard-types.ts';

export interface SwitchboardOptions {
  /** Our own, as at the sign-in. */
  readonly address: string;
  /** A switchboard speaks the dialect of the sign-in it was got from. */
  readonly dialect: DialectName;
  readonly entry: SwitchboardEntry;
  /** Whoever offers a file or the like in the old way is told at once that there is no such program here. */
  readonly declines?: boolean;
}

type Send = Extract<SwitchboardCommand, { type: 'send' }>;
type Outputs = Output<SwitchboardEvent>[];
type Handler = (args: readonly string[], payload: Uint8Array, at: Date) => Outputs;

interface Unacknowledged {
  readonly id: string;
  readonly silenceIsFine: boolean;
}

const STEP_TIMEOUT_MS = 15_000;
const ACKNOWLEDGED_WITHIN_MS = 30_000;
const MAX_PARTICIPANTS = 256;
/** Events before the roster is known: a room that is so lively then is no honest one. */
const MAX_EARLY = 64;
const MAX_DECLINED = 32;

export class SwitchboardSession implements Session<SwitchboardCommand, SwitchboardEvent> {
  readonly #options: SwitchboardOptions;
  readonly #own: string;
  readonly #dialect: Dialect;
  readonly #inbound = new Inbound<SwitchboardEvent>('switchboard', {
    onFrame: (frame, at) => this.#onFrame(frame, at),
    isOver: () => this.#phase === 'over',
    close: (error) => this.#end({ type: 'close', error }),
  });
  readonly #trids = new TransactionIds();
  readonly #chunks = new ChunkJoiner();
  readonly #calls = new Map<number, string>();
  readonly #unacknowledged = new Map<number, Unacknowledged>();
  #declined = 0;
  #already: Participant[] = [];
  /** What happened in the room before we knew who is in it. */
  #early: Outputs = [];
  /** `leaving`: our goodbye is out, and what was said before it arrived may still come. */
  #phase: 'new' | 'entering' | 'inside' | 'leaving' | 'over' = 'new';

  readonly #handlers = new Map<string, Handler>([
    ['USR', (args) => this.#onEntered(args)],
    ['ANS', (args) => this.#onEntered(args)],
    ['IRO', (args) => this.#onPresent(args)],
    ['JOI', (args) => this.#onJoined(args)],
    ['BYE', (args) => this.#onLeft(args)],
    ['CAL', (args) => this.#onRinging(args)],
    ['ACK', ([trid]) => this.#settle(Number(trid), 'acknowledged')],
    ['NAK', ([trid]) => this.#settle(Number(trid), 'refused')],
    ['MSG', (args, payload, at) => this.#onMessage(args, payload, at)],
    ['OUT', () => this.#end({ type: 'close' })],
  ]);

  constructor(options: SwitchboardOptions) {
    this.#options = options;
    this.#own = normalizeAddress(options.address);
    this.#dialect = dialect(options.dialect);
  }

  get buffered(): number {
    return this.#inbound.buffered;
  }

  handle(input: Input<SwitchboardCommand>): Outputs {
    if (this.#phase === 'over') return [];
    switch (input.type) {
      case 'received':
        return this.#inbound.receive(input.bytes, input.at);
      case 'command':
        return this.#onCommand(input.command);
      case 'woken':
        return this.#onWoken(input.id);
      case 'closed':
        return this.#end();
      case 'fetched':
        return []; // we ask for nothing
      default:
        return assertNever(input);
    }
  }

  #onFrame({ verb, args, payload }: Frame, at: Date): Outputs {
    if (/^\d{3}$/.test(verb)) return this.#onRefusal(Number(verb), Number(args[0]));
    return this.#handlers.get(verb)?.(args, payload, at) ?? [];
  }

  #onCommand(asked: SwitchboardCommand): Outputs {
    switch (asked.type) {
      case 'enter':
        return this.#enter();
      case 'call':
        return this.#call(asked.address);
      case 'send':
        return this.#say(asked);
      case 'leave':
        return this.#leave();
      default:
        return assertNever(asked);
    }
  }

  // ---- entering

  #enter(): Outputs {
    if (this.#phase !== 'new') return [];
    this.#phase = 'entering';
    const { address, entry } = this.#options;
    const bytes =
      entry.type === 'create'
        ? this.#write('USR', this.#trids.next(), [address, entry.ticket])
        : this.#write('ANS', this.#trids.next(), [address, entry.ticket, entry.session]);
    return [bytes, { type: 'wake', id: 'entry', afterMs: STEP_TIMEOUT_MS, whileHeard: true }];
  }

  /** `USR trid OK address nick` or `ANS trid OK`. */
  #onEntered([, result]: readonly string[]): Outputs {
    if (this.#phase !== 'entering' || result !== 'OK') return [];
    this.#phase = 'inside';
    const participants = this.#already;
    const early = this.#early;
    this.#already = [];
    this.#early = [];
    return [{ type: 'cancel', id: 'entry' }, event({ type: 'entered', participants }), ...early];
  }

  /** `IRO trid index total address nick [capabilities]`; all of them come before `ANS … OK`. */
  #onPresent([, , , ...fields]: readonly string[]): Outputs {
    const participant = readParticipant(this.#dialect, fields);
    if (this.#phase !== 'entering' || participant === undefined || participant.address === this.#own) return [];
    const others = this.#already.filter(({ address }) => address !== participant.address);
    if (others.length < MAX_PARTICIPANTS) this.#already = [...others, participant];
    return [];
  }

  /** The server closes. Until then it is listened to: a message and our goodbye may cross. */
  #leave(): Outputs {
    if (this.#phase === 'leaving') return [];
    if (this.#phase === 'new') return this.#end({ type: 'close' });
    const entering = this.#phase === 'entering';
    this.#phase = 'leaving';
    return [
      { type: 'send', bytes: command('OUT', undefined) },
      ...(entering ? [event({ type: 'entry-refused', code: 0 })] : []),
    ];
  }

  // ---- people

  #call(address: string): Outputs {
    if (this.#phase !== 'inside') return [event({ type: 'call-refused', address: normalizeAddress(address), code: 0 })];
    const trid = this.#trids.next();
    this.#calls.set(trid, normalizeAddress(address));
    return [
      this.#write('CAL', trid, [address]),
      { type: 'wake', id: `call-${trid}`, afterMs: STEP_TIMEOUT_MS, whileHeard: true },
    ];
  }

  /** `CAL trid RINGING session`. */
  #onRinging([number, , session = '']: readonly string[]): Outputs {
    const trid = Number(number);
    const address = this.#calls.get(trid);
    if (address === undefined) return [];
    this.#calls.delete(trid);
    return [{ type: 'cancel', id: `call-${trid}` }, event({ type: 'ringing', address, session })];
  }

  /** `JOI address nick [capabilities]`. */
  #onJoined(fields: readonly string[]): Outputs {
    const participant = readParticipant(this.#dialect, fields);
    if (participant === undefined || participant.address === this.#own) return [];
    return this.#tell({ type: 'joined', participant });
  }

  /** `BYE address [1]`; the 1: the room was idle. */
  #onLeft([address = '', idle]: readonly string[]): Outputs {
    return address === '' ? [] : this.#tell({ type: 'left', address: normalizeAddress(address), idle: idle === '1' });
  }

  /** Tells what happens in the room, once it is known who is in it: before that nobody could say to whom it is said. */
  #tell(news: SwitchboardEvent): Outputs {
    if (this.#phase !== 'entering') return [event(news)];
    if (this.#early.length === MAX_EARLY) throw new MsnpProtocolError('too much happened before the roster was known');
    this.#early.push(event(news));
    return [];
  }

  // ---- messages

  #say({ id, message, acknowledged: wanted, withinMs = ACKNOWLEDGED_WITHIN_MS }: Send): Outputs {
    const payload = writeMessage(message);
    const outcome = (what: MessageOutcome): Outputs => [event({ type: 'outcome', id, outcome: what })];
    if (payload.length > MAX_PAYLOAD) return outcome('too-long');
    if (this.#phase !== 'inside') return wanted === false ? [] : outcome('refused');
    const trid = this.#trids.next();
    const bytes = this.#write('MSG', trid, [letterOf(wanted)], payload);
    if (wanted === false) return [bytes];
    this.#unacknowledged.set(trid, { id, silenceIsFine: wanted === 'on-refusal' });
    return [bytes, { type: 'wake', id: `message-${trid}`, afterMs: withinMs, whileHeard: true }];
  }

  /** `MSG address nick length`. */
  #onMessage([sender = '', nick = '']: readonly string[], payload: Uint8Array, at: Date): Outputs {
    if (sender === '') return [];
    const address = normalizeAddress(sender);
    const part = readMime(payload);
    const whole = isRefused(part) ? part : this.#chunks.add(sender, part, at);
    if (whole === undefined) return [];
    if (isRefused(whole)) return this.#tell({ type: 'unreadable', address, reason: whole.refused });
    const message = fromMime(whole);
    return [...this.#decline(message), ...this.#tell({ type: 'message', address, nick: percentDecode(nick), message })];
  }

  /** Whoever offers what we cannot take is not kept waiting; who does so without end is. */
  #decline(offer: ChatMessage): Outputs {
    if (this.#options.declines !== true || this.#declined >= MAX_DECLINED) return [];
    const decline = declineOf(offer);
    if (decline === undefined) return [];
    this.#declined += 1;
    return this.#say({ type: 'send', id: 'decline', message: decline, acknowledged: false });
  }

  #settle(trid: number, outcome: MessageOutcome): Outputs {
    const sent = this.#unacknowledged.get(trid);
    if (sent === undefined) return []; // too late, or never ours
    this.#unacknowledged.delete(trid);
    const told = outcome === 'refused' || !sent.silenceIsFine;
    return [
      { type: 'cancel', id: `message-${trid}` },
      ...(told ? [event({ type: 'outcome', id: sent.id, outcome })] : []),
    ];
  }

  // ---- refusals, time, the end

  #onRefusal(code: number, trid: number): Outputs {
    if (this.#phase === 'entering') return this.#refuseEntry(code);
    return this.#calls.has(trid) ? this.#refuseCall(trid, code) : this.#settle(trid, 'refused');
  }

  #refuseEntry(code: number): Outputs {
    this.#phase = 'over';
    return [event({ type: 'entry-refused', code }), { type: 'close' }];
  }

  #refuseCall(trid: number, code: number): Outputs {
    const address = this.#calls.get(trid);
    if (address === undefined) return [];
    this.#calls.delete(trid);
    return [{ type: 'cancel', id: `call-${trid}` }, event({ type: 'call-refused', address, code })];
  }

  #onWoken(id: string): Outputs {
    if (id === 'entry') return this.#phase === 'entering' ? this.#refuseEntry(0) : [];
    if (id === 'frame') return this.#inbound.woken(id);
    const [, kind, number] = /^(call|message)-(\d+)$/.exec(id) ?? [];
    const trid = Number(number);
    // the timer has run out: there is nothing to cancel
    return (kind === 'call' ? this.#refuseCall(trid, 0) : this.#settle(trid, 'timed-out')).slice(1);
  }

  /** Whoever waits for something is told; nothing follows a close, so it stands last. */
  #end(close?: Output<SwitchboardEvent>): Outputs {
    const outputs: Outputs = [];
    if (this.#phase === 'entering') outputs.push(event({ type: 'entry-refused', code: 0 }));
    for (const address of this.#calls.values()) outputs.push(event({ type: 'call-refused', address, code: 0 }));
    for (const trid of this.#unacknowledged.keys()) outputs.push(...this.#settle(trid, 'lost').slice(1));
    this.#calls.clear();
    this.#unacknowledged.clear();
    this.#phase = 'over';
    if (close !== undefined) outputs.push(close);
    return outputs;
  }

  #write(verb: OutgoingVerb, trid: number, args: readonly Argument[], payload?: Uint8Array): Output<SwitchboardEvent> {
    return { type: 'send', bytes: command(verb, trid, args, payload) };
  }
}

function letterOf(wanted: Acknowledgement): 'U' | 'N' | 'A' | 'D' {
  switch (wanted) {
    case true:
      return 'A';
    case false:
      return 'U';
    case 'on-refusal':
      return 'N';
    case 'data':
      return 'D';
    default:
      return assertNever(wanted);
  }
}

function readParticipant(spoken: Dialect, fields: readonly string[]): Participant | undefined {
  const [address = '', nick = '', word] = fields;
  if (address === '') return undefined;
  const capabilities = spoken.chatCapabilities ? readCapabilities(word) : undefined;
  return {
    address: normalizeAddress(address),
    nick: percentDecode(nick),
    ...(capabilities === undefined ? {} : { capabilities }),
  };
}

function event(news: SwitchboardEvent): Output<SwitchboardEvent> {
  return { type: 'event', event: news };
}
