// Makes inputs of others: cuts, repeats, splices, exchanges words and numbers. The same number gives the same input.
// Knows bytes, words and JSON; no parser.

import { createHash } from 'node:crypto';

import { seeded } from '../msnp/support/random.ts';
import type { Random } from '../msnp/support/random.ts';
import type { Target } from './target.ts';

const MAX_BYTES = 64 * 1024;
const MOST_CHANGES = 8;
const SIGNS = [0, 0x01, 0x09, 0x0a, 0x0d, 0x20, 0x22, 0x25, 0x26, 0x27, 0x2c, 0x2f, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x40, 0x7f, 0x80, 0xc0, 0xe2, 0xf0, 0xff]; // prettier-ignore
const NUMBERS = '0 -1 1 2 9 10 16 63 64 127 128 255 256 1023 1024 1664 8192 65535 65536 999999 1000000 2147483647 2147483648 4294967295 4294967296 9007199254740993 18446744073709551615 1e308 1e999 0x10 00 -0 1.5 NaN'.split(' '); // prettier-ignore
const WORDS = ['\r\n', '\r\n\r\n', '\n', '\0', ' ', '  ', '%', '%00', '%0d%0a', '%ff', 'constructor', '__proto__', 'a@b.c', '\u202e', '\u2028', '\ud83d\ude00', '\u0301', '../..', 'true', 'null', '{}', '[]']; // prettier-ignore
/** What may stand in any place of JSON. */
const NONSENSE: readonly unknown[] = [null, true, 0, -1, 1.5, 1e308, '', '\0', '\ud800', 'x'.repeat(300), [], [[]], {}, { a: 1 }, '__proto__', '@a:b', '!r', '$e', '\u202e']; // prettier-ignore

type Change = (input: Buffer) => Buffer;

export class Mutator {
  readonly #name: string;
  readonly #seeds: readonly Buffer[];
  readonly #words: readonly Buffer[];
  readonly #form: Target['form'];
  readonly #base: number;
  #random: Random = seeded(0);
  /** Where inputs are put together, in turns: new memory for each would be most of the work, and hide what targets keep. */
  readonly #sheets = [Buffer.alloc(MAX_BYTES), Buffer.alloc(MAX_BYTES)] as const;
  #turn: 0 | 1 = 0;

  constructor({ name, seeds, words = [], form }: Pick<Target, 'name' | 'seeds' | 'words' | 'form'>, seed: number) {
    this.#name = name;
    this.#seeds = seeds().map((bytes) => Buffer.from(bytes));
    if (this.#seeds.length === 0) throw new Error(`${name} has nothing to begin with`);
    this.#words = [...WORDS, ...words].map((word) => Buffer.from(word as string));
    this.#form = form;
    this.#base = createHash('sha256').update(`${seed} ${name}`).digest().readUInt32LE();
  }

  get name(): string {
    return this.#name;
  }

  /** The first ones are the seeds themselves. Good until the next is asked for. */
  input(number: number): Uint8Array {
    const seed = this.#seeds[number];
    if (seed !== undefined) return seed;
    this.#random = seeded((this.#base + Math.imul(number, 0x9e3779b1)) >>> 0);
    let input = this.#seed();
    if (this.#form === 'json' && this.#random(2) === 0) return this.#spoil(input);
    for (let left = 1 + this.#random(this.#random(4) === 0 ? MOST_CHANGES : 2); left > 0; left--) {
      const change = this.#changes[this.#random(this.#changes.length)];
      input = change?.(input) ?? input;
    }
    return input.subarray(0, MAX_BYTES);
  }

  readonly #changes: readonly Change[] = [
    (input) => this.#set(input, (byte) => byte ^ (1 << this.#random(8))),
    (input) => this.#set(input, () => SIGNS[this.#random(SIGNS.length)] ?? 0),
    (input) => this.#set(input, () => this.#random(256)),
    (input) => this.#put(input, this.#word()),
    (input) => this.#put(input, Buffer.from(NUMBERS[this.#random(NUMBERS.length)] ?? '')),
    (input) => this.#exchangeWord(input),
    (input) => this.#exchangeNumber(input),
    (input) => this.#without(input),
    (input) => this.#repeated(input),
    (input) => this.#spliced(input),
    (input) => this.#swapped(input),
    (input) => input.subarray(0, this.#random(input.length + 1)),
    (input) => this.#join([input, this.#seed()]),
    (input) => this.#join([this.#seed(), input]),
  ];

  /** None of the pieces may be of the sheet before the last. */
  #join(pieces: readonly Uint8Array[]): Buffer {
    this.#turn = this.#turn === 0 ? 1 : 0;
    const sheet = this.#sheets[this.#turn];
    let at = 0;
    for (const piece of pieces) {
      if (at >= MAX_BYTES) break;
      sheet.set(piece.subarray(0, MAX_BYTES - at), at);
      at = Math.min(MAX_BYTES, at + piece.length);
    }
    return sheet.subarray(0, at);
  }

  #seed(): Buffer {
    return this.#seeds[this.#random(this.#seeds.length)]!;
  }

