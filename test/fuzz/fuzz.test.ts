// The fuzzer itself: what is planted in a parser is found, named, and can be had again.

import { expect, test } from 'vitest';

import { loadAll, loadGroup } from './groups.ts';
import { hunt, judge } from './hunt.ts';
import { Mutator } from './mutator.ts';
import { readWanted, share } from './orders.ts';
import { runGroup } from './pool.ts';
import { seedsOf, textOf } from './target.ts';
import type { Target } from './target.ts';

async function planted(name: string): Promise<Target> {
  const target = (await loadGroup('planted')).find((one) => one.name === `planted-${name}`);
  if (target === undefined) throw new Error(`nothing is planted that is called ${name}`);
  return target;
}

test('a crash is found, cut down to what it needs, and comes back with that', async () => {
  const target = await planted('crash');
  const { crashes, hangs, finds } = await hunt(target, { seed: 1, from: 0, to: 5_000 });
  expect(crashes).toBeGreaterThan(0);
  expect(hangs).toBe(0);
  expect(finds).toHaveLength(1);
  const [find] = finds;
  expect(textOf(find?.input ?? Buffer.alloc(0))).toBe('length 4294967296');
  expect(await judge(target, find?.input ?? Buffer.alloc(0))).toMatchObject({ kind: 'crash' });
  expect(await judge(target, Buffer.from('length 12 end'))).toBeUndefined();
});

test('fifty milliseconds of work three times running are a hang', async () => {
  const target = await planted('slow');
  expect(await judge(target, Buffer.from('a slow one'))).toMatchObject({ kind: 'hang' });
  expect(await judge(target, Buffer.from('a quick one'))).toBeUndefined();
});

test('one slow time that does not come back is none', async () => {
  const slow = await planted('slow');
  let times = 0;
  const run = (): void => {
    times += 1;
    void slow.run(Buffer.from(times === 1 ? 'slow' : 'quick'));
  };
  expect(await judge({ run }, Buffer.from('x'))).toBeUndefined();
  expect(times).toBe(4);
});

test('an input that never ends is named, and what comes after it is done', async () => {
  const target = await planted('endless');
  const mutator = new Mutator(target, 1);
  const endless = Array.from({ length: 2_000 }, (_, number) => number).filter((number) => textOf(mutator.input(number)).includes('for ever')); // prettier-ignore
  const [first = 0, second = 0] = endless;
  const tasks = [
    { target: target.name, from: 0, to: second },
    { target: 'planted-crash', from: 0, to: 100 },
  ];
  const { targets, finds } = await runGroup({ group: 'planted', seed: 1, tasks, until: Infinity }, 4_000);
  expect(finds).toMatchObject([{ kind: 'hang', target: target.name, number: first, what: 'it never ends' }]);
  expect(targets.get(target.name)).toMatchObject({ hangs: 1, crashes: 0 });
  expect(targets.get('planted-crash')?.executions).toBe(100);
});

test('memory that is kept is told', async () => {
  const tasks = [{ target: 'planted-leak', from: 0, to: 5_000 }];
  const { growthMib } = await runGroup({ group: 'planted', seed: 1, tasks, until: Infinity });
  expect(growthMib).toBeGreaterThan(64);
});

test('the same number gives the same input, another one mostly another, and none is too long', async () => {
  for (const target of [...(await loadAll()).values()].flat()) {
    const [one, other] = [new Mutator(target, 7), new Mutator(target, 7)];
    const seen = new Set<string>();
    for (let number = 0; number < 100; number++) {
      const input = Buffer.from(one.input(number));
      expect(input.equals(other.input(number))).toBe(true);
      expect(input.length).toBeLessThanOrEqual(64 * 1024);
      seen.add(input.toString('latin1'));
    }
    expect(seen.size).toBeGreaterThan(50);
  }
});

test('what is made of JSON is JSON half of the time', () => {
  const target = { name: 'json', form: 'json', seeds: () => seedsOf(['{"a":[1,{"b":"c"}]}']) } as const;
  const mutator = new Mutator(target, 1);
  const inputs = Array.from({ length: 400 }, (_, number) => textOf(mutator.input(number)));
  const isJson = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch (error) {
      if (error instanceof SyntaxError) return false;
      throw error;
    }
  };
  expect(inputs.filter(isJson).length).toBeGreaterThan(180);
  expect(new Set(inputs).size).toBeGreaterThan(200);
});

test('the command line says how much, of what, and with which chance', async () => {
  const all = [...(await loadAll()).values()].flat();
  expect(readWanted(['executions=100', 'seed=3', 'seconds=5']).executions).toBe(100);
  const counts = share(all, readWanted(['builder=10000000', 'html', 'executions=50']));
  expect(counts.get('builder')).toBe(10_000_000);
  expect([...counts.keys()].toSorted((a, b) => a.localeCompare(b))).toEqual(['builder', 'html']);
  expect(readWanted(['replay=html:PGI+'])).toMatchObject({ replay: { target: 'html', input: Buffer.from('<b>') } });
  expect(() => share(all, readWanted(['nothing']))).toThrow('there is no target nothing');
  expect(() => readWanted(['seed=x'])).toThrow('not a number');
});

test('a run of the usual length feeds everything, a million times in all', async () => {
  const all = [...(await loadAll()).values()].flat();
  const counts = share(all, readWanted([]));
  expect(counts.size).toBe(all.length);
  expect(Math.min(...counts.values())).toBeGreaterThan(500);
  expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(1_000_000);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});
