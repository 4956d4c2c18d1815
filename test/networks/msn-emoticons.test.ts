// Text codes and emoji, one for the other.

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { plainText, text } from '../../src/bridge/events.ts';
import { withCodes, withEmoji } from '../../src/networks/msn/convert-emoticons.ts';
import { EMOTICONS } from '../../src/networks/msn/emoticons.ts';
import { textsIn } from '../support/msn-person/message.ts';
import { ALICE, BOB, eventually, makeClient, say, setStage, signInOurs, signInPerson } from './msn-stage.ts';

const read = (words: string, own: readonly string[] = []): string => plainText(withEmoji(text(words), own));
const write = (words: string): string => plainText(withCodes(text(words)));

describe('from MSN', () => {
  test.each([
    ['hi :) (L)', 'hi 🙂 ❤️'],
    ['<:o)', '🥳'],
    ['<:o', '<😮'],
    ['8-) 8-| 8o|', '🙄 🤓 😬'],
    ['f(x) = 2', 'f(x) = 2'],
    ['401(k) plan', '401(k) plan'],
    ['see http://a.example/x:D(y)', 'see http://a.example/x:D(y)'],
    ['(http://a.example/:P) www.a.example/(y) a:D@b.example', '(http://a.example/:P) www.a.example/(y) a:D@b.example'],
    ['(S) (s)', '🌜 (s)'],
    [':dog:', ':dog:'],
    ['C:D', 'C:D'],
    ['10:00:P', '10:00:P'],
    ['({)(})', '🤗'],
    [':-*', '🤫'],
    ['(y)(Y)', '👍👍'],
    ['(BRB) (brb)', '(BRB) 🔙'],
    ['18-)', '18-)'],
    [':)):(', '🙂)🙁'],
    ['(h5)(h)', '✋😎'],
    [':D:D:D', '😀😀😀'],
    ['*help* *help x*help', '*help* 🎗️ x*help'],
    ['one\n:)\n two', 'one\n🙂\n two'],
    [':-@ (@) :@', '😡 🐱 😡'],
    ['constructor (toString)', 'constructor (toString)'],
  ])('%j reads %j', (words, expected) => {
    expect(read(words)).toBe(expected);
  });

  test('pictures of the sender’s own stay as they are written, before codes that are no longer', () => {
    expect(read('lol :) :-) lol', [':)', 'lol'])).toBe('lol :) 🙂 lol');
    expect(read('(y)x', ['(y)x'])).toBe('(y)x');
    expect(read('<:o)', [':o'])).toBe('🥳');
    expect(read(':)', [''])).toBe('🙂');
  });

  test('code is left alone', () => {
    const code = {
      type: 'text',
      runs: [
        { text: 'f :)', code: true },
        { text: ' :)', bold: true },
      ],
    } as const;
    expect(withEmoji(code).runs).toEqual([
      { text: 'f :)', code: true },
      { text: ' 🙂', bold: true },
    ]);
  });
});

describe('to MSN', () => {
  test.each([
    ['hi 🙂', 'hi :-)'],
    ['👍', '(Y)'],
    ['👍🏽', '(Y)'],
    ['❤ ❤️ 💙', '(L) (L) (L)'],
    ['ok👍then', 'ok (Y) then'],
    ['👍👍👍', '(Y)(Y)(Y)'],
    ['😂🤣', ':-D:-D'],
    ['😳 😬 🌜', ':-$ 8o| (S)'],
    ['🤗', '({)'],
    ['🎗️', '🎗️'],
    ['🤷‍♀️ 🤷🏿‍♂️', ':^) :^)'],
    ['👩‍💻', '(X)(co)'],
    ['👩‍🚀', '(X)🚀'],
    ['🦄 🇨🇦 1️⃣ ©', '🦄 🇨🇦 1️⃣ ©'],
    ['<🥳', '<<:o)'],
    ['http://a.example/🙂', 'http://a.example/🙂'],
    ['f(x) list:p', 'f(x) list:p'],
  ])('%j is written %j', (words, expected) => {
    expect(write(words)).toBe(expected);
  });

  test('a code that would grow together with what stands before it is kept apart', () => {
    expect(write('note:👍')).toBe('note: (Y)');
    expect(write('this:-👍')).toBe('this:- (Y)');
    expect(write('(😇')).toBe('((A)');
  });

  test('code is left alone', () => {
    expect(withCodes({ type: 'text', runs: [{ text: '🙂', code: true }] }).runs).toEqual([{ text: '🙂', code: true }]);
  });
});

