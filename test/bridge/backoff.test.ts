import { expect, test } from 'vitest';
import { backoff, Pacer } from '../../src/bridge/backoff.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('waits grow twofold up to five minutes, anywhere between nothing and the whole', () => {
  const longest = { random: () => 1 };
  expect([0, 1, 2, 8, 9, 50].map((attempt) => backoff(longest, attempt))).toEqual([
    1_000, 2_000, 4_000, 256_000, 300_000, 300_000,
  ]);
  expect(backoff({ random: () => 0 }, 5)).toBe(0);
});

test('a pacer lets a burst through and then so many a second', () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock, { perSecond: 10, burst: 3 });
  expect([1, 2, 3, 4, 5].map(() => pacer.turn())).toEqual([0, 0, 0, 100, 200]);
  expect(pacer.waitMs).toBe(300);
  clock.advance(10_000);
  expect(pacer.waitMs).toBe(0);
  expect([1, 2, 3, 4].map(() => pacer.turn())).toEqual([0, 0, 0, 100]);
});
