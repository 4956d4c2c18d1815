// Texts made to keep us busy. What they cost grows with their length, and their length has an end.

import { expect, test } from 'vitest';

import type { Content } from '../../src/bridge/events.ts';
import { fromMessageText, toMessageContent } from '../../src/matrix/content.ts';
import { cleanName } from '../../src/matrix/text.ts';
import { fromMime, MAX_PAYLOAD, readMessage, writeMessage } from '../../src/msnp/message.ts';
import { readMime } from '../../src/msnp/mime.ts';
import { ChunkJoiner } from '../../src/msnp/chunks.ts';
import { fromMessage, split, toMessage } from '../../src/networks/msn/convert-content.ts';

/** The largest event has 65,536 bytes; whoever sends more is no homeserver. */
const LENGTH = 131_072;
const full = (piece: string): string => piece.repeat(Math.ceil(LENGTH / piece.length));

const TEXTS: readonly (readonly [what: string, text: string])[] = [
  ['tags within tags', full('<b>')],
  ['quotes within quotes', full('<blockquote>')],
  ['lines within ninety-eight quotes', '<blockquote>'.repeat(98) + full('a<br>')],
  ['verbatim lines within ninety-eight quotes', `${'<blockquote>'.repeat(98)}<pre>${full('a\n')}`],
  ['lists within lists', full('<ol start=999999><li>x')],
  ['an attribute without end', `<a href="${full('x')}`],
  ['attributes without end', `<a ${full('a=b ')}`],
  ['quotation marks in a tag', `<a ${full('"')}`],
  ['tags that are not closed', full('<a ')],
  ['comments that are not closed', full('<!--')],
  ['scripts that are not closed', full('<script>')],
  ['entities', full('&amp;')],
  ['entities that are none', full('&#x')],
  ['ends without beginnings', '<i>'.repeat(99) + full('</b>')],
  ['cells', full('<tr><td>x')],
  ['runs', full('<b>a</b>c')],
  ['links', full('<a href="http://a.b/">x</a>y')],
  ['blanks', full(' ')],
  ['lines', full('a\n')],
  ['empty lines', full('\n')],
  ['joiners', full('\u200d')],
  ['one letter with marks', `a${full('\u0301')}`],
  ['blanks with marks', full(' \u0301')],
  ['half surrogates', full('\ud800')],
  ['flags', full('\u{1F1E6}')],
  ['families', full('👨‍👩‍👧‍👦')],
  ['numbers that turn', full('\u0600')],
  ['syllables', full('\u1100')],
  ['conjuncts', full('\u0915\u094d')],
];

/** The least work that it took, in milliseconds: not the time, in which others work too. */
function leastWork(work: () => void): number {
  const times = [1, 2, 3, 4].map(() => {
    const before = process.threadCpuUsage();
    work();
    return process.threadCpuUsage(before).user / 1_000;
  });
  return Math.min(...times);
}

/** Fifty on a machine of today that has nothing else to do. */
const MAX_WORK_MS = 100;

test.each(TEXTS)('%s: read, cut and written little work each', (_what, text) => {
  let content: Content | undefined;
  const took: Record<string, number> = {
    'from HTML': leastWork(() => (content = fromMessageText({ body: 'x', html: text, emote: false, isReply: false }))),
    'from text': leastWork(() => fromMessageText({ body: text, emote: false, isReply: true })),
    'to Matrix': leastWork(() => toMessageContent({ type: 'text', runs: [{ text }] })),
    'as a name': leastWork(() => cleanName(text)),
    'from MSN': leastWork(() => fromMessageOf(text)),
  };
  for (const one of [content, fromMessageText({ body: text, emote: false, isReply: false })]) {
    if (one === undefined) continue;
    let pieces: readonly Content[] = [];
    took['in pieces'] = leastWork(() => (pieces = split(one)));
    const sizes = pieces.map((piece) => writeMessage(toMessage(piece)).length);
    expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(MAX_PAYLOAD);
  }
  expect(Object.entries(took).filter(([, ms]) => ms >= MAX_WORK_MS)).toEqual([]);
});

function fromMessageOf(text: string): Content | undefined {
  const message = readMessage(Buffer.from(`Content-Type: text/plain\r\n\r\n${text}`));
  return message === undefined ? undefined : fromMessage(message, 'Bob');
}

test('pieces of messages that never become whole are not kept beyond half a megabyte', () => {
  const joiner = new ChunkJoiner();
  const at = new Date(0);
  const add = (id: number, rest: string, body: string): boolean => {
    const mime = readMime(Buffer.from(`Content-Type: text/plain\r\nMessage-ID: ${id}\r\n${rest}\r\n\r\n${body}`));
    return mime !== undefined && joiner.add('bob@example.com', mime, at) !== undefined;
  };
  const piece = 'x'.repeat(60_000);
  for (let id = 0; id < 16; id++) {
    add(id, 'Chunks: 4', piece);
    add(id, 'Chunk: 1', piece);
    add(id, 'Chunk: 2', piece);
  }
  // of the first nothing is left, of the last everything
  expect(add(0, 'Chunk: 3', piece)).toBe(false);
  expect(add(15, 'Chunk: 3', piece)).toBe(true);
});

test.each([
  ['a thousand and more pieces', 'Chunks: 1024'],
  ['no pieces', 'Chunks: 0'],
  ['a part of a piece', 'Chunks: 1.5'],
  ['a piece before it has begun', 'Chunk: 1'],
  ['no number', 'Chunks: all'],
])('%s: nothing is waited for', (_what, header) => {
  const mime = readMime(Buffer.from(`Content-Type: text/plain\r\nMessage-ID: 1\r\n${header}\r\n\r\nx`));
  expect(mime && new ChunkJoiner().add('bob@example.com', mime, new Date(0))).toBeUndefined();
});

test.each([
  ['thousands of headers', 'a: b\r\n'.repeat(10_000)],
  ['headers folded for ever', `Content-Type: text/plain${'\r\n x'.repeat(10_000)}`],
  ['lines without a colon', 'a\r\n'.repeat(10_000)],
  ['one line of 60 kB', `X: ${'x'.repeat(60_000)}`],
])('%s: no message', (_what, head) => {
  expect(readMime(Buffer.from(`${head}\r\n\r\nbody`))).toBeUndefined();
});

test('a head without an end has no body', () => {
  const mime = readMime(Buffer.from('Content-Type: text/plain\r\nX: y'));
  expect(mime && fromMime(mime)).toMatchObject({ type: 'text', text: '' });
});
