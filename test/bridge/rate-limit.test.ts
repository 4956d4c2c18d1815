import { expect, test } from 'vitest';
import { RateLimit } from '../../src/bridge/rate-limit.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('so much may be done at once, and then so much a second, by each', () => {
  const clock = new FakeClock();
  const limit = new RateLimit({ clock, burst: 3, perSecond: 2 });
  expect([1, 1, 1].map((cost) => limit.take('a', cost))).toEqual([0, 0, 0]);
  expect(limit.take('a', 1)).toBe(500);
  expect(limit.take('a', 3)).toBe(1_500);
  expect(limit.take('b', 3)).toBe(0);
  clock.advance(500);
  expect(limit.take('a', 1)).toBe(0);
  clock.advance(60_000);
  expect(limit.take('a', 3)).toBe(0);
  expect(limit.take('a', 1)).toBe(500);
});

test('those who have been quiet for the longest time are forgotten when there are too many', () => {
  const limit = new RateLimit({ clock: new FakeClock(), burst: 1, perSecond: 1 });
  limit.take('a', 1);
  for (let count = 0; count < 9_999; count++) limit.take(`x${count}`, 1);
  expect(limit.take('a', 1)).toBe(1_000);
  for (let count = 0; count < 10_000; count++) limit.take(`y${count}`, 1);
  expect(limit.take('a', 1)).toBe(0);
});
