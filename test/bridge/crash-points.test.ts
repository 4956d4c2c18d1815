import { expect, test } from 'vitest';
import { NO_CRASH, withCrashPoints } from '../../src/bridge/crash-points.ts';

class Part {
  readonly done: string[] = [];
  readonly inner = {
    async act(): Promise<string> {
      return 'acted';
    },
  };
  #secret = 'kept';

  async keep(what: string): Promise<string> {
    await Promise.resolve();
    this.done.push(what);
    return this.#secret;
  }
}

test('there is a point before a call, and one when it is done and nobody knows', async () => {
  const part = new Part();
  const seen: string[] = [];
  const at = (point: string): void => void seen.push(`${point}, ${part.done.length} done`);
  await expect(withCrashPoints('store', part, { at }).keep('it')).resolves.toBe('kept');
  expect(seen).toEqual(['store.keep before, 0 done', 'store.keep after, 1 done']);
});

test('a part of the part is named by itself', async () => {
  const seen: string[] = [];
  const part = withCrashPoints('store', new Part(), { at: (point) => void seen.push(point) });
  await expect(part.inner.act()).resolves.toBe('acted');
  expect(seen).toEqual(['inner.act before', 'inner.act after']);
});

test('a call that fails has no point after it', async () => {
  const seen: string[] = [];
  const failing = { act: async (): Promise<void> => Promise.reject(new Error('no')) };
  const part = withCrashPoints('part', failing, { at: (point) => void seen.push(point) });
  await expect(part.act()).rejects.toThrow('no');
  expect(seen).toEqual(['part.act before']);
});

test('where nothing can happen the part stays itself', () => {
  const part = new Part();
  expect(withCrashPoints('store', part, NO_CRASH)).toBe(part);
});
