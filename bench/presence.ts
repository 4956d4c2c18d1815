// presence.requests_per_s, presence.wrong_last_states: a thousand changes of presence a second through the governor, for
// five seconds of the real clock, with a homeserver that takes 20 ms for each request.
// Corpus: 300 ghosts; who changes, and how, comes from a fixed seed.

import { setTimeout as delay } from 'node:timers/promises';
import type { Presence } from '../src/bridge/events.ts';
import type { MatrixUserId } from '../src/bridge/ids.ts';
import { PresenceGovernor } from '../src/bridge/presence.ts';
import { systemClock } from '../src/clock.ts';
import { keptLog } from '../test/support/no-log.ts';
import type { Bench } from './report.ts';

const GHOSTS = 300;
const CHANGES_A_SECOND = 1_000;
const SECONDS = 5;
const BUDGET = 10;
const REQUEST_MS = 20;
/** Enough for everybody's last state to be shown. */
const REST_MS = (GHOSTS / BUDGET + 2) * 1_000;

const STATES: readonly Presence[] = [
  { availability: 'online', label: 'Online' },
  { availability: 'away', label: 'Away' },
  { availability: 'busy', label: 'Busy' },
];

export const presence: Bench = async () => {
  const wanted = new Map<MatrixUserId, string>();
  const shown = new Map<MatrixUserId, string>();
  const requests: number[] = [];
  const governor = new PresenceGovernor({
    clock: systemClock,
    log: keptLog(),
    perSecond: BUDGET,
    show: async (ghost, { label }) => {
      requests.push(performance.now());
      await delay(REQUEST_MS);
      shown.set(ghost, label);
    },
  });
  let seed = 20_261_122;
  const dice = (sides: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * sides);
  };
  const begin = performance.now();
  let changes = 0;
  while (performance.now() - begin < SECONDS * 1_000) {
    for (const due = ((performance.now() - begin) / 1_000) * CHANGES_A_SECOND; changes < due; changes++) {
      const ghost = `@net_${dice(GHOSTS)}:example.com` as MatrixUserId;
      const state = STATES[dice(STATES.length)] ?? STATES[0]!;
      wanted.set(ghost, state.label);
      governor.note(ghost, state);
    }
    await delay(5);
  }
  await delay(REST_MS);
  governor.stop();
  const wrong = [...wanted].filter(([ghost, label]) => shown.get(ghost) !== label).length;
  return {
    figures: [
      { name: 'presence.requests_per_s', value: busiestSecond(requests), unit: '', goal: { atMost: BUDGET } },
      { name: 'presence.wrong_last_states', value: wrong, unit: '', goal: { atMost: 0 } },
    ],
    notes: [`${changes} changes of ${wanted.size} ghosts in ${SECONDS} s; ${requests.length} requests in all`],
  };
};

/** The most requests that began within any one second. */
function busiestSecond(times: readonly number[]): number {
  let most = 0;
  let first = 0;
  for (const [index, time] of times.entries()) {
    while (time - (times[first] ?? time) >= 1_000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
