import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Budget, type Line } from '../../src/bridge/budget.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';

interface Seen {
  readonly who: string;
  readonly at: number;
}

function setUp(perSecond: number) {
  const clock = new FakeClock();
  const start = clock.now().getTime();
  const seen: Seen[] = [];
  const wait = async (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));
  /** A request that the homeserver sees after some time, and whose answer takes some time. */
  const request =
    (who: string, thereMs = 0, backMs = 0) =>
    async (): Promise<void> => {
      await wait(thereMs);
      seen.push({ who, at: clock.now().getTime() - start });
      await wait(backMs);
    };
  const pass = async (ms: number): Promise<void> => {
    for (let step = 0; step < ms / 50; step++) {
      clock.advance(50);
      await settled();
    }
  };
  return { clock, budget: new Budget(clock, perSecond), seen, request, pass };
}

function busiestSecond(seen: readonly Seen[]): number {
  return Math.max(0, ...seen.map((from) => seen.filter(({ at }) => at >= from.at && at < from.at + 1_000).length));
}

test('lines take turns, however many wait in one of them', async () => {
  const { budget, seen, request, pass } = setUp(10);
  const [many, few] = [budget.line(), budget.line()];
  for (let n = 0; n < 20; n++) void many(request('many'));
  await pass(250);
  for (let n = 0; n < 2; n++) void few(request('few'));
  await pass(400);
  expect(seen.map(({ who }) => who)).toEqual(['many', 'many', 'many', 'few', 'many', 'few', 'many']);
});

test('what cannot wait is done at once, and made up for by what can', async () => {
  const { budget, seen, request, pass } = setUp(10);
  const line = budget.line();
  for (let n = 0; n < 12; n++) void budget.atOnce(request('message'));
  void line(request('line'));
  await pass(950);
  expect(seen.map(({ who }) => who)).toEqual(Array.from({ length: 12 }, () => 'message'));
  await pass(400);
  expect(seen.at(-1)?.who).toBe('line');
});

test('a homeserver that does not answer is not asked ever more', async () => {
  const { budget, seen, request, pass } = setUp(10);
  const line = budget.line();
  for (let n = 0; n < 30; n++) void line(request('slow', 0, 30_000));
  await pass(20_000);
  expect(seen).toHaveLength(10);
  await pass(15_000);
  expect(seen.length).toBeGreaterThan(10);
});

test('a share smaller than a second is kept, too', async () => {
  const { budget, seen, request, pass } = setUp(0.5);
  const line = budget.line();
  for (let n = 0; n < 3; n++) void line(request('line'));
  await pass(3_900);
  expect(seen).toHaveLength(2);
  await pass(500);
  expect(seen).toHaveLength(3);
});

test('what fails counts like what does not, and whoever asked hears of it', async () => {
  const { budget, pass, seen, request } = setUp(1);
  const line: Line = budget.line();
  const failing = line(async () => {
    throw new Error('no');
  });
  void line(request('next'));
  await expect(failing).rejects.toThrow('no');
  await pass(900);
  expect(seen).toEqual([]);
  await pass(200);
  expect(seen).toHaveLength(1);
});

test('no second sees more than the budget, however long requests are on their way, and everybody has their turn', async () => {
  const one = fc.record({ line: fc.nat(2), thereMs: fc.nat(400), backMs: fc.nat(400) });
  const step = fc.record({ ms: fc.nat(400), wanted: fc.array(one, { maxLength: 6 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), fc.constantFrom(1, 7, 10), async (steps, perSecond) => {
      const { budget, seen, request, pass } = setUp(perSecond);
      const lines = [budget.line(), budget.line(), budget.line()];
      let asked = 0;
      for (const { ms, wanted } of steps) {
        for (const { line, thereMs, backMs } of wanted) void lines[line]!(request(String(line), thereMs, backMs));
        asked += wanted.length;
        await pass(ms);
      }
      await pass((asked / perSecond) * 2_000 + 1_000);
      expect(seen).toHaveLength(asked);
      expect(busiestSecond(seen)).toBeLessThanOrEqual(perSecond);
    }),
    { numRuns: 20 },
  );
});
