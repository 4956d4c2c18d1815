// Builds outgoing commands, and is the only place that does. Knows how arguments are written; not when to send what.

import { byteLength, encodeText, percentEncode } from './encoding.ts';

/** Every command that we send. */
export type OutgoingVerb =
  | 'VER'
  | 'INF'
  | 'CVR'
  | 'USR'
  | 'SYN'
  | 'CHG'
  | 'QRY'
  | 'PNG'
  | 'OUT'
  | 'URL'
  | 'ADD'
  | 'ADC'
  | 'REM'
  | 'REA'
  | 'SBP'
  | 'ADG'
  | 'REG'
  | 'RMG'
  | 'BLP'
  | 'GTC'
  | 'PRP'
  | 'UUX'
  | 'XFR'
  | 'CAL'
  | 'ANS'
  | 'MSG';

/** Text that is percent-encoded: names. */
export interface EncodedText {
  readonly text: string;
  /** Stands before it as it is: `F=`. */
  readonly label?: string;
}

/** A string is a token that goes out as it is: addresses, tickets, status codes. */
export type Argument = string | number | EncodedText;

export function text(value: string): EncodedText {
  return { text: value };
}

export function named(label: `${string}=`, value: string): EncodedText {
  return { text: value, label };
}

/**
 * One command, ready to send. `trid` is undefined for the two commands that have none. With a payload its length
 * becomes the last argument. No argument can end the line or split in two: what must not stand in a token is encoded.
 */
export function command(
  verb: OutgoingVerb,
  trid: number | undefined,
  args: readonly Argument[] = [],
  payload?: Uint8Array,
): Uint8Array {
  let line: string = verb;
  if (trid !== undefined) line += ` ${toNumber(trid)}`;
  for (const argument of args) line += ` ${toWord(argument)}`;
  if (payload === undefined) return encodeText(`${line}\r\n`);
  line += ` ${payload.length}\r\n`;
  const bytes = new Uint8Array(byteLength(line) + payload.length);
  new TextEncoder().encodeInto(line, bytes);
  bytes.set(payload, bytes.length - payload.length);
  return bytes;
}

/** Transaction numbers: each command takes the next. 0 is left to the server's unasked news. */
export class TransactionIds {
  #last = 0;

  next(): number {
    this.#last = this.#last === 0xffff_ffff ? 1 : this.#last + 1;
    return this.#last;
  }
}

function toWord(argument: Argument): string {
  if (typeof argument === 'number') return toNumber(argument);
  const word = typeof argument === 'string' ? toToken(argument) : toText(argument);
  return word === '' ? '%20' : word; // an empty argument would shift those after it
}

function toText({ text: value, label = '' }: EncodedText): string {
  return toToken(label) + percentEncode(value);
}

function toToken(token: string): string {
  return token.replace(/[^\x21-\x7e]+/g, percentEncode);
}

function toNumber(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('not a number of the protocol');
  return String(value);
}
