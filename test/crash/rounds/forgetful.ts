// A homeserver that has done what it was asked for and does not say so, or says 502, and has forgotten transaction ids by
// the next attempt: nothing may stand twice.

import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../../support/homeserver/faults.ts';
import type { Round } from '../report.ts';
import { isOver, type RoundOptions, Stage } from '../stage.ts';

export interface ForgetfulOptions extends RoundOptions {
  /** How often it does so. */
  readonly lapses: number;
}

const LAPSES: readonly Fault[] = [
  { type: 'fail-after-commit', status: 502 },
  { type: 'hang-up', when: 'after-commit' },
];
/** One request in so many meets each of them. */
const ONE_IN = 4;
const LOOK_EVERY_MS = 50;
const PER_SECOND = 120;
const BY_ITSELF = /\/(send|redact)\//u;
/** With nothing to do it cannot fail. */
const MOST_IDLE_MS = 60_000;

export async function forgetWhatWasDone({ lapses, ...options }: ForgetfulOptions): Promise<Round> {
  const { progress = () => undefined } = options;
  // whoever goes off may leave a message in doubt, which is nothing that the homeserver has done
  const stage = await Stage.open({ perSecond: PER_SECOND, ...options, restless: false });
  try {
    const { homeserver } = stage.world;
    const due = { left: lapses };
    for (const fault of LAPSES) {
      homeserver.faults.add(
        {
          method: 'PUT',
          times: Infinity,
          where: (path, query) => {
            if (!isOurs(path, query)) return false;
            homeserver.forgetTransactionIds();
            const isStruck = due.left > 0 && stage.random(ONE_IN) === 0;
            if (isStruck) due.left -= 1;
            return isStruck;
          },
        },
        fault,
      );
    }
    let before = due.left;
    let since = Date.now();
    while (due.left > 0 && !isOver(options.until)) {
      await delay(LOOK_EVERY_MS);
      if (Math.floor(due.left / 500) < Math.floor(before / 500)) progress(`${due.left} lapses to come`);
      if (due.left < before) since = Date.now();
      before = due.left;
      if (Date.now() - since > MOST_IDLE_MS) throw new Error(`nothing was sent for long, ${due.left} lapses to come`);
    }
    homeserver.faults.clear();
    return {
      name: 'forgetful homeserver',
      tried: { lapses: lapses - due.left },
      wanted: ['events.taken_back', 'm2n.uncertain'],
      ...(await stage.finish()),
    };
  } finally {
    await stage.close();
  }
}

function isOurs(path: string, query: string): boolean {
  return BY_ITSELF.test(path) && query.includes('user_id=');
}
