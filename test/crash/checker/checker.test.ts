import { describe, expect, test } from 'vitest';
import { type End, type Heard, type History, readWords, type Told, words, type Written } from '../history.ts';
import { COUNTS, faultsIn, type Found } from './bench.ts';
import { judge } from './checker.ts';

const CHATS: History['chats'] = new Map([
  ['bob', { listeners: ['bob'], ghosts: ['@bob'], rooms: ['!bob'] }],
  ['carol', { listeners: ['carol'], ghosts: ['@carol'], rooms: ['!carol'] }],
  ['both', { listeners: ['bob', 'carol'], ghosts: ['@bob', '@carol'], rooms: ['!both'] }],
]);

const NOTHING: History = {
  chats: CHATS,
  said: [],
  taps: [],
  heard: [],
  told: [],
  sentences: [],
  written: [],
  shown: [],
  ends: [],
  commands: [],
  secrets: { told: 0, shown: 0 },
  marked: { twice: [], takenBack: 0 },
  waiting: 0,
};

const END: End = { at: 1_000, how: 'SIGKILL', graceMs: 50 };

const said = (n: number, conversation = 'bob', of = 1) => ({ event: `$${conversation}${n}`, conversation, n, of });
const heard = (n: number, more: Partial<Heard> = {}): Heard => {
  const conversation = more.conversation ?? 'bob';
  return { conversation, n, first: 0, count: 1, by: conversation, at: 0, ...more };
};
const told = (...all: readonly Told['how'][]) => all.map((how) => ({ event: '$bob1', how }));
const taps = (count: number) => Array.from({ length: count }, (_, index) => ({ event: `$tap${index}`, of: '$bob1' }));
const shown = (n: number, room = '!bob', by = '@bob') => ({ conversation: 'bob', n, room, by });
const written = (n: number, at: number, more: Partial<Written> = {}): Written => ({
  conversation: 'bob',
  n,
  at,
  connection: 1,
  life: 0,
  heldUpMs: 0,
  ...more,
});

function faults(history: Partial<History>): Found {
  return faultsIn(judge({ ...NOTHING, ...history }));
}

test('a history in which all is well has no charge', () => {
  const verdict = judge({
    ...NOTHING,
    said: [said(1), said(1, 'both', 3)],
    heard: [
      heard(1),
      ...['bob', 'carol'].flatMap((by) => [
        heard(1, { conversation: 'both', count: 2, by }),
        heard(1, { conversation: 'both', first: 2, by }),
      ]),
    ],
    told: [...told('delivered'), { event: '$both1', how: 'delivered' }],
    written: [written(1, 10), written(2, 20)],
    shown: [shown(1), shown(2)],
    ends: [{ ...END, left: [] }],
    commands: [{ name: 'nudge bob', done: 1, answers: ['done'] }],
    secrets: { told: 3, shown: 0 },
    marked: { twice: [], takenBack: 1 },
  });
  expect(verdict.charges).toEqual([]);
  expect(verdict.counts).toEqual({
    ...Object.fromEntries(COUNTS.map((name) => [name, 0])),
    'm2n.said': 2,
    'n2m.written': 2,
    'n2m.owed': 2,
    'commands.given': 1,
    'secrets.told': 3,
    'events.taken_back': 1,
  });
});

