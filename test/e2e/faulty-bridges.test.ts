// The bridge itself with one fault, under the judge of the crash runs and all who read the logs for it: convicted of just that.

import { afterAll, beforeAll, expect, onTestFailed, onTestFinished, test, vi } from 'vitest';
import { faultsIn, type Found } from '../crash/checker/bench.ts';
import { BRIDGES, type Circumstances } from '../crash/checker/lives.ts';
import type { FaultName } from '../crash/children/faults.ts';
import { STRUCK } from '../crash/children/orders.ts';
import { Stage } from '../crash/stage.ts';
import { type RunningPostgres, startPostgres } from '../support/postgres.ts';

const PATIENCE_MS = 60_000;
const GRACE_MS = 50;

let postgres: RunningPostgres;

beforeAll(async () => {
  postgres = await startPostgres(['installed', 'npm']);
});

afterAll(async () => postgres.stop());

/** People talk over a bridge with this fault until that has struck; then the judge is to find just this. */
async function expectVerdict(fault: FaultName, found: Found, { isKilled, ...options }: Circumstances): Promise<void> {
  const passed = new Set<string>();
  const stage = await Stage.open({
    seed: 1,
    postgres,
    module: 'faulty.ts',
    args: [fault],
    contacts: 2,
    restless: false,
    rehearsalMs: 0,
    onPassed: (point) => passed.add(point),
    ...options,
  });
  onTestFinished(async () => stage.close());
  await stage.welcome();
  // something of everything is there to be judged, and no room is just being made
  await vi.waitFor(
    () => {
      const { chats, heard, shown, commands, secrets } = stage.world.history(0);
      const talked = new Set(heard.map((one) => one.conversation));
      const silent = [...chats].filter(([chat, { listeners }]) => listeners.length > 0 && !talked.has(chat));
      const seen = [shown.length, commands.length, secrets.told].every((count) => count > 0);
      expect([silent, seen, passed.has(STRUCK)]).toEqual([[], true, true]);
    },
    { timeout: PATIENCE_MS },
  );
  if (isKilled) {
    stage.life.kill('its fault has struck');
    await stage.noteEnd(await stage.life.ended, GRACE_MS);
    const next = stage.warm({ module: 'bridge.ts' });
    await stage.begin(next);
    await next.ready;
  }
  const { verdict } = await stage.finish();
  onTestFailed(() => console.error(verdict.charges.join('\n')));
  expect(faultsIn(verdict)).toEqual(found);
}

test.each([
  ['is left alone', {}],
  ['is killed', { isKilled: true }],
] as const)('a bridge that does everything right and %s is acquitted', async (_, circumstances) => {
  await expectVerdict('does everything right', {}, circumstances);
});

test.each(BRIDGES)('a bridge that %s is convicted', async (fault, found, circumstances) => {
  await expectVerdict(fault, found, circumstances);
});
