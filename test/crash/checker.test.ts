import { describe, expect, test } from 'vitest';
import { COUNTS, type Count, FAULTS, judge } from './checker.ts';
import { type History, readWords, words } from './history.ts';

const NOTHING: History = {
  said: [],
  heard: [],
  told: [],
  written: [],
  shown: [],
  ends: [],
  rooms: new Map(),
  waiting: 0,
};

const said = (n: number, conversation = 'bob') => ({ event: `$${conversation}${n}`, conversation, n });
const heard = (n: number, at = 0, conversation = 'bob') => ({ conversation, n, at });
const shown = (n: number, room = '!a', conversation = 'bob') => ({ conversation, n, room });
const written = (n: number, at: number, more: { connection?: number; life?: number } = {}) => ({
  conversation: 'bob',
  n,
  at,
  connection: 1,
  life: 0,
  ...more,
});

/** The counts of faults that are not 0. */
function faults(history: Partial<History>): Partial<Record<Count, number>> {
  const { counts } = judge({ ...NOTHING, ...history });
  return Object.fromEntries(FAULTS.filter((name) => counts[name] > 0).map((name) => [name, counts[name]]));
}

test('a history in which all is well has no charge', () => {
  const verdict = judge({
    said: [said(1), said(2)],
    heard: [heard(1), heard(2)],
    told: [{ event: '$bob1', how: 'delivered' }],
    written: [written(1, 10), written(2, 20)],
    shown: [shown(1), shown(2)],
    ends: [{ at: 1_000, how: 'SIGKILL', graceMs: 50, left: [] }],
    rooms: new Map([['bob', 1]]),
    waiting: 0,
  });
  expect(verdict.charges).toEqual([]);
  expect(verdict.counts).toEqual({
    ...Object.fromEntries(COUNTS.map((name) => [name, 0])),
    'm2n.said': 2,
    'n2m.written': 2,
    'n2m.owed': 2,
  });
});

describe('from Matrix to the network', () => {
  test('what nobody heard and nobody was told of is lost', () => {
    expect(faults({ said: [said(1)] })).toEqual({ 'm2n.lost': 1 });
    expect(faults({ said: [said(1)], told: [{ event: '$bob1', how: 'delivered' }] })).toEqual({ 'm2n.lost': 1 });
  });

  test('what was told is not lost', () => {
    const ends = [{ at: 9, how: 'SIGKILL', graceMs: 50, left: [{ event: '$bob1', intent: true }] }];
    expect(faults({ said: [said(1)], told: [{ event: '$bob1', how: 'uncertain' }], ends })).toEqual({});
    expect(faults({ said: [said(1)], told: [{ event: '$bob1', how: 'failed' }] })).toEqual({});
  });

  test('what was heard twice is doubled', () => {
    expect(faults({ said: [said(1)], heard: [heard(1), heard(1), heard(1)] })).toEqual({ 'm2n.doubled': 2 });
  });

  test('what was heard in another order than it was said in is reordered', () => {
    expect(faults({ said: [said(1), said(2)], heard: [heard(2), heard(1)] })).toEqual({ 'm2n.reordered': 1 });
  });

  test('a repetition is no matter of order', () => {
    const all = { said: [said(1), said(2)], heard: [heard(1), heard(2), heard(1)] };
    expect(faults(all)).toEqual({ 'm2n.doubled': 1 });
  });

  test('order is a matter of one conversation', () => {
    const all = { said: [said(1), said(2, 'carol')], heard: [heard(2, 0, 'carol'), heard(1)] };
    expect(faults(all)).toEqual({});
  });

  test('who is told “not delivered” of what was heard was told wrongly; “perhaps” is never wrong', () => {
    const all = { said: [said(1)], heard: [heard(1)] };
    expect(faults({ ...all, told: [{ event: '$bob1', how: 'failed' }] })).toEqual({ 'm2n.misreported': 1 });
    expect(faults({ ...all, told: [{ event: '$bob1', how: 'uncertain' }] })).toEqual({});
  });

  test('two of one conversation under way at an end are one too many', () => {
    const left = [1, 2].map((n) => ({ event: `$bob${n}`, intent: true }));
    const all = { said: [said(1), said(2)], heard: [heard(1), heard(2)] };
    expect(faults({ ...all, ends: [{ at: 9, how: 'SIGKILL', graceMs: 50, left }] })).toEqual({ 'm2n.unbounded': 1 });
  });

  test('two of two conversations are not', () => {
    const left = ['$bob1', '$carol1'].map((event) => ({ event, intent: true }));
    const all = { said: [said(1), said(1, 'carol')], heard: [heard(1), heard(1, 0, 'carol')] };
    expect(faults({ ...all, ends: [{ at: 9, how: 'SIGKILL', graceMs: 50, left }] })).toEqual({});
  });

  test('uncertain is only what was under way when a life ended', () => {
    const ends = [{ at: 9, how: 'SIGKILL', graceMs: 50, left: [] }];
    const told = [{ event: '$bob1', how: 'uncertain' as const }];
    expect(faults({ said: [said(1)], heard: [heard(1)], told, ends })).toEqual({ 'm2n.unbounded': 1 });
  });

  test('bytes that go out before their intent is recorded are found in the tables', () => {
    const ends = [{ at: 9, how: 'SIGKILL', graceMs: 50, left: [{ event: '$bob1', intent: false }] }];
    expect(faults({ said: [said(1)], heard: [heard(1, 8)], ends })).toEqual({ 'm2n.unintended': 1 });
    expect(faults({ said: [said(1)], heard: [heard(1, 10)], ends })).toEqual({});
  });
});