describe('from Matrix to the network', () => {
  test('what nobody heard and nobody was told of is lost', () => {
    expect(faults({ said: [said(1)] })).toEqual({ 'm2n.lost': 1 });
  });

  test('what was told delivered, and was not heard, is lost', () => {
    expect(faults({ said: [said(1)], told: told('delivered') })).toEqual({ 'm2n.lost': 1 });
  });

  test('a piece that nobody heard is a message that is lost', () => {
    const all = { said: [said(1, 'bob', 3)], told: told('delivered') };
    expect(faults({ ...all, heard: [heard(1, { count: 2 })] })).toEqual({ 'm2n.lost': 1 });
    expect(faults({ ...all, heard: [heard(1), heard(1, { first: 2 })] })).toEqual({ 'm2n.lost': 1 });
    expect(faults({ ...all, heard: [heard(1, { count: 2 }), heard(1, { first: 2 })] })).toEqual({});
  });

  test('in a chat of several all are to hear it', () => {
    const all = { said: [said(1, 'both')], told: [{ event: '$both1', how: 'delivered' as const }] };
    expect(faults({ ...all, heard: [heard(1, { conversation: 'both', by: 'bob' })] })).toEqual({ 'm2n.lost': 1 });
  });

  test('what was told is not lost', () => {
    const ends = [{ ...END, left: [{ event: '$bob1', intent: true }] }];
    expect(faults({ said: [said(1)], told: told('uncertain'), ends })).toEqual({});
    expect(faults({ said: [said(1)], told: told('failed') })).toEqual({});
  });

  test('what was heard and never told of is untold', () => {
    expect(faults({ said: [said(1)], heard: [heard(1)] })).toEqual({ 'm2n.untold': 1 });
  });

  test('what was heard twice is doubled', () => {
    const all = { said: [said(1)], told: told('delivered') };
    expect(faults({ ...all, heard: [heard(1), heard(1), heard(1)] })).toEqual({ 'm2n.doubled': 2 });
  });

  test('a piece that was heard twice is doubled', () => {
    const all = { said: [said(1, 'bob', 2)], told: told('delivered') };
    const pieces = [heard(1), heard(1, { first: 1 })];
    expect(faults({ ...all, heard: [...pieces, heard(1, { first: 1 })] })).toEqual({ 'm2n.doubled': 1 });
  });

  test('what was heard in another order than it was said in is reordered', () => {
    const all = {
      said: [said(1), said(2)],
      told: [...told('delivered'), { event: '$bob2', how: 'delivered' as const }],
    };
    expect(faults({ ...all, heard: [heard(2), heard(1)] })).toEqual({ 'm2n.reordered': 1 });
    expect(faults({ ...all, heard: [heard(1), heard(2), heard(1)] })).toEqual({ 'm2n.doubled': 1 });
  });

  test('so are pieces', () => {
    const all = { said: [said(1, 'bob', 2)], told: told('delivered') };
    expect(faults({ ...all, heard: [heard(1, { first: 1 }), heard(1)] })).toEqual({ 'm2n.reordered': 1 });
  });

  test('order is a matter of one conversation', () => {
    const all = { said: [said(1), said(2, 'carol')], heard: [heard(2, { conversation: 'carol' }), heard(1)] };
    expect(faults({ ...all, told: [...told('delivered'), { event: '$carol2', how: 'delivered' }] })).toEqual({});
  });

  test('what somebody else hears is misdirected', () => {
    const all = { said: [said(1)], heard: [heard(1), heard(1, { by: 'dave' })], told: told('delivered') };
    expect(faults(all)).toEqual({ 'm2n.misdirected': 1 });
  });

  test('who is being called into the chat with one may hear what was on its way to that one', () => {
    const all = { said: [said(1)], heard: [heard(1), heard(1, { by: 'carol' })], told: told('delivered') };
    expect(faults(all)).toEqual({});
    const apart = new Map([...CHATS].filter(([chat]) => chat !== 'both'));
    expect(faults({ ...all, chats: apart })).toEqual({ 'm2n.misdirected': 1 });
  });

  test('who is told “not delivered” of what was heard was told wrongly', () => {
    expect(faults({ said: [said(1)], heard: [heard(1)], told: told('failed') })).toEqual({ 'm2n.misreported': 1 });
    expect(faults({ said: [said(1)], heard: [heard(1)], told: told('failed', 'delivered') })).toEqual({
      'm2n.contradicted': 1,
    });
  });

  test('“perhaps” is never wrong, and “the rest was not” may be so', () => {
    expect(faults({ said: [said(1)], heard: [heard(1)], told: told('uncertain') })).toEqual({});
    expect(faults({ said: [said(1, 'bob', 2)], heard: [heard(1)], told: told('failed') })).toEqual({});
  });

  test('one outcome is told once, and in one sentence', () => {
    const all = { said: [said(1)], heard: [heard(1)] };
    expect(faults({ ...all, told: told('delivered', 'delivered') })['m2n.contradicted']).toBe(1);
    expect(faults({ ...all, told: told('delivered', 'uncertain') })).toEqual({ 'm2n.contradicted': 1 });
    expect(faults({ ...all, told: told('uncertain'), sentences: ['$bob1', '$bob1'] })).toEqual({
      'm2n.contradicted': 1,
    });
    expect(faults({ ...all, told: told('delivered'), sentences: ['$bob1'] })).toEqual({ 'm2n.contradicted': 1 });
  });

  describe('what is sent again by a tap', () => {
    const again = { said: [said(1)], taps: taps(1) };

    test('has an outcome of its own', () => {
      expect(faults({ ...again, heard: [heard(1)], told: told('failed', 'delivered') })).toEqual({});
      expect(faults({ ...again, heard: [heard(1), heard(1)], told: told('uncertain', 'delivered') })).toEqual({});
      expect(faults({ ...again, heard: [heard(1)], told: told('uncertain') })).toEqual({ 'm2n.untold': 1 });
    });

    test('is not what has failed', () => {
      const twice = [heard(1), heard(1)];
      expect(faults({ ...again, heard: twice, told: told('failed', 'delivered') })).toEqual({ 'm2n.doubled': 1 });
      expect(faults({ ...again, heard: [heard(1)], told: told('failed', 'failed') })).toEqual({ 'm2n.misreported': 1 });
    });

    test('is the rest, where the beginning was heard', () => {
      const rest = { said: [said(1, 'bob', 2)], taps: taps(1), told: told('failed', 'delivered') };
      expect(faults({ ...rest, heard: [heard(1), heard(1, { first: 1 })] })).toEqual({});
      expect(faults({ ...rest, heard: [heard(1), heard(1, { count: 2 })] })).toEqual({ 'm2n.doubled': 1 });
    });

    test('has lost its place', () => {
      const all = { ...again, said: [said(1), said(2)], heard: [heard(2), heard(1)] };
      const outcomes: Told[] = [...told('failed', 'delivered'), { event: '$bob2', how: 'delivered' }];
      expect(faults({ ...all, told: outcomes })).toEqual({});
    });
  });

  test('two of one conversation under way at an end are one too many', () => {
    const left = [1, 2].map((n) => ({ event: `$bob${n}`, intent: true }));
    const all = { said: [said(1), said(2)], heard: [heard(1), heard(2)], ends: [{ ...END, left }] };
    const outcomes: Told[] = [...told('uncertain'), { event: '$bob2', how: 'uncertain' }];
    expect(faults({ ...all, told: outcomes })).toEqual({ 'm2n.unbounded': 1 });
  });

  test('two of two conversations are not', () => {
    const left = ['$bob1', '$carol1'].map((event) => ({ event, intent: true }));
    const all = { said: [said(1), said(1, 'carol')], heard: [heard(1), heard(1, { conversation: 'carol' })] };
    const outcomes: Told[] = [...told('uncertain'), { event: '$carol1', how: 'delivered' }];
    expect(faults({ ...all, told: outcomes, ends: [{ ...END, left }] })).toEqual({});
  });

  test('uncertain is only what was under way when a life ended, perhaps by a tap, or when the listener went off', () => {
    const all = { said: [said(1)], heard: [heard(1)], told: told('uncertain') };
    expect(faults({ ...all, ends: [{ ...END, left: [] }] })).toEqual({ 'm2n.unbounded': 1 });
    const chats = new Map([['bob', { ...CHATS.get('bob')!, departures: 1 }]]);
    expect(faults({ ...all, chats, ends: [{ ...END, left: [] }] })).toEqual({});
    const ends = [{ ...END, left: [{ event: '$tap0', intent: true }] }];
    expect(faults({ ...all, taps: taps(1), told: told('failed', 'uncertain'), ends })).toEqual({});
  });

  test('bytes that go out before their intent is recorded are found in the tables', () => {
    const ends = [{ ...END, at: 9, left: [{ event: '$bob1', intent: false }] }];
    const all = { said: [said(1)], told: told('delivered'), ends };
    expect(faults({ ...all, heard: [heard(1, { at: 8 })] })).toEqual({ 'm2n.unintended': 1 });
    expect(faults({ ...all, heard: [heard(1, { at: 10 })] })).toEqual({});
  });
});

