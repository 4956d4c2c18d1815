// The head and body of an MSG payload. Knows header lines and their bounds; no content type.

import { decodeText, encodeText } from './encoding.ts';
import { refused } from './refused.ts';
import type { Refused } from './refused.ts';

export interface Mime {
  /** Names in lower case, in the order they came; of a repeated one the first counts. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** A head larger than any honest one. */
export type MimeRefusal = 'head-too-long' | 'too-many-headers';

const MAX_HEAD = 8 * 1024;
const MAX_HEADERS = 64;
const LF = 10;
const CR = 13;

/** Bare CR, bare LF and a missing empty line are tolerated. */
export function readMime(payload: Uint8Array): Mime | Refused<MimeRefusal> {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < payload.length) {
    const end = lineEnd(payload, at);
    if (end > MAX_HEAD) return refused('head-too-long');
    const line = payload.subarray(at, end);
    at = end + (payload[end] === CR && payload[end + 1] === LF ? 2 : 1);
    if (line.length === 0) break;
    if (headers.size >= MAX_HEADERS) return refused('too-many-headers');
    const [name, value] = readField(decodeText(line));
    if (name !== '' && !headers.has(name)) headers.set(name, value);
  }
  return { headers, body: payload.subarray(Math.min(at, payload.length)) };
}

function lineEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && at <= MAX_HEAD && bytes[at] !== LF && bytes[at] !== CR) at += 1;
  return at;
}

/** A body that is itself a list of `Field: value` lines; names in lower case. */
export function readFields(body: Uint8Array, maxBytes = MAX_HEAD): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of decodeText(body.subarray(0, maxBytes))
    .split(/\r\n|\r|\n/)
    .slice(0, MAX_HEADERS)) {
    const [name, value] = readField(line);
    if (name !== '' && !fields.has(name)) fields.set(name, value);
  }
  return fields;
}

/** Nothing in a name or value can end its line. */
export function writeMime(headers: Iterable<readonly [string, string]>, body: Uint8Array): Uint8Array {
  let head = '';
  for (const [name, value] of headers) head += `${oneLine(name).replaceAll(':', '')}: ${oneLine(value)}\r\n`;
  return Buffer.concat([encodeText(`${head}\r\n`), body]);
}

/** The type without its parameters, in lower case. */
export function contentType(mime: Mime): string {
  return (mime.headers.get('content-type')?.split(';')[0] ?? '').trim().toLowerCase();
}

/** A name with a control in it is none: written again without, it could be another's. */
function readField(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
  return /\p{Cc}/u.test(name) ? ['', ''] : [name, line.slice(colon + 1).trim()];
}

/** Without anything that ends a line. */
export function oneLine(value: string): string {
  return value.replace(/\p{Cc}+/gu, ' ').trim();
}
