// Long words of the bot become several messages, and nothing of them is lost.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Content, plainText, type Run, text } from '../../src/bridge/events.ts';
import { bold, lines, say, table } from '../../src/bridge/say.ts';
import { toMessageContent } from '../../src/matrix/content.ts';
import { toPieces } from '../../src/matrix/pieces.ts';

/** The homeserver takes 65,536 bytes with what it adds. */
const MAX_EVENT_BYTES = 64_000;

function fits(piece: Content): boolean {
  const content = toMessageContent(piece, { notice: true });
  return content['body'] === plainText(piece) && Buffer.byteLength(JSON.stringify(content)) < MAX_EVENT_BYTES;
}

const HEAD = ['Name', 'Address', 'Status'];
const people = (count: number): string[][] =>
  Array.from({ length: count }, (_, n) => [
    `Contact number ${n} ☃`,
    `contact${n}@example.com`,
    'Online: gone <fishing>',
  ]);

test('what fits is left alone', () => {
  const content = lines(say(bold('a'), 'b'), say(table([HEAD, ...people(3)])));
  expect(toPieces(content)).toEqual([content]);
  expect(toPieces({ ...text(''), emote: true })).toEqual([{ ...text(''), emote: true }]);
});

test('a table of six hundred becomes several, each with its head, and every row is there once', () => {
  const rows = people(600);
  const pieces = toPieces(lines(say(bold('Your contacts')), say(table([HEAD, ...rows])), say('600 people')));
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.every(fits)).toBe(true);
  const tables = pieces.flatMap(({ runs }) => runs.flatMap((run) => (run.table ? [run.table] : [])));
  expect(tables).toHaveLength(pieces.length);
  expect(tables.flatMap(([head, ...others]) => (expect(head).toEqual(HEAD), others))).toEqual(rows);
  expect(plainText(pieces[0]!)).toMatch(/^Your contacts\nName/);
  expect(plainText(pieces.at(-1)!)).toMatch(/\n600 people$/);
  for (const piece of pieces) expect(toMessageContent(piece)['formatted_body']).toContain('<thead><tr><th>Name</th>');
});

test('lines keep their look, and no line is parted that need not be', () => {
  const content = lines(...Array.from({ length: 2_000 }, (_, n) => say(bold(`Line ${n}`), ' goes on and on')));
  const pieces = toPieces(content);
  expect(pieces.every(fits)).toBe(true);
  expect(pieces.map(plainText).join('\n')).toBe(plainText(content));
  expect(pieces.flatMap(({ runs }) => runs.filter((run) => run.bold))).toHaveLength(2_000);
});

test('a line and a row that no message holds are parted all the same', () => {
  for (const character of ['a', '"', '&', '☃', '👩‍👩‍👧‍👦']) {
    const long = character.repeat(Math.ceil(90_000 / character.length));
    const pieces = toPieces(say(bold(long)));
    expect(pieces.every(fits)).toBe(true);
    expect(pieces.map(plainText).join('').replaceAll('\n', '')).toBe(long);
    const parted = toPieces(say(table([HEAD, ['x', long, 'y'], ...people(1)])));
    expect(parted.every(fits)).toBe(true);
    expect(parted.map(plainText).join('')).toContain('contact0@example.com');
  }
});

const run: fc.Arbitrary<Run> = fc.oneof(
  fc.record(
    {
      text: fc.string({ unit: fc.constantFrom('a', '<', '\n', '"', '☃', '\ud800', ' '), maxLength: 6_000 }),
      bold: fc.boolean(),
    },
    { requiredKeys: ['text'] },
  ),
  fc
    .array(fc.array(fc.string({ maxLength: 40 }), { minLength: 2, maxLength: 2 }), { minLength: 2, maxLength: 60 })
    .map(table),
);

test('whatever is said, every piece fits and no word is missing', () => {
  const words = (contents: readonly Content[]): string =>
    contents
      .map(({ runs }) =>
        runs
          .filter((one) => !one.table)
          .map((one) => one.text)
          .join(''),
      )
      .join('')
      .toWellFormed();
  const rows = (contents: readonly Content[]): unknown[] =>
    contents.flatMap(({ runs }) => runs.flatMap((one) => one.table?.slice(1) ?? []));
  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 30 }), (runs) => {
      const content: Content = { type: 'text', runs };
      const pieces = toPieces(content);
      expect(pieces.every(fits) || pieces.length === 1).toBe(true);
      expect(words(pieces).replaceAll('\n', '')).toBe(words([content]).replaceAll('\n', ''));
      expect(rows(pieces)).toHaveLength(rows([content]).length);
    }),
    { seed: 1863, numRuns: 150 },
  );
});
