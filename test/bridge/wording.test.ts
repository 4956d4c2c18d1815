// Words for those who have neither mentions nor answers to single messages.

import { describe, expect, test } from 'vitest';
import { type Content, type MatrixMessage, plainText, type Run, text } from '../../src/bridge/events.ts';
import type { EventId, MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { Quote } from '../../src/bridge/matrix.ts';
import { worded, withNames } from '../../src/bridge/wording.ts';

const ALICE = '@alice:hs' as MatrixUserId;
const BOB = '@net_bob:hs' as MatrixUserId;
const ZOE = '@zoe:hs' as MatrixUserId;
const BOT = '@bot:hs' as MatrixUserId;

const nameOf = (user: MatrixUserId): string | undefined => (user === BOB ? 'Bob' : undefined);
const runs = (...given: readonly Run[]): Content => ({ type: 'text', runs: given });

describe('a mention', () => {
  test.each<[string, readonly Run[], string]>([
    ['gets the name of today', [{ text: 'Bobby', mention: BOB }, { text: ': hi' }], 'Bob: hi'],
    ['keeps the blanks around it', [{ text: 'hi' }, { text: ' @Bobby ', mention: BOB }, { text: '!' }], 'hi Bob !'],
    [
      'in two styles is one name',
      [
        { text: 'B', mention: BOB, bold: true },
        { text: 'ob', mention: BOB },
      ],
      'Bob',
    ],
    ['of somebody unknown stays as it was shown', [{ text: 'Zoe', mention: ZOE }], 'Zoe'],
    ['that shows an id is made shorter', [{ text: '@zoe:hs', mention: ZOE }, { text: '?' }], 'zoe?'],
    [
      'of two, one after the other, is two',
      [
        { text: 'b', mention: BOB },
        { text: 'Zoe', mention: ZOE },
      ],
      'BobZoe',
    ],
  ])('%s', (_, given, words) => {
    expect(plainText(withNames(runs(...given), nameOf))).toBe(words);
  });

  test('keeps the style of its run, and nothing else is touched', () => {
    expect(withNames(runs({ text: 'x', italic: true }, { text: 'b', mention: BOB, bold: true }), nameOf)).toEqual(
      runs({ text: 'x', italic: true }, { text: 'Bob', bold: true }),
    );
  });

  test('a name is not taken for a pattern', () => {
    expect(plainText(withNames(runs({ text: 'x', mention: BOB }), () => '$&$1'))).toBe('$&$1');
  });
});

describe('an answer', () => {
  const message = (content: Content, replyTo?: EventId): MatrixMessage => ({
    type: 'message',
    room: '!r' as RoomId,
    sender: ALICE,
    id: '$2' as EventId,
    at: new Date(0),
    content,
    ...(replyTo && { replyTo }),
  });
  const wordsOf = async (given: MatrixMessage, quote: Quote | undefined): Promise<string> =>
    plainText(await worded(given, { bot: BOT, quote: async () => quote }, nameOf));

  test.each<[string, Quote | undefined, string]>([
    ['to somebody else says who they are', { sender: BOB, line: 'lunch?' }, '> Bob: lunch?\nyes'],
    ['to oneself has no name', { sender: ALICE, line: 'lunch?' }, '> lunch?\nyes'],
    ['to nothing that is there has only its words', undefined, 'yes'],
    ['to the bot is nobody else’s business', { sender: BOT, line: 'It failed.' }, 'yes'],
  ])('%s', async (_, quote, words) => {
    expect(await wordsOf(message(text('yes'), '$1' as EventId), quote)).toBe(words);
  });

  test('that is an action quotes nothing', async () => {
    const action = { ...text('nods'), emote: true };
    expect(await wordsOf(message(action, '$1' as EventId), { sender: BOB, line: 'lunch?' })).toBe('nods');
  });

  test('what answers nothing is not looked up', async () => {
    const asked = worded(
      message(text('yes')),
      { bot: BOT, quote: async () => Promise.reject(new Error('asked')) },
      nameOf,
    );
    expect(plainText(await asked)).toBe('yes');
  });
});
