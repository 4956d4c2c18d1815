import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCurrentMedia, writeMusic } from '../../src/msnp/current-media.ts';

test.each([
  [String.raw`\0Music\01\0{0} - {1}\0Song Title\0Artist\0Album\0{WMContentID}\0`, 'Music', 'Song Title - Artist'],
  [String.raw`WMP\0Music\01\0{0} - {1} ({2})\0Title\0Artist\0Album\0`, 'Music', 'Title - Artist (Album)'],
  [String.raw`\0Games\01\0Playing {0}\0Minesweeper\0`, 'Games', 'Playing Minesweeper'],
  [String.raw`\0Office\01\0letter.doc\0`, 'Office', 'letter.doc'],
  [String.raw`\0Music\01\0{0} - {7}\0Alone\0`, 'Music', 'Alone -'],
  [String.raw`\0Music\01\0{0}\0AC\\0`, 'Music', 'AC\\'],
  [String.raw`\0Music\01\0{0}\0{0} and {1}`, 'Music', '{0} and {1}'],
])('reads %s', (media, type, text) => {
  expect(readCurrentMedia(media)).toEqual({ type, text });
});

test.each([
  '',
  String.raw`\0Music\00\0{0}\0stopped\0`,
  String.raw`\0Music\01\0\0nothing to fill\0`,
  'no grammar at all',
])('nothing is played in “%s”', (media) => {
  expect(readCurrentMedia(media)).toBeUndefined();
});

test('a format that says the same long thing again and again is cut', () => {
  const media = String.raw`\0Music\01\0${'{0}'.repeat(500)}\0${'la'.repeat(5_000)}\0`;
  expect(readCurrentMedia(media)?.text).toHaveLength(300);
});

test('what is written is read again, whatever stands in it', () => {
  expect(writeMusic('Help!', 'The Beatles')).toBe(String.raw`\0Music\01\0{1} – {0}\0Help!\0The Beatles\0`);
  const words = fc.string({ unit: fc.constantFrom('\\', '0', 'a', '{', '1', '}', ' '), maxLength: 20 });
  fc.assert(
    fc.property(words, words, (title, artist) => {
      const plain = (text: string): string => text.replaceAll('\\', '/');
      const whole = `${plain(artist)} – ${plain(title)}`.trim();
      expect(readCurrentMedia(writeMusic(title, artist))).toEqual({ type: 'Music', text: whole });
    }),
  );
});
