// Texts made to keep us busy. What they cost grows with their length, and their length has an end.

import { expect, test } from 'vitest';

import type { Content } from '../../src/bridge/events.ts';
import { fromMessageText, toMessageContent } from '../../src/matrix/content.ts';
import { cleanName } from '../../src/matrix/text.ts';
import { MAX_PAYLOAD, readMessage, writeMessage } from '../../src/msnp/message.ts';
import { readMime } from '../../src/msnp/mime.ts';
import { isRefused } from '../../src/msnp/refused.ts';
import { ChunkJoiner } from '../../src/msnp/chunks.ts';
import { withCodes, withEmoji } from '../../src/networks/msn/convert-emoticons.ts';
import { fromMessage, split, toMessage } from '../../src/networks/msn/convert-content.ts';

/** The largest event has 65,536 bytes; whoever sends more is no homeserver. */
const TOO_LONG = 131_072;
/** Short enough to be dealt with in one go of a busy machine. */
const LONG = 16_384;
const SHORT = LONG / 64;

const full =
  (piece: string, before = '') =>
  (length: number): string =>
    before + piece.repeat(Math.ceil(length / piece.length));

const TEXTS: readonly (readonly [what: string, text: (length: number) => string])[] = [
  ['tags within tags', full('<b>')],
  ['quotes within quotes', full('<blockquote>')],
  ['lines within ninety-eight quotes', full('a<br>', '<blockquote>'.repeat(98))],
  ['verbatim lines within ninety-eight quotes', full('a\n', `${'<blockquote>'.repeat(98)}<pre>`)],
  ['lists within lists', full('<ol start=999999><li>x')],
  ['an attribute without end', full('x', '<a href="')],
  ['attributes without end', full('a=b ', '<a ')],
  ['quotation marks in a tag', full('"', '<a ')],
  ['tags that are not closed', full('<a ')],
  ['comments that are not closed', full('<!--')],
  ['scripts that are not closed', full('<script>')],
  ['entities', full('&amp;')],
  ['entities that are none', full('&#x')],
  ['ends without beginnings', full('</b>', '<i>'.repeat(99))],
  ['cells', full('<tr><td>x')],
  ['runs', full('<b>a</b>c')],
  ['links', full('<a href="http://a.b/">x</a>y')],
  ['blanks', full(' ')],
  ['blanks that end', (length) => `${full(' ')(length - 1)}x`],
  ['lines', full('a\n')],
  ['empty lines', full('\n')],
  ['joiners', full('\u200d')],
  ['one letter with marks', full('\u0301', 'a')],
  ['blanks with marks', full(' \u0301')],
  ['half surrogates', full('\ud800')],
  ['flags', full('\u{1F1E6}')],
  ['families', full('👨‍👩‍👧‍👦')],
  ['numbers that turn', full('\u0600')],
  ['syllables', full('\u1100')],
  ['conjuncts', full('\u0915\u094d')],
  ['codes of emoticons', full('(brb)')],
  ['beginnings of codes', full('(')],
  ['emoji', full('🙂')],
];

/** What takes less than that is not measured. */
const LEAST_MS = 0.02;
/** Of sixty-four times the text: sixty-four in a straight line, four thousand by the square. */
const MOST_GROWTH = 512;
const ATTEMPTS = 25;

/**
 * How much longer the long text takes at its best: whatever else the machine does can only add to it, so that one good
 * attempt is proof.
 */
function growth(work: (text: string) => void, short: string, long: string): number {
  const took = (text: string): number => {
    const before = performance.now();
    work(text);
    return performance.now() - before;
  };
  let [least, most] = [Infinity, Infinity];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    least = Math.min(least, took(short));
    most = Math.min(most, took(long));
    if (attempt > 1 && most / Math.max(least, LEAST_MS) < MOST_GROWTH) break;
  }
  return most / Math.max(least, LEAST_MS);
}

const WORK: Readonly<Record<string, (text: string) => void>> = {
  'from HTML': (html) => fromMessageText({ body: 'x', html, emote: false, isReply: false }),
  'from text': (body) => fromMessageText({ body, emote: false, isReply: true }),
  'to Matrix': (text) => toMessageContent({ type: 'text', runs: [{ text }] }),
  'as a name': (text) => cleanName(text),
  'from MSN': (text) => fromMessageOf(text),
  'HTML in pieces': (text) => inPieces(text, text),
  'text in pieces': (text) => inPieces(text),
  'codes to emoji': (text) => withEmoji({ type: 'text', runs: [{ text }] }, ['x', ':)']),
  'emoji to codes': (text) => withCodes({ type: 'text', runs: [{ text }] }),
};

test.each(TEXTS)(
  '%s: the work of reading, cutting and writing grows with the text and not with its square',
  (_what, of) => {
    const [short, long] = [of(SHORT), of(LONG)];
    const grown = Object.entries(WORK).map(([what, work]) => [what, growth(work, short, long)] as const);
    expect(grown.filter(([, times]) => times >= MOST_GROWTH)).toEqual([]);
  },
);

test.each(TEXTS)('%s: what is longer than any event is cut, and every piece of it fits', (_what, of) => {
  const text = of(TOO_LONG);
  for (const html of [undefined, text]) {
    const sizes = inPieces(text, html).map((piece) => writeMessage(toMessage(piece)).length);
    expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(MAX_PAYLOAD);
  }
});

test('what grows by the square is found', () => {
  const square = (text: string): void => void /x+y/.test(text);
  expect(growth(square, 'x'.repeat(SHORT / 2), 'x'.repeat(LONG / 2))).toBeGreaterThanOrEqual(MOST_GROWTH);
});

function inPieces(body: string, html?: string): readonly Content[] {
  const content = fromMessageText({ body, ...(html !== undefined && { html }), emote: false, isReply: false });
  return content === undefined ? [] : split(content);
}

function fromMessageOf(text: string): Content | undefined {
  const message = readMessage(Buffer.from(`Content-Type: text/plain\r\n\r\n${text}`));
  return message === undefined ? undefined : fromMessage(message, 'Bob');
}

test('pieces of messages that never become whole are not kept beyond half a megabyte', () => {
  const joiner = new ChunkJoiner();
  const at = new Date(0);
  const add = (id: number, rest: string, body: string): boolean => {
    const mime = readMime(Buffer.from(`Content-Type: text/plain\r\nMessage-ID: ${id}\r\n${rest}\r\n\r\n${body}`));
    const whole = isRefused(mime) ? mime : joiner.add('bob@example.com', mime, at);
    return whole !== undefined && !isRefused(whole);
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
