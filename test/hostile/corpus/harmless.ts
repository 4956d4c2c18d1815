// What may be sent to Matrix of other people's words. Knows what clients show, and reads HTML by itself.

import assert from 'node:assert/strict';

import type { Content } from '../../../src/bridge/events.ts';
import { toEditContent, toMessageContent } from '../../../src/matrix/content.ts';
import type { EventId } from '../../../src/bridge/ids.ts';

/** First and last of a row of code points, as Unicode's charts list them. */
type Row = readonly [first: number, last: number];

const NOWHERE = charactersOf([
  // C0 but tab and newline; DEL and C1
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  // they turn what follows, up to another of them or the end of the line
  [0x202a, 0x202e], // LRE, RLE, PDF, LRO, RLO
  [0x2066, 0x2069], // LRI, RLI, FSI, PDI
]);
/** Letters that nobody sees. They part or order what stands beside them, and people type them. */
const NOT_IN_NAMES = charactersOf([
  [0x061c, 0x061c], // ALM
  [0x200e, 0x200f], // LRM, RLM
]);
const TAG =
  /^(?:(?:br|\/?(?:strong|em|u|del|code)|\/(?:a|span))|a href="(?:[Hh][Tt]{2}[Pp][Ss]?:|[Mm][Aa][Ii][Ll][Tt][Oo]:)[^"<>]*"|span data-mx-color="#[0-9a-f]{6}")$/;
/** Of a whole event, with room for what stands around the content. */
const MAX_BYTES = 60_000;

/** What people read, in the form that it is sent in; throws if that could do harm. */
export function harmlessBody(content: Content): string {
  for (const written of [toMessageContent(content), toEditContent('$event' as EventId, content)]) {
    assert.ok(Buffer.byteLength(JSON.stringify(written)) <= MAX_BYTES, 'it fits an event');
    assert.deepEqual(written['m.mentions'], {}, 'nobody is mentioned');
    for (const part of [written, written['m.new_content'] as Record<string, unknown> | undefined]) {
      if (part === undefined) continue;
      assertPlain(part['body']);
      if (part['formatted_body'] !== undefined) assertSafeHtml(part['formatted_body']);
    }
  }
  const { body } = toMessageContent(content);
  assertPlain(body);
  return body;
}

/** A text that people see. */
export function assertPlain(text: unknown): asserts text is string {
  assert.ok(typeof text === 'string', 'a text');
  assert.ok(text.isWellFormed(), 'no half characters');
  assertWithout(text, NOWHERE);
}

/** A name that people see: among words of others, and two of them side by side. */
export function assertName(name: unknown): asserts name is string {
  assertPlain(name);
  assertWithout(name, NOT_IN_NAMES);
}

function charactersOf(rows: readonly Row[]): RegExp {
  const ranges = rows.map(([first, last]) => `\\u{${first.toString(16)}}-\\u{${last.toString(16)}}`);
  return new RegExp(`[${ranges.join('')}]`, 'u');
}

function assertWithout(text: string, unwanted: RegExp): void {
  const [found] = unwanted.exec(text) ?? [];
  if (found !== undefined)
    assert.fail(`U+${found.codePointAt(0)?.toString(16).padStart(4, '0')} in ${JSON.stringify(text.slice(0, 100))}`);
}

function assertSafeHtml(html: unknown): void {
  assertPlain(html);
  const [before = '', ...tags] = html.split('<');
  assert.doesNotMatch(before, />/);
  for (const piece of tags) {
    const end = piece.indexOf('>');
    assert.notEqual(end, -1, `a tag that does not end: ${piece.slice(0, 50)}`);
    assert.match(piece.slice(0, end), TAG);
    assert.doesNotMatch(piece.slice(end + 1), />/);
  }
}