describe('from the network to Matrix', () => {
  test('what was written in good time before the end and never shown is lost', () => {
    expect(faults({ written: [written(1, 950)], ends: [END] })).toEqual({ 'n2m.lost': 1 });
  });

  test('what was written in the last moments, or to the dead, may be lost', () => {
    expect(faults({ written: [written(1, 951), written(2, 1_200)], ends: [END] })).toEqual({});
  });

  test('time in which the machine ran others is not good time, and is counted', () => {
    const { counts } = judge({ ...NOTHING, written: [written(1, 900, { heldUpMs: 51 })], ends: [END] });
    expect([counts['n2m.owed'], counts['n2m.excused'], counts['n2m.excused.lost']]).toEqual([0, 1, 1]);
    expect(faults({ written: [written(1, 900, { heldUpMs: 50 })], ends: [END] })).toEqual({ 'n2m.lost': 1 });
  });

  test('the next life owes what was written to it', () => {
    expect(faults({ written: [written(1, 1_200, { life: 1 })], ends: [END] })).toEqual({ 'n2m.lost': 1 });
  });

  test('an end that was asked for has no last moments', () => {
    const ends = [{ ...END, graceMs: undefined }];
    expect(faults({ written: [written(1, 1_001, { heldUpMs: 99 })], ends })).toEqual({ 'n2m.lost': 1 });
  });

  test('what stands there twice is doubled', () => {
    expect(faults({ written: [written(1, 0)], shown: [shown(1), shown(1)] })).toEqual({ 'n2m.doubled': 1 });
  });

  test('a second room for a chat is one too many', () => {
    const chats = new Map([['bob', { listeners: ['bob'], ghosts: ['@bob'], rooms: ['!bob', '!b'] }]]);
    expect(faults({ chats })).toEqual({ 'rooms.doubled': 1 });
  });

  test('what stands in another chat’s room, or by another, is misdirected', () => {
    const all = { written: [written(1, 0)] };
    expect(faults({ ...all, shown: [shown(1, '!carol')] })).toEqual({ 'n2m.misdirected': 1 });
    expect(faults({ ...all, shown: [shown(1, '!bob', '@carol')] })).toEqual({ 'n2m.misdirected': 1 });
  });

  test('what somebody says where one more is being called in may stand in the chat of all of them', () => {
    const all = { written: [written(1, 0)], shown: [shown(1, '!both')] };
    expect(faults(all)).toEqual({});
    expect(judge({ ...NOTHING, ...all }).counts['n2m.overheard']).toBe(1);
    expect(faults({ ...all, shown: [shown(1, '!both', '@carol')] })).toEqual({ 'n2m.misdirected': 1 });
    const apart = new Map([...CHATS].filter(([chat]) => chat !== 'both'));
    expect(faults({ ...all, chats: apart })).toEqual({ 'n2m.misdirected': 1 });
  });

  test('what is said in the moment in which another hangs up may stand in the chat with who says it', () => {
    const toBoth = { ...written(1, 0), conversation: 'both' };
    const all = { written: [toBoth], shown: [{ ...shown(1), conversation: 'both' }] };
    expect(faults(all)).toEqual({});
    expect(judge({ ...NOTHING, ...all }).counts['n2m.overheard']).toBe(1);
    const byAnother = { ...all, shown: [{ ...shown(1, '!bob', '@carol'), conversation: 'both' }] };
    expect(faults(byAnother)).toEqual({ 'n2m.misdirected': 1 });
  });

  test('what stands in another order than it was written in is reordered', () => {
    const all = { written: [written(1, 0), written(2, 1)], shown: [shown(2), shown(1)] };
    expect(faults(all)).toEqual({ 'n2m.reordered': 1 });
  });

  test('two connections at one moment have no order, two that are apart have', () => {
    const on = (at: number) => [written(1, 0), written(2, at, { connection: 2 })];
    expect(faults({ written: on(49), shown: [shown(2), shown(1)] })).toEqual({});
    expect(faults({ written: on(50), shown: [shown(2), shown(1)] })).toEqual({ 'n2m.reordered': 1 });
  });

  test('what nobody wrote is invented', () => {
    expect(faults({ shown: [shown(1)] })).toEqual({ 'n2m.invented': 1 });
  });
});

