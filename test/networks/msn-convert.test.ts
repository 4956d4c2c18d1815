// Between MSN's messages and contacts and the core's.

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { plainText, text } from '../../src/bridge/events.ts';
import type { Content, Run } from '../../src/bridge/events.ts';
import type { ServerKey } from '../../src/bridge/ids.ts';
import { LISTS } from '../../src/msnp/contacts.ts';
import { MAX_PAYLOAD, readMessage, writeMessage } from '../../src/msnp/message.ts';
import type { ChatMessage } from '../../src/msnp/message.ts';
import { PLAIN } from '../../src/msnp/text-format.ts';
import type { TextFormat } from '../../src/msnp/text-format.ts';
import { toContact, toName, toOwnStatus, toPresence } from '../../src/networks/msn/convert-contact.ts';
import { fromMessage, split, toMessage } from '../../src/networks/msn/convert-content.ts';

const said = (words: string, format: Partial<TextFormat> = {}, name?: string): ChatMessage => ({
  type: 'text',
  text: words,
  format: { ...PLAIN, ...format },
  ...(name !== undefined && { name }),
});
const content = (...runs: readonly (Run | string)[]): Content => ({
  type: 'text',
  runs: runs.map((run) => (typeof run === 'string' ? { text: run } : run)),
});

describe('from MSN', () => {
  test('plain text stays plain', () => {
    expect(fromMessage(said('hello <b> & co'), 'Bob')).toEqual(text('hello <b> & co'));
  });

  test('the look of the message becomes the style of its run', () => {
    const all = { bold: true, italic: true, underline: true, strike: true, color: 0xff0000, font: 'Arial' };
    expect(fromMessage(said('hi', all), 'Bob')).toEqual(
      content({ text: 'hi', bold: true, italic: true, underline: true, strike: true, color: '#ff0000' }),
    );
  });

  test.each([
    [0x000000, undefined],
    [0x101010, undefined],
    [0xffffff, undefined],
    [0xf0f0f0, undefined],
    [0x0000ff, '#0000ff'],
    [0x008000, '#008000'],
    [0x800080, '#800080'],
  ])('colour %i is %s', (color, expected) => {
    expect(fromMessage(said('hi', { color }), 'Bob')?.runs[0]?.color).toBe(expected);
  });

  test.each([{ font: 'Courier New' }, { font: 'consolas' }, { font: 'Some Mono', fixedPitch: true }])(
    'letters of one width are code: %j',
    (format) => {
      expect(fromMessage(said('a = b', format), 'Bob')).toEqual(content({ text: 'a = b', code: true }));
    },
  );

  test('text that is to stand at the right says so where it does not show by itself', () => {
    expect(fromMessage(said('(1) ok', { rightToLeft: true }), 'Bob')).toEqual(text('\u200f(1) ok'));
    expect(fromMessage(said('(1) שלום', { rightToLeft: true }), 'Bob')).toEqual(text('(1) שלום'));
  });

  test('lines are one way, the end is trimmed, controls are gone', () => {
    expect(fromMessage(said('a\r\nb\rc\n\u0000\u0007\td\r\n\r\n'), 'Bob')).toEqual(text('a\nb\nc\n\td'));
  });

  test('nothing to read is nothing', () => {
    expect(fromMessage(said(' \r\n'), 'Bob')).toBeUndefined();
    expect(fromMessage({ type: 'typing', address: 'bob@example.com' }, 'Bob')).toBeUndefined();
    const other = {
      type: 'other',
      contentType: 'text/x-keepalive',
      headers: new Map(),
      body: new Uint8Array(),
    } as const;
    expect(fromMessage(other, 'Bob')).toBeUndefined();
  });

  test('another name than the nick stands before the words', () => {
    expect(fromMessage(said('hi', { bold: true }, 'Robot'), 'Bob')).toEqual(
      content('Robot: ', { text: 'hi', bold: true }),
    );
    expect(fromMessage(said('hi', {}, 'Bob'), 'Bob')).toEqual(text('hi'));
  });

  test('/me is an action, alone it is a word', () => {
    expect(fromMessage(said('/me waves'), 'Bob')).toEqual({ ...text('waves'), emote: true });
    expect(fromMessage(said('/me'), 'Bob')).toEqual(text('/me'));
    expect(fromMessage(said('/mean'), 'Bob')).toEqual(text('/mean'));
  });

  test('an action of later clients is one too', () => {
    expect(fromMessage({ type: 'action', text: 'waves' }, 'Bob')).toEqual({ ...text('waves'), emote: true });
    expect(fromMessage({ type: 'action', text: ' ' }, 'Bob')).toBeUndefined();
  });

  test('what is not carried yet is told', () => {
    const wink = readMessage(Buffer.from('Content-Type: text/x-msnmsgr-datacast\r\n\r\nID: 2\r\n'));
    expect(wink && fromMessage(wink, 'Bob')).toEqual({
      ...text('sent a wink, which cannot be shown here yet'),
      emote: true,
    });
  });

  test('a nudge is an action', () => {
    expect(fromMessage({ type: 'nudge' }, 'Bob')).toEqual({ ...text('sent you a nudge'), emote: true });
  });
});