describe('for a login', () => {
  const announcement = (codes: string): Buffer =>
    Buffer.from(`MIME-Version: 1.0\r\nContent-Type: text/x-mms-emoticon\r\n\r\n${codes}\t<msnobj/>\t`);

  test('all is carried as it is written, until that is switched on', async () => {
    const stage = await setStage();
    const bob = await signInPerson(stage, BOB);
    const ours = await signInOurs(stage);
    const talk = async (): Promise<void> => {
      const heard = ours.sink.texts.length;
      await bob.say(ALICE, 'hi :)');
      await eventually(() => ours.sink.texts.length > heard);
      for (const piece of ours.client.split(text('hi 🙂'))) await say(ours, BOB, piece);
    };
    await talk();
    ours.client.choose?.('emoticons', true);
    await talk();
    ours.client.choose?.('emoticons', false);
    await talk();
    expect(ours.sink.texts).toEqual(['hi :)', 'hi 🙂', 'hi :)']);
    expect(textsIn(bob.messages)).toEqual(['hi 🙂', 'hi :-)', 'hi 🙂']);
  });

  test('a sign-in finds it as it was chosen', async () => {
    const stage = await setStage();
    const { client } = makeClient(stage, {}, { choices: new Set(['emoticons']) });
    expect(client.split(text('👍')).map(plainText)).toEqual(['(Y)']);
    expect(stage.network.choices.map(({ name }) => name)).toEqual(['emoticons']);
  });

  test('pictures that are announced count for the next text of whoever announced them', async () => {
    const stage = await setStage();
    const bob = await signInPerson(stage, BOB);
    const ours = await signInOurs(stage);
    ours.client.choose?.('emoticons', true);
    const chat = await bob.chatWith(ALICE);
    await chat.send(announcement(':)'), 'N');
    chat.nudge();
    await chat.say('mine :) not :(');
    await chat.say('yours :)');
    await eventually(() => ours.sink.texts.length === 3);
    expect(ours.sink.texts.slice(1)).toEqual(['mine :) not 🙁', 'yours 🙂']);
  });
});

test('every emoji that is written comes back as itself', () => {
  for (const [emoji] of EMOTICONS) expect(read(write(`a ${emoji} b`))).toBe(`a ${emoji} b`);
});

test('text without codes and emoji is not touched, whatever it is', () => {
  const plain = fc.stringMatching(/^[abc XYZ019.,!?\n\t"_=/\\-]*$/);
  fc.assert(
    fc.property(plain, (words) => {
      expect(read(words)).toBe(words);
      expect(write(words)).toBe(words);
    }),
  );
});

test('nothing throws, and what stands between codes stays', () => {
  const piece = fc.oneof(
    fc.constantFrom(...EMOTICONS.flat()),
    fc.constantFrom('({)(})', '\u200d', '\ufe0f', '🏽', '(', ':', '8', '<'),
    fc.string({ unit: 'grapheme', maxLength: 3 }),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 20 }),
      fc.array(fc.string({ maxLength: 4 }), { maxLength: 3 }),
      (pieces, own) => {
        const words = pieces.join('');
        expect(read(words, own)).toEqual(expect.any(String));
        expect(write(write(words))).toBe(write(words));
      },
    ),
  );
});
