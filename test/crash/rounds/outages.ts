// The database is killed and comes back, again and again, while the program lives on: nothing is lost.

import { setTimeout as delay } from 'node:timers/promises';
import type { Round } from '../report.ts';
import { isOver, type RoundOptions, Stage } from '../stage.ts';

export interface OutageOptions extends RoundOptions {
  readonly outages: number;
}

const LONGEST_OUTAGE_MS = 700;
const LONGEST_PEACE_MS = 1_500;
/** New people get five rooms a minute with each of the two users: whoever came faster would still wait at the end of the round. */
const BETWEEN_NEWCOMERS_MS = 6_000;

export async function killDatabases({ outages, ...options }: OutageOptions): Promise<Round> {
  const { postgres, progress = () => undefined } = options;
  const stage = await Stage.open({ ...options, restless: false });
  try {
    let count = 0;
    let lastCame = 0;
    for (; count < outages && !isOver(options.until); count++) {
      await delay(stage.random(LONGEST_PEACE_MS));
      await postgres.kill9();
      await delay(stage.random(LONGEST_OUTAGE_MS));
      await postgres.restart();
      progress(`${count + 1} PostgreSQL is back`);
      if (Date.now() - lastCame >= BETWEEN_NEWCOMERS_MS) {
        lastCame = Date.now();
        await stage.welcome();
      }
    }
    return {
      name: 'PostgreSQL killed',
      tried: { outages: count },
      wanted: ['m2n.uncertain'],
      ...(await stage.finish()),
    };
  } finally {
    await stage.close();
  }
}
