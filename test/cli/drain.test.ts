// How the process ends when it is asked to, in time and out of time.

import { expect, test } from 'vitest';
import { Drain, endInTime } from '../../src/drain.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';

function setUp() {
  const clock = new FakeClock();
  const log = keptLog();
  const drain = new Drain();
  const ended: string[] = [];
  const add = (name: string, work: Promise<void> = Promise.resolve()): void =>
    drain.add(name, async () => {
      await work;
      ended.push(name);
    });
  return { clock, log, drain, ended, add, end: async () => endInTime(drain, { clock, log }) };
}

test('what was begun last ends first, and the process ends well', async () => {
  const { clock, log, ended, add, end } = setUp();
  for (const name of ['the ground', 'the house', 'the roof']) add(name);
  expect(await end()).toBe(0);
  expect(ended).toEqual(['the roof', 'the house', 'the ground']);
  expect(log.lines).toEqual([{ level: 'info', fields: {}, text: 'stopped' }]);
  expect(clock.pending).toBe(0);
});

test('out of time it says what still waits, and its exit code is none of a success', async () => {
  const { clock, log, ended, add, end } = setUp();
  const house = Promise.withResolvers<void>();
  add('the ground');
  add('the house', house.promise);
  add('the roof');
  const code = end();
  await settled();
  clock.advance(14_999);
  await settled();
  expect(log.lines).toEqual([]);
  clock.advance(1);
  expect(await code).toBe(7);
  expect(ended).toEqual(['the roof']);
  expect(log.lines).toEqual([
    {
      level: 'warn',
      fields: { waiting: ['the house', 'the ground'] },
      text: 'stopped before everything was finished: the next start goes on with it',
    },
  ]);
});

test('a part that cannot end is a fault, and not a success', async () => {
  const { add, end } = setUp();
  add('the house', Promise.reject(new Error('no')));
  await expect(end()).rejects.toThrow('no');
});
