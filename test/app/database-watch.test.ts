import { expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import { DatabaseWatch } from '../../src/app.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';

function setUp() {
  const clock = new FakeClock();
  const seen = { looks: 0, back: 0 };
  let away = true;
  const store = {
    ready: async () => {
      seen.looks += 1;
      if (away) throw new BridgeError('database', 'The database does not answer.', { retriable: true });
    },
  };
  const watch = new DatabaseWatch(store, clock, async () => void (seen.back += 1));
  const pass = async (): Promise<void> => {
    clock.advance(2_000);
    await settled();
  };
  return { clock, seen, watch, pass, comeBack: () => (away = false) };
}

test('looks until the database is back, and says so once', async () => {
  const { clock, seen, watch, pass, comeBack } = setUp();
  watch.begin();
  watch.begin();
  await pass();
  await pass();
  comeBack();
  await pass();
  await pass();
  expect(seen).toEqual({ looks: 3, back: 1 });
  expect(clock.pending).toBe(0);
});

test('once stopped it looks no more, not even after a look that was under way', async () => {
  const { clock, seen, watch } = setUp();
  watch.begin();
  clock.advance(2_000);
  watch.stop();
  await settled();
  watch.begin();
  expect(clock.pending).toBe(0);
  expect(seen.looks).toBe(1);
});
