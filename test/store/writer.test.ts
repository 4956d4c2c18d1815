import { expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import { settled } from '../support/fake-clock.ts';
import { Writer } from '../../src/store/writer.ts';

/** A writer whose writes end when the test says so. */
function slowWriter() {
  const batches: (readonly string[])[] = [];
  const ends: ((error?: unknown) => void)[] = [];
  const writer = new Writer<string, string>(async (items) => {
    batches.push(items);
    await new Promise<void>((resolve, reject) =>
      ends.push((error) => (error === undefined ? resolve() : reject(error))),
    );
    return items.map((item) => item.toUpperCase());
  });
  const end = async (failure?: unknown): Promise<void> => {
    await settled();
    ends.shift()?.(failure);
    await settled();
  };
  return { writer, batches, end };
}

const refused = (): BridgeError => new BridgeError('database', 'refused');
const away = (): BridgeError => new BridgeError('database', 'away', { retriable: true });

test('what is submitted in one breath is one write; what comes during it is the next', async () => {
  const { writer, batches, end } = slowWriter();
  const first = Promise.all(['a', 'b'].map(async (item) => writer.submit(item)));
  await Promise.resolve();
  const second = Promise.all(['c', 'd', 'e'].map(async (item) => writer.submit(item)));
  await end();
  expect(await first).toEqual(['A', 'B']);
  await end();
  expect(await second).toEqual(['C', 'D', 'E']);
  expect(batches).toEqual([
    ['a', 'b'],
    ['c', 'd', 'e'],
  ]);
});

test('a write has at most 500 items', async () => {
  const { writer, batches, end } = slowWriter();
  const all = Promise.all(Array.from({ length: 1_001 }, async (_, index) => writer.submit(`${index}`)));
  for (let count = 0; count < 3; count++) await end();
  expect(await all).toHaveLength(1_001);
  expect(batches.map((batch) => batch.length)).toEqual([500, 500, 1]);
});

test('a refused write is tried one by one, and only the bad item fails', async () => {
  const { writer, batches, end } = slowWriter();
  const all = Promise.allSettled(['a', 'b', 'c'].map(async (item) => writer.submit(item)));
  await end(refused());
  await end();
  await end(refused());
  await end();
  expect((await all).map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(batches).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']]);
});

test('when the database is away nothing overtakes what failed', async () => {
  const { writer, batches, end } = slowWriter();
  const first = Promise.allSettled([writer.submit('a')]);
  await Promise.resolve();
  const second = Promise.allSettled([writer.submit('b')]);
  await end(away());
  expect([...(await first), ...(await second)].map((result) => result.status)).toEqual(['rejected', 'rejected']);
  const third = writer.submit('c');
  await end();
  expect(await third).toBe('C');
  expect(batches).toEqual([['a'], ['c']]);
});

test('when the database goes away among single tries, what was written stays written', async () => {
  const { writer, end } = slowWriter();
  const all = Promise.allSettled(['a', 'b', 'c'].map(async (item) => writer.submit(item)));
  await end(refused());
  await end();
  await end(away());
  expect((await all).map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected']);
});

test('idle waits for all that was submitted', async () => {
  const { writer, end } = slowWriter();
  const done: string[] = [];
  const written = writer.submit('a').then((item) => done.push(item));
  const idle = writer.idle().then(() => done.push('idle'));
  await end();
  await Promise.all([written, idle]);
  expect(done).toEqual(['A', 'idle']);
});

test('what is done between writes has none beside it', async () => {
  const { writer, batches, end } = slowWriter();
  const seen: string[] = [];
  const first = writer.submit('a');
  await settled();
  const between = writer.between(async () => {
    seen.push(`between, after ${batches.length}`);
    await settled();
    seen.push(`done, after ${batches.length}`);
    return 'answer';
  });
  const second = writer.submit('b');
  await end();
  await first;
  expect(await between).toBe('answer');
  await end();
  await second;
  expect(seen).toEqual(['between, after 1', 'done, after 1']);
  await expect(writer.between(async () => Promise.reject(away()))).rejects.toThrow('away');
  await writer.idle();
});
