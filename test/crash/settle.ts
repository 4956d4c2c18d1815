// Waits until all that was accepted is carried, as far as it ever will be. Knows queues; not what is in them.

import { setTimeout as delay } from 'node:timers/promises';
import type { Tables } from './tables.ts';
import type { World } from './world.ts';

const QUIET_MS = 400;

/** Returns how many rows still wait at the end of all patience. */
export async function settle(
  world: Pick<World, 'homeserver'>,
  tables: Pick<Tables, 'waiting'>,
  patienceMs: number,
): Promise<number> {
  const deadline = Date.now() + patienceMs;
  let quietSince: number | undefined;
  for (;;) {
    const waiting = await tables.waiting();
    const isQuiet = waiting === 0 && world.homeserver.transactions().isIdle;
    quietSince = isQuiet ? (quietSince ?? Date.now()) : undefined;
    if (quietSince !== undefined && Date.now() - quietSince >= QUIET_MS) return 0;
    if (Date.now() > deadline) return Math.max(waiting, 1);
    await delay(50);
  }
}
