// Waits until all that was accepted is carried, as far as it ever will be. Knows queues; not what is in them.

import { setTimeout as delay } from 'node:timers/promises';
import type { Tables } from './tables.ts';
import type { World } from './world.ts';

const QUIET_MS = 400;
const PATIENCE_MS = 90_000;
const TELL_EVERY_MS = 5_000;

export interface SettleOptions {
  readonly patienceMs?: number | undefined;
  readonly progress?: ((line: string) => void) | undefined;
}

/** Returns how many rows still wait at the end of all patience. */
export async function settle(
  world: Pick<World, 'homeserver'>,
  tables: Pick<Tables, 'waiting'>,
  { patienceMs = PATIENCE_MS, progress = () => undefined }: SettleOptions,
): Promise<number> {
  const deadline = Date.now() + patienceMs;
  let tellAt = Date.now() + TELL_EVERY_MS;
  let quietSince: number | undefined;
  for (;;) {
    const waiting = await tables.waiting();
    const isQuiet = waiting === 0 && world.homeserver.transactions().isIdle;
    quietSince = isQuiet ? (quietSince ?? Date.now()) : undefined;
    if (quietSince !== undefined && Date.now() - quietSince >= QUIET_MS) return 0;
    if (Date.now() > tellAt) {
      progress(`${waiting} rows and ${world.homeserver.transactions().backlog} events still wait`);
      tellAt += TELL_EVERY_MS;
    }
    if (Date.now() > deadline) return Math.max(waiting, 1);
    await delay(50);
  }
}
