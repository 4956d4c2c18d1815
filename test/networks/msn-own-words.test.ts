import { expect, test } from 'vitest';
import { objection, ownWords } from '../../src/networks/msn/own-words.ts';

test('what is chosen must fit, and a sentence says what does not', () => {
  expect(objection({ nick: 'Alice', message: 'x'.repeat(129), playing: 'y'.repeat(129) })).toBeUndefined();
  expect(objection({ message: '😀'.repeat(129) })).toBeUndefined();
  expect(objection({ message: 'x'.repeat(130) })).toBe(
    'A personal message has at most 129 characters on MSN; this one has 130.',
  );
  expect(objection({ playing: 'x'.repeat(200) })).toMatch(/^What you listen to .* 129 .* 200\.$/);
  expect(objection({ nick: 'x'.repeat(387) })).toBeUndefined();
  expect(objection({ nick: 'ä'.repeat(65) })).toBe('That name is too long for MSN.');
});

test('what only follows is cut, and no character is broken', () => {
  const { nick, message } = ownWords({ nick: '👩‍👩‍👧'.repeat(30), message: `${'x'.repeat(128)}👍🏽 and more` });
  expect(encodeURIComponent(nick ?? '').length).toBeLessThanOrEqual(387);
  expect(nick).toMatch(/^(👩‍👩‍👧)+$/u);
  expect(message).toBe('x'.repeat(128));
});

test.each([
  ['The Beatles – Help!', String.raw`\0Music\01\0{1} – {0}\0Help!\0The Beatles\0`],
  ['A-ha - Take On Me', String.raw`\0Music\01\0{1} – {0}\0Take On Me\0A-ha\0`],
  ['birdsong', String.raw`\0Music\01\0{0}\0birdsong\0`],
  ['', ''],
])('“%s” is told as %s', (playing, media) => {
  expect(ownWords({ playing }).media).toBe(media);
});

test('everything is one line without what could disguise it', () => {
  expect(ownWords({ nick: ' Alice\u202e \n in  Chains\u0007 ', message: 'back\nat\tfive' })).toEqual({
    nick: 'Alice in Chains',
    message: 'back at five',
    media: '',
  });
  expect(ownWords({}).nick).toBeUndefined();
  expect(ownWords({ nick: ' \u202e ' }).nick).toBeUndefined();
});