  #word(): Buffer {
    return this.#words[this.#random(this.#words.length)]!;
  }

  #set(input: Buffer, to: (byte: number) => number): Buffer {
    if (input.length === 0) return input;
    const copy = this.#join([input]);
    const at = this.#random(copy.length);
    copy[at] = to(copy[at] ?? 0);
    return copy;
  }

  #put(input: Buffer, piece: Buffer): Buffer {
    const at = this.#random(input.length + 1);
    return this.#join([input.subarray(0, at), piece, input.subarray(at)]);
  }

  /** A stretch of the input; short ones more often. */
  #stretch(input: Buffer): readonly [from: number, to: number] {
    const from = this.#random(input.length + 1);
    const longest = this.#random(3) === 0 ? input.length : 16;
    return [from, Math.min(input.length, from + this.#random(longest + 1))];
  }

  #without(input: Buffer): Buffer {
    const [from, to] = this.#stretch(input);
    return this.#join([input.subarray(0, from), input.subarray(to)]);
  }

  #repeated(input: Buffer): Buffer {
    const [from, to] = this.#stretch(input);
    const piece = input.subarray(from, to);
    const most = this.#random(50) === 0 ? 2_000 : 8;
    const times = Math.min(1 + this.#random(most), Math.floor(MAX_BYTES / Math.max(1, piece.length)));
    return this.#join([input.subarray(0, to), ...Array<Buffer>(times).fill(piece), input.subarray(to)]);
  }

  #spliced(input: Buffer): Buffer {
    const other = this.#seed();
    return this.#join([
      input.subarray(0, this.#random(input.length + 1)),
      other.subarray(this.#random(other.length + 1)),
    ]);
  }

  #swapped(input: Buffer): Buffer {
    const [a, b, c, d] = [...this.#stretch(input), ...this.#stretch(input)].toSorted((one, other) => one - other) as [number, number, number, number]; // prettier-ignore
    return this.#join([
      input.subarray(0, a),
      input.subarray(c, d),
      input.subarray(b, c),
      input.subarray(a, b),
      input.subarray(d),
    ]);
  }

  /** What stands between two blanks or signs. */
  #exchangeWord(input: Buffer): Buffer {
    const middle = this.#random(input.length + 1);
    let from = middle;
    let to = middle;
    while (from > 0 && isLetter(input[from - 1])) from -= 1;
    while (to < input.length && isLetter(input[to])) to += 1;
    return this.#join([input.subarray(0, from), this.#word(), input.subarray(to)]);
  }

  #exchangeNumber(input: Buffer): Buffer {
    const start = this.#random(input.length + 1);
    for (let step = 0; step < input.length; step++) {
      const at = (start + step) % input.length;
      if (!isDigit(input[at])) continue;
      let to = at;
      while (to < input.length && isDigit(input[to])) to += 1;
      const number = Buffer.from(NUMBERS[this.#random(NUMBERS.length)] ?? '');
      return this.#join([input.subarray(0, at), number, input.subarray(to)]);
    }
    return input;
  }

  /** Nonsense in some places of what was JSON. */
  #spoil(input: Buffer): Uint8Array {
    let value: unknown = JSON.parse(input.toString());
    for (let left = 1 + this.#random(3); left > 0; left--) value = this.#spoilt(value, 8);
    return Buffer.from(JSON.stringify(value)).subarray(0, MAX_BYTES);
  }

  #spoilt(value: unknown, depth: number): unknown {
    if (depth === 0 || typeof value !== 'object' || value === null) return NONSENSE[this.#random(NONSENSE.length)];
    const entries = Object.entries(value) as [string, unknown][];
    const entry = entries[this.#random(entries.length)];
    if (entry === undefined || this.#random(6) === 0) return NONSENSE[this.#random(NONSENSE.length)];
    const [key, inner] = entry;
    if (Array.isArray(value)) {
      const copy: unknown[] = [...(value as unknown[])];
      copy[Number(key)] = this.#spoilt(inner, depth - 1);
      return copy;
    }
    const rest = Object.fromEntries(entries.filter(([name]) => name !== key));
    return this.#random(8) === 0 ? rest : { ...rest, [key]: this.#spoilt(inner, depth - 1) };
  }
}

function isDigit(byte = 0): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isLetter(byte = 0): boolean {
  return isDigit(byte) || byte >= 0x80 || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}
