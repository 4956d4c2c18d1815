import { expect, test } from 'vitest';
import { plainText } from '../../src/bridge/events.ts';
import { say, table } from '../../src/bridge/say.ts';
import { tableText } from '../../src/bridge/table-text.ts';

test('columns stand one under the other, and lines end where their text does', () => {
  const rows = [
    ['Name', 'Address', 'Notes'],
    ['Bob', 'bob@example.com', ''],
    ['Zoë 👩‍👩‍👧‍👦', 'zoe@example.com', 'blocked'],
  ];
  expect(tableText(rows)).toBe(
    ['Name   Address          Notes', 'Bob    bob@example.com', 'Zoë 👩‍👩‍👧‍👦  zoe@example.com  blocked'].join('\n'),
  );
});

test('a row that is short has empty cells, and one that is long keeps to the head', () => {
  expect(tableText([['A', 'B'], ['1'], ['1', '2', '3']])).toBe('A  B\n1\n1  2');
  expect(tableText([])).toBe('');
});

test('what stands in a cell is one line', () => {
  const run = table([['A'], [' one\n two\u2028three ']]);
  expect(run.table).toEqual([['A'], ['one two three']]);
  expect(plainText(say(run))).toBe('A\none two three');
});