test('a command is done once and answered once, as it was', () => {
  const command = (done: number, ...answers: readonly ('done' | 'refused')[]) =>
    faults({ commands: [{ name: 'nudge bob', done, answers }] });
  expect(command(2, 'done')).toEqual({ 'commands.doubled': 1 });
  expect(command(1)).toEqual({ 'commands.unanswered': 1 });
  expect(command(1, 'done', 'done')).toEqual({ 'commands.answered_twice': 1 });
  expect(command(0, 'done')).toEqual({ 'commands.misreported': 1 });
  expect(command(0, 'refused')).toEqual({});
});

test('an event that stands twice, a secret that still stands, and rows that wait for ever are faults', () => {
  expect(faults({ marked: { twice: ['a notice in !a'], takenBack: 0 } })).toEqual({ 'events.doubled': 1 });
  expect(faults({ secrets: { told: 2, shown: 1 } })).toEqual({ 'secrets.shown': 1 });
  expect(faults({ waiting: 2 })).toEqual({ stuck: 2 });
});

test('a charge says what it is about', () => {
  expect(judge({ ...NOTHING, said: [said(7)] }).charges).toEqual([
    'm2n.lost: bob 7 ($bob7) was never heard, and its sender was not told',
  ]);
});

describe('words', () => {
  test('are read as they were said', () => {
    const text = words('m2n', 'bob', 12, 3);
    const whole = { direction: 'm2n', conversation: 'bob', n: 12, first: 0, count: 3, of: 3 };
    expect(readWords(text)).toEqual(whole);
    expect(readWords(text.slice(text.indexOf(' ') + 1))).toEqual({ ...whole, first: 1, count: 2 });
  });

  test('that are none, or not those of one message in their order, are not read', () => {
    const [one, other] = [words('m2n', 'bob', 1, 2), words('m2n', 'bob', 2, 2)];
    const [first = '', second = ''] = one.split(' ');
    for (const text of ['hello', undefined, `${one} ${other}`, `${second} ${first}`, first.slice(0, -2), `x ${first}`])
      expect(readWords(text)).toBeUndefined();
  });
});
