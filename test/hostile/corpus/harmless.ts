// What may be sent to Matrix of other people's words. Knows what clients show, and reads HTML by itself.

import assert from 'node:assert/strict';

import type { Content } from '../../../src/bridge/events.ts';
import { toEditContent, toMessageContent } from '../../../src/matrix/content.ts';
import type { EventId } from '../../../src/bridge/ids.ts';

/** Controls but tab and newline, marks that turn the text around them, and half characters. */
// oxlint-disable-next-line no-control-regex
const UNWANTED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u;
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

/** A text or name that people see. */
export function assertPlain(text: unknown): asserts text is string {
  assert.ok(typeof text === 'string', 'a text');
  assert.ok(text.isWellFormed(), 'no half characters');
  assert.doesNotMatch(text, UNWANTED);
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
