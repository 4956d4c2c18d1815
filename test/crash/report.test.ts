import { expect, test } from 'vitest';
import { type Count, COUNTS } from './checker/bench.ts';
import { figures, merged, misses, type Reported, results, type Round, table } from './report.ts';

function round(counts: Partial<Record<Count, number>> = {}, more: Partial<Round> = {}): Round {
  const all = { ...Object.fromEntries(COUNTS.map((name) => [name, 0])), ...counts } as Record<Count, number>;
  return { name: 'kill -9', tried: { kills: 3 }, verdict: { counts: all, charges: [] }, ...more };
}

const ours = (one: Round): Reported => ({ prefix: 'crash.', isOurs: true, round: one });
const theirs = (one: Round): Reported => ({ prefix: 'peer.botsdk.crash.', isOurs: false, round: one });

test('each figure is a line of its own, with what was tried before it', () => {
  const lines = figures([ours(round({ 'm2n.uncertain': 2 })), theirs(round({ 'n2m.lost': 4 }))]);
  expect(lines).toContain('figure crash.kills 3');
  expect(lines).toContain('figure crash.m2n.uncertain 2');
  expect(lines).toContain('figure crash.n2m.lost 0');
  expect(lines).toContain('figure peer.botsdk.crash.kills 3');
  expect(lines).toContain('figure peer.botsdk.crash.n2m.lost 4');
});

test('a fault of ours, a broken rule, and what is wanted of one round only are missed; a peer’s faults are not', () => {
  expect(misses([ours(round({ 'm2n.uncertain': 2 }))])).toEqual([]);
  expect(misses([ours(round({ 'm2n.lost': 1 }))])).toEqual(['kill -9: m2n.lost is 1, wanted 0']);
  expect(misses([ours(round({ 'm2n.uncertain': 2 }, { wanted: ['m2n.uncertain'] }))])).toEqual([
    'kill -9: m2n.uncertain is 2, wanted 0',
  ]);
  expect(misses([ours(round({}, { violations: ['a rule'] }))])).toEqual(['kill -9: a rule']);
  expect(misses([theirs(round({ 'm2n.lost': 1 }))])).toEqual([]);
});

test('CI counts each kind of trouble of ours once', () => {
  const all = [ours(round()), ours(round({ stuck: 1 }, { name: 'SIGTERM' })), theirs(round({ 'm2n.lost': 1 }))];
  expect(results(all)).toEqual(['passed test/crash > kill -9', 'failed test/crash > SIGTERM']);
});

test('rounds of one kind are added up, but for how far they came, which the last one says', () => {
  const all = merged([
    round({ 'm2n.said': 5 }),
    round({ 'm2n.said': 7, stuck: 1 }, { violations: ['a rule'], reach: { points: 9 } }),
  ]);
  expect(all.tried).toEqual({ kills: 6 });
  expect(all.reach).toEqual({ points: 9 });
  expect([all.verdict.counts['m2n.said'], all.verdict.counts.stuck, all.violations]).toEqual([12, 1, ['a rule']]);
});

test('the table has a line for each round, and faults without a column of their own in the last one', () => {
  const lines = table([ours(round({ 'm2n.said': 12, 'rooms.doubled': 2, stuck: 1 }))]).split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[2]?.split(/\s{2,}/u)).toEqual(['kill -9', '3', '12', '0', '0', '0', '0', '0', '0', '0', '0', '0', '3']);
});