describe('to MSN', () => {
  test.each<[string, Content, string, Partial<TextFormat>]>([
    ['plain', text('hello'), 'hello', {}],
    ['all bold', content({ text: 'a', bold: true }, ' ', { text: 'b', bold: true }), 'a b', { bold: true }],
    ['some bold', content('so ', { text: 'very ', bold: true }, 'much'), 'so *very* much', {}],
    ['struck', content('no ', { text: 'yes', strike: true }), 'no ~yes~', {}],
    ['italic and underlined', content({ text: 'a', italic: true }, 'b', { text: 'c', underline: true }), '_a_b_c_', {}],
    [
      'nested',
      content('x ', { text: 'bold ', bold: true }, { text: 'both', bold: true, italic: true }),
      'x *bold _both_*',
      {},
    ],
    [
      'all bold, some italic',
      content({ text: 'a ', bold: true }, { text: 'b', bold: true, italic: true }),
      'a _b_',
      { bold: true },
    ],
    ['one colour', content({ text: 'red', color: '#FF0000' }), 'red', { color: 0xff0000 }],
    ['two colours', content({ text: 'red', color: '#ff0000' }, { text: 'blue', color: '#0000ff' }), 'redblue', {}],
    ['code', content({ text: 'a*b\n  c', code: true }), 'a*b\n  c', { font: 'Courier New', fixedPitch: true }],
    ['some code', content('use ', { text: 'x_y', code: true, bold: true }), 'use x_y', {}],
    ['a link', content({ text: 'here', link: 'https://example.com/x' }), 'here (https://example.com/x)', {}],
    ['a bare link', content({ text: 'example.com', link: 'https://example.com/' }), 'example.com', {}],
    ['an action', { ...text('waves'), emote: true }, '/me waves', {}],
    ['right to left', text('שלום'), 'שלום', { rightToLeft: true }],
    ['blanks stay out of marks', content('a', { text: ' b ', bold: true }, 'c'), 'a *b* c', {}],
  ])('%s', (_, given, words, format) => {
    expect(toMessage(given)).toEqual({ type: 'text', text: words, format: { ...PLAIN, ...format } });
  });
});

const run = fc.record(
  {
    text: fc.string({ unit: 'grapheme', maxLength: 2_000 }),
    bold: fc.boolean(),
    italic: fc.boolean(),
    code: fc.boolean(),
    color: fc.constantFrom('#ff0000', '#00ff00'),
    link: fc.constantFrom('https://example.com/a', 'mailto:a@b.c'),
  },
  { requiredKeys: ['text'] },
);

test('every piece of every message fits, is not empty, and is changed no more', () => {
  const anything = fc.record({ runs: fc.array(run, { minLength: 1, maxLength: 4 }), emote: fc.boolean() });
  fc.assert(
    fc.property(anything, (given) => {
      const pieces = split({ type: 'text', ...given });
      for (const piece of pieces) {
        expect(plainText(piece)).not.toBe('');
        expect(writeMessage(toMessage(piece)).length).toBeLessThanOrEqual(MAX_PAYLOAD);
        expect(toMessage(piece).text).toBe(`${given.emote ? '/me ' : ''}${plainText(piece)}`);
      }
    }),
    { seed: 1863, numRuns: 200 },
  );
});

test('the pieces hold the whole text, each in its look', () => {
  const long = Array.from({ length: 500 }, (_, index) => `word${index}`).join(' ');
  const pieces = split(content({ text: long, bold: true }));
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.map(plainText).join(' ')).toBe(long);
  expect(pieces.every((piece) => toMessage(piece).format.bold)).toBe(true);
  expect(split({ ...text(long), emote: true }).every((piece) => toMessage(piece).text.startsWith('/me word'))).toBe(
    true,
  );
  expect(split(text(' \n '))).toEqual([]);
});

describe('contacts', () => {
  const SERVER = 'double' as ServerKey;
  const known = {
    address: 'bob@example.com',
    nick: 'Bob',
    lists: LISTS.forward | LISTS.allow,
    guid: 'g-1',
    groups: ['0'],
    properties: { PHM: '123' },
  };

  test('become what the core knows of people', () => {
    const standing = { status: 'LUN', message: 'back soon' } as const;
    expect(toContact(SERVER, known, standing, ['Work', 'Chess'])).toEqual({
      id: 'double/bob@example.com',
      chat: 'bob@example.com',
      address: 'bob@example.com',
      name: 'Bob',
      presence: { availability: 'away', label: 'Out to lunch', message: 'back soon' },
      groups: ['Work', 'Chess'],
    });
    const nameless = toContact(SERVER, { ...known, nick: ' \u202e' }, { status: 'FLN' }, undefined);
    expect(nameless).toMatchObject({ name: 'bob@example.com' });
    expect(nameless).not.toHaveProperty('groups');
  });

  test('every status has its words', () => {
    const codes = ['NLN', 'BSY', 'BRB', 'AWY', 'PHN', 'LUN', 'IDL', 'FLN'] as const;
    expect(codes.map((status) => toPresence({ status }).label)).toEqual([
      'Online',
      'Busy',
      'Be right back',
      'Away',
      'On the phone',
      'Out to lunch',
      'Idle',
      'Offline',
    ]);
  });

  test('the own status is named by words or by code', () => {
    expect(['Busy', ' out to LUNCH', 'phn', 'Offline', 'dancing'].map(toOwnStatus)).toEqual([
      'BSY',
      'LUN',
      'PHN',
      'HDN',
      undefined,
    ]);
  });

  test('a nick cannot turn the text around it', () => {
    expect(toName(' \u202eevil\u0007\n ')).toBe('evil');
    expect(toName('\u200fe\u200ev\u061ci\u2066l')).toBe('evil');
    expect(fromMessage(said('hello', {}, '\u200fBank\u202e'), 'Bob')).toMatchObject({ runs: [{ text: 'Bank: ' }, {}] });
  });
});
