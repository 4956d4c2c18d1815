// Joins a message that came in several payloads. Knows Message-ID, Chunks and Chunk; not what the message says.

import type { Mime } from './mime.ts';
import { refused } from './refused.ts';
import type { Refused } from './refused.ts';

/**
 * `no-beginning`: the piece belongs to nothing that we know of, or no longer; `no-place`: its number is none of the message's;
 * `too-long`: of the whole that it is a piece of nothing is left.
 */
export type ChunkRefusal = 'no-count' | 'no-beginning' | 'no-place' | 'twice' | 'too-long';

/** Undefined: the rest is still to come. */
type Joined = Mime | Refused<ChunkRefusal> | undefined;

const MAX_CHUNKS = 1023;
const MAX_BYTES = 256 * 1024;
/** Of all messages under way together; a switchboard is one of many. */
const MAX_KEPT = 512 * 1024;
/** Messages under way at once, of all senders of one switchboard. */
const MAX_OPEN = 16;
const EXPIRES_AFTER_MS = 60_000;

interface Unfinished {
  readonly headers: ReadonlyMap<string, string>;
  readonly pieces: (Uint8Array | undefined)[];
  readonly total: number;
  readonly since: number;
  missing: number;
  bytes: number;
}

export class ChunkJoiner {
  readonly #unfinished = new Map<string, Unfinished>();

  /** The message when it is whole, which one without chunks is at once. */
  add(sender: string, mime: Mime, at: Date): Joined {
    const id = mime.headers.get('message-id');
    const total = mime.headers.get('chunks');
    const index = mime.headers.get('chunk');
    if (id === undefined || (total === undefined && index === undefined)) return mime;
    const key = `${sender} ${id.toLowerCase()}`;
    this.#expire(at.getTime());
    return total === undefined
      ? this.#proceed(key, Number(index), mime.body)
      : this.#begin(key, total, mime, at.getTime());
  }

  #begin(key: string, declared: string, mime: Mime, at: number): Joined {
    const total = Number(declared);
    if (!Number.isInteger(total) || total < 1 || total > MAX_CHUNKS) return refused('no-count');
    if (total === 1) return mime;
    this.#unfinished.delete(key);
    if (this.#unfinished.size >= MAX_OPEN) this.#dropOldest();
    this.#unfinished.set(key, { headers: mime.headers, pieces: [], total, since: at, missing: total, bytes: 0 });
    return this.#proceed(key, 0, mime.body);
  }

  #proceed(key: string, index: number, body: Uint8Array): Joined {
    const message = this.#unfinished.get(key);
    if (message === undefined) return refused('no-beginning');
    if (!Number.isInteger(index) || index < 0 || index >= message.total) return refused('no-place');
    if (message.pieces[index] !== undefined) return refused('twice');
    message.pieces[index] = body.slice(); // a copy: it must not keep the whole read alive
    message.missing -= 1;
    message.bytes += body.length;
    if (message.bytes > MAX_BYTES) {
      this.#unfinished.delete(key);
      return refused('too-long');
    }
    if (message.missing === 0) {
      this.#unfinished.delete(key);
      // bytes are joined before they are read: a character may lie in two pieces
      return { headers: message.headers, body: Buffer.concat(message.pieces.filter((piece) => piece !== undefined)) };
    }
    while (this.#kept > MAX_KEPT) this.#dropOldest();
    return undefined;
  }

  get #kept(): number {
    let kept = 0;
    for (const { bytes } of this.#unfinished.values()) kept += bytes;
    return kept;
  }

  #dropOldest(): void {
    const oldest = this.#unfinished.keys().next();
    if (oldest.done !== true) this.#unfinished.delete(oldest.value);
  }

  #expire(now: number): void {
    for (const [key, message] of this.#unfinished) {
      if (now - message.since > EXPIRES_AFTER_MS) this.#unfinished.delete(key);
    }
  }
}
