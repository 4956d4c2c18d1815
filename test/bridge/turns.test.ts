import { expect, test } from 'vitest';
import { Turns } from '../../src/bridge/turns.ts';

test('work about one thing is done in order, whatever becomes of it; other work does not wait', async () => {
  const turns = new Turns<string>();
  const done: string[] = [];
  const gate = Promise.withResolvers<void>();
  const work = (name: string) => async () => {
    done.push(`${name} begins`);
    if (name === 'a1') await gate.promise;
    done.push(`${name} ends`);
    if (name === 'a2') throw new Error('a2 fails');
    return name;
  };
  const all = Promise.allSettled([
    turns.take('a', work('a1')),
    turns.take('a', work('a2')),
    turns.take('a', work('a3')),
    turns.take('b', work('b1')),
  ]);
  await turns.take('b', work('b2'));
  expect(done).toEqual(['a1 begins', 'b1 begins', 'b1 ends', 'b2 begins', 'b2 ends']);
  gate.resolve();
  expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(done.slice(5)).toEqual(['a1 ends', 'a2 begins', 'a2 ends', 'a3 begins', 'a3 ends']);
});
