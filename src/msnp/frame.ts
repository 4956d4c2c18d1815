// Cuts the byte stream into frames. Knows lines, payload lengths and their caps; not what any command means.

import { MsnpProtocolError } from './errors.ts';

export interface Frame {
  /** Three letters, or three digits for a refusal. */
  readonly verb: string;
  /** Split at single spaces and not decoded further: an empty one stands where two spaces stood. */
  readonly args: readonly string[];
  readonly payload: Uint8Array;
  /** The payload was too long to be kept: it is passed over, and `payload` is empty. */
  readonly passedOver?: boolean;
}

export type Role = 'notification' | 'switchboard';
/** Who wrote the stream that is read. */
export type Side = 'server' | 'client';

const MAX_LINE = 8 * 1024;
const KIB = 1024;
const LF = 10;
const CR = 13;
const EMPTY = new Uint8Array(0);
const NOTHING = Buffer.alloc(0);
const MAX_DIGITS = 6;
/** A gigabyte: what claims more is no length. */
const MAX_SKIPPED_DIGITS = 9;
const NUMBER = /^\d+$/;
// oxlint-disable-next-line no-control-regex
const NOT_ASCII = /[^\x00-\x7f]/g;

interface PayloadRule {
  readonly cap: number;
  /** So many arguments at least, the last of them the length; a shorter line has no payload. */
  readonly from: number;
  /** A last argument that is no number means no payload (`ADL 7 OK`); without this it is the peer's fault. */
  readonly mayLack: boolean;
  /**
   * Nobody needs it: a payload beyond the cap is passed over without being kept. If it may lack, a number that cannot be
   * a length means no payload too; if one follows all the same the framing is lost for good, and the next line that is no
   * command is the peer's fault.
   */
  readonly skips: boolean;
}

const always = (from: number, kib: number): PayloadRule => ({ cap: kib * KIB, from, mayLack: false, skips: false });
const perhaps = (from: number, kib: number): PayloadRule => ({ cap: kib * KIB, from, mayLack: true, skips: false });
const spare = (from: number, kib: number): PayloadRule => ({ cap: kib * KIB, from, mayLack: true, skips: true });

/** Refusals carry an explanation from MSNP13 on; before that they have one argument. */
const REFUSAL = perhaps(2, 64);

const FROM_NOTIFICATION_SERVER = new Map<string, PayloadRule>([
  ['MSG', always(1, 64)],
  // what services write to people must not end a session, nor what people write beside their names
  ['UBX', { ...always(2, 8), skips: true }],
  ['NOT', spare(1, 64)],
  ['IPG', spare(1, 64)],
  ['GCF', perhaps(2, 256)],
  ['UUX', perhaps(2, 8)],
  ['ADL', perhaps(2, 256)],
  ['RML', perhaps(2, 256)],
  ['FQY', perhaps(2, 256)],
  ['UBN', always(2, 256)],
  ['UBM', always(2, 64)],
  ['UUN', perhaps(2, 256)],
  ['UUM', perhaps(2, 64)],
  ['NFY', always(2, 256)],
  ['PUT', perhaps(2, 256)],
  ['DEL', perhaps(2, 256)],
  ['SDG', perhaps(2, 256)],
  ['FSL', perhaps(2, 256)],
  ['GET', perhaps(2, 256)],
]);

const FROM_SWITCHBOARD = new Map<string, PayloadRule>([['MSG', always(1, 64)]]);

const FROM_NOTIFICATION_CLIENT = new Map<string, PayloadRule>([
  ['QRY', always(2, 8)],
  ['MSG', always(2, 64)],
  ['SDC', always(2, 64)],
  ['PAG', always(2, 64)],
  ['PGD', always(2, 64)],
  ['UUX', always(2, 8)],
  ['ADL', always(2, 256)],
  ['RML', always(2, 256)],
  ['FQY', always(2, 256)],
  ['UUN', always(2, 256)],
  ['UUM', always(2, 64)],
  ['VAS', always(2, 256)],
  ['PUT', always(2, 256)],
  ['DEL', always(2, 256)],
  ['SDG', always(2, 256)],
]);

const FROM_SWITCHBOARD_CLIENT = new Map<string, PayloadRule>([['MSG', always(3, 64)]]);

const RULES = {
  server: { notification: FROM_NOTIFICATION_SERVER, switchboard: FROM_SWITCHBOARD },
  client: { notification: FROM_NOTIFICATION_CLIENT, switchboard: FROM_SWITCHBOARD_CLIENT },
} as const;

/** What `toString` ends in, without its detours; the types leave it out. */
interface Slicing extends Buffer {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

export class FrameReader {
  readonly #rules: ReadonlyMap<string, PayloadRule>;
  /** So many bytes of a payload are still to be passed over. */
  #skip = 0;
  /** What was received and not yet cut; never written over, because payloads already given out are views of it. */
  #buffer: Buffer = NOTHING;
  #start = 0;
  /** Of the line that was read last. */
  #lineStart = 0;
  #end = 0;
  /** Up to here there is no line end. */
  #scanned = 0;
  /** A line whose payload has not come whole. */
  #head: { readonly verb: string; readonly args: readonly string[]; readonly length: number } | undefined;
  #broken = false;

  constructor(role: Role, side: Side = 'server') {
    this.#rules = RULES[side][role];
  }