describe('from the network to Matrix', () => {
  const end = { at: 1_000, how: 'SIGKILL', graceMs: 50 };

  test('what was written in good time before the end and never shown is lost', () => {
    expect(faults({ written: [written(1, 950)], ends: [end] })).toEqual({ 'n2m.lost': 1 });
  });

  test('what was written in the last moments, or to the dead, may be lost', () => {
    expect(faults({ written: [written(1, 951), written(2, 1_200)], ends: [end] })).toEqual({});
  });

  test('the next life owes what was written to it', () => {
    expect(faults({ written: [written(1, 1_200, { life: 1 })], ends: [end] })).toEqual({ 'n2m.lost': 1 });
  });

  test('an end that was asked for has no last moments', () => {
    expect(faults({ written: [written(1, 1_000)], ends: [{ ...end, graceMs: 0 }] })).toEqual({ 'n2m.lost': 1 });
  });

  test('what stands there twice is doubled, in whichever rooms', () => {
    expect(faults({ written: [written(1, 0)], shown: [shown(1), shown(1)] })).toEqual({ 'n2m.doubled': 1 });
    expect(faults({ written: [written(1, 0)], shown: [shown(1), shown(1, '!b')] })).toEqual({ 'n2m.doubled': 1 });
  });

  test('a second room for a chat is one too many', () => {
    expect(faults({ rooms: new Map([['bob', 2]]) })).toEqual({ 'rooms.doubled': 1 });
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

test('rows that wait for ever are stuck', () => {
  expect(faults({ waiting: 2 })).toEqual({ stuck: 2 });
});

test('a charge says what it is about', () => {
  expect(judge({ ...NOTHING, said: [said(7)] }).charges).toEqual([
    'm2n.lost: bob 7 ($bob7) was never heard, and its sender was not told',
  ]);
});

test('words are read as they were said, and others are none', () => {
  expect(readWords(words('n2m', 'bob', 12))).toEqual({ direction: 'n2m', conversation: 'bob', n: 12 });
  for (const text of ['hello', 'n2m bob', undefined, 'n2m bob 1 2']) expect(readWords(text)).toBeUndefined();
});
