import { expect, test } from 'vitest';
import { splitText } from '../../src/msnp/text-split.ts';

const sizes = (parts: readonly string[]): number[] =>
  parts.map((part) => Buffer.byteLength(part.replaceAll('\n', '\r\n')));

test.each([
  ['1202 letters', 'a'.repeat(1202), [1202]],
  ['1203 letters', 'a'.repeat(1203), [1202, 1]],
  ['602 accents', 'é'.repeat(602), [1202, 2]],
  ['400 faces', '😀'.repeat(400), [1200, 400]],
  ['a composed letter at the end', `${'a'.repeat(1201)}e\u0301`, [1201, 3]],
  ['nothing', '', [0]],
])('cuts %s', (_, text, expected) => {
  const parts = splitText(text);
  expect(sizes(parts)).toEqual(expected);
  expect(parts.join('')).toBe(text);
});

test('keeps families, flags and skin tones whole', () => {
  for (const face of ['👨‍👩‍👧‍👦', '🇨🇦', '👍🏽', '❤️']) {
    const parts = splitText(face.repeat(20), 40);
    expect(parts.join('')).toBe(face.repeat(20));
    for (const part of parts) expect(part.replaceAll(face, '')).toBe('');
  }
});

test('cuts between paragraphs, lines, sentences and words, in this order', () => {
  const words = 'one two three four. five six';
  expect(splitText(`${words}\n\n${words}`, 40)).toEqual([words, words]);
  expect(splitText(`${words}\n${words}`, 40)).toEqual([words, words]);
  expect(splitText(words, 24)).toEqual(['one two three four.', 'five six']);
  expect(splitText('one two three four five', 10)).toEqual(['one two', 'three four', 'five']);
});

test('counts a line end as two bytes and trims blanks at the joint', () => {
  expect(splitText('a\nb\nc', 6)).toEqual(['a\nb', 'c']);
  expect(splitText('aaaa    bbbb', 6)).toEqual(['aaaa', 'bbbb']);
});

test('a blank that carries a mark is no blank', () => {
  expect(splitText(`aaaaaa \u0301bbbbbb`, 8).join('')).toBe(`aaaaaa \u0301bbbbbb`);
});