  /**
   * The frames that are whole now; to be read to the end before the next push. Throws `MsnpProtocolError` where the
   * peer broke the framing, after the frames that came before it; what comes later is not read at all.
   * `bytes` must not change afterwards: payloads are views of them.
   */
  *push(bytes: Uint8Array): Generator<Frame, void> {
    if (this.#broken) return;
    this.#append(bytes);
    for (;;) {
      const frame = this.#next();
      if (frame === undefined) break;
      yield frame;
    }
    // what was read whole is not to keep the read's memory
    if (!this.isWithinFrame) this.#clear();
  }

  /** A frame has begun and not come to its end. */
  get isWithinFrame(): boolean {
    return this.#head !== undefined || this.#end > this.#start;
  }

  /** How much memory is held for what has not come whole. */
  get buffered(): number {
    return this.isWithinFrame ? this.#buffer.length : 0;
  }

  #append(bytes: Uint8Array): void {
    const pending = this.#end - this.#start;
    if (pending === 0) {
      this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      this.#start = 0;
      this.#scanned = 0;
      this.#end = bytes.length;
      return;
    }
    if (this.#buffer.length - this.#end < bytes.length || this.#end === this.#buffer.length) {
      // grows by what has come, never by what a line promises
      const grown = Buffer.allocUnsafe(Math.max(4 * KIB, 2 * (pending + bytes.length)));
      this.#buffer.copy(grown, 0, this.#start, this.#end);
      this.#buffer = grown;
      this.#scanned -= this.#start;
      this.#start = 0;
      this.#end = pending;
    }
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  #next(): Frame | undefined {
    if (!this.#passOver()) return undefined;
    let head = this.#head;
    while (head === undefined) {
      const line = this.#line();
      if (line === undefined) return undefined;
      if (line === '') continue; // a stray line end harms nobody
      const verb = line.slice(0, 3);
      if (verb.length < 3 || (line.length > 3 && line.charCodeAt(3) !== 0x20)) throw this.#fault('no command');
      const args = line.length > 4 ? this.#args(line) : [];
      const length = this.#payloadLength(verb, args);
      if (this.#skip > 0) return { verb, args, payload: EMPTY, passedOver: true };
      if (length === 0) return { verb, args, payload: EMPTY };
      head = { verb, args, length };
    }
    const { verb, args, length } = head;
    const end = this.#start + length;
    if (end > this.#end) {
      this.#head = head;
      return undefined;
    }
    const payload = this.#buffer.subarray(this.#start, end);
    this.#start = this.#scanned = end;
    this.#head = undefined;
    return { verb, args, payload };
  }

  /** False: the payload that nobody wants has not come whole. */
  #passOver(): boolean {
    const here = Math.min(this.#skip, this.#end - this.#start);
    this.#skip -= here;
    this.#start += here;
    this.#scanned = Math.max(this.#scanned, this.#start);
    return this.#skip === 0;
  }

  /** Split before it is decoded: an argument in ASCII stays a string of one byte a sign, whatever stands beside it. */
  #args(line: string): string[] {
    const args = line.slice(4).split(' ');
    let next = nextForeign(line, 0);
    for (let at = 0, start = 4; next !== -1; at++) {
      const end = start + (args[at]?.length ?? 0);
      if (next < end) {
        args[at] = (this.#buffer as Slicing).utf8Slice(this.#lineStart + start, this.#lineStart + end);
        next = nextForeign(line, end);
      }
      start = end + 1;
    }
    return args;
  }

  /** The next line without its end, a sign for each byte; undefined: not yet whole. */
  #line(): string | undefined {
    const buffer = this.#buffer as Slicing;
    const found = buffer.indexOf(LF, this.#scanned);
    const whole = found !== -1 && found < this.#end; // past the end lies memory of no meaning
    const end = whole ? found : this.#end;
    if (end - this.#start > MAX_LINE) throw this.#fault('line too long');
    if (!whole) {
      this.#scanned = this.#end;
      return undefined;
    }
    const from = this.#start;
    const to = end > from && buffer[end - 1] === CR ? end - 1 : end;
    this.#start = end + 1;
    this.#scanned = this.#start;
    this.#lineStart = from;
    return buffer.latin1Slice(from, to);
  }

  #payloadLength(verb: string, args: readonly string[]): number {
    const first = verb.charCodeAt(0);
    const rule = first >= 0x30 && first <= 0x39 ? REFUSAL : this.#rules.get(verb);
    if (rule === undefined || args.length < rule.from) return 0;
    const last = args[args.length - 1] ?? '';
    const length = readLength(last, rule.skips ? MAX_SKIPPED_DIGITS : MAX_DIGITS);
    if (length !== undefined) {
      if (length <= rule.cap) return length;
      if (!rule.skips) throw this.#fault(`${verb}: payload too long`);
      this.#skip = length;
      return 0;
    }
    if (rule.mayLack && (rule.skips || !NUMBER.test(last))) return 0;
    throw this.#fault(`${verb}: no payload length`);
  }

  #fault(reason: string): MsnpProtocolError {
    this.#broken = true;
    this.#clear();
    return new MsnpProtocolError(reason);
  }

  #clear(): void {
    this.#buffer = NOTHING;
    this.#start = this.#end = this.#scanned = 0;
  }
}

/** Where the next sign stands that is not ASCII; -1: nowhere. */
function nextForeign(line: string, from: number): number {
  NOT_ASCII.lastIndex = from;
  return NOT_ASCII.test(line) ? NOT_ASCII.lastIndex - 1 : -1;
}

/** One to so many digits and nothing else. */
function readLength(text: string, maxDigits: number): number | undefined {
  if (text.length === 0 || text.length > maxDigits) return undefined;
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    length = length * 10 + digit;
  }
  return length;
}
