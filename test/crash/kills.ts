// Life after life is ended by SIGKILL: at each point that lives pass, at each moment that only the other side sees, and at
// random, under load.

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seeded } from '../msnp/support/random.ts';
import type { RunningPostgres } from '../support/postgres.ts';
import { judge } from './checker.ts';
import { type Ended, Life } from './life.ts';
import { nameOf, type Plan, Plans } from './plans.ts';
import type { Round } from './report.ts';
import { settle } from './settle.ts';
import { Tables } from './tables.ts';
import { Traffic } from './traffic.ts';
import { World } from './world.ts';

export interface KillOptions {
  readonly kills: number;
  readonly seed: number;
  readonly postgres: RunningPostgres;
  /** Another program than the bridge, for the mutants: a module beside `children/bridge.ts`. */
  readonly module?: string;
  readonly args?: readonly string[];
  readonly progress?: (line: string) => void;
}

const GRACE_MS = 50;
const PER_SECOND = 60;
const REHEARSAL_MS = 2_500;
/** A life that does not come to its point is ended anyway. */
const LONGEST_LIFE_MS = 1_200;
const LATEST_RANDOM_MS = 1_500;
const AGE_EVERY = 25;

export async function killLives(options: KillOptions): Promise<Round> {
  const { kills, seed, postgres, progress = () => undefined } = options;
  const random = seeded(seed);
  const world = await World.build({ users: 2, contacts: 4 });
  const databaseUrl = await postgres.createDatabase();
  const tables = new Tables(databaseUrl);
  try {
    await world.configure(databaseUrl);
    const plans = new Plans(random);
    const warm = (): Life =>
      new Life({
        module: join(import.meta.dirname, 'children', options.module ?? 'bridge.ts'),
        args: options.args ?? [],
        directory: world.directory,
        log: world.log,
        onPassed: (point) => plans.note(point),
      });
    let life = warm();
    await life.begin();
    await life.ready;
    await world.signIn();
    const traffic = new Traffic(world, random, PER_SECOND);
    traffic.start();
    await delay(REHEARSAL_MS);
    let next = warm();
    for (let count = 0; count < kills; count++) {
      // the rehearsal is the first to go
      const plan: Plan = count === 0 ? { type: 'random' } : plans.next();
      if (count > 0) {
        life = next;
        if (count % AGE_EVERY === 0) await tables.age();
        traffic.join(await world.newcomer());
      }
      const ended = await liveAndDie(life, plan, world, count === 0 ? 0 : random(LATEST_RANDOM_MS), () => {
        if (count > 0) next = warm();
      });
      if (ended.how.startsWith('ended by itself')) throw new Error(`a life ${ended.how}: see ${world.directory}`);
      plans.end(plan, ended.how);
      world.noteEnd({ ...ended, graceMs: GRACE_MS, left: await tables.left() });
      progress(`${count + 1} ${nameOf(plan)} → ${ended.how}`);
    }
    await next.begin();
    await next.ready;
    await traffic.stop();
    const waiting = await settle(world, tables);
    next.stop();
    await next.ended;
    const { known, struck } = plans.tally;
    return {
      name: 'kill -9',
      verdict: judge(world.history(waiting)),
      tried: { kills, points: known, 'points.struck': struck },
      violations: world.violations,
    };
  } finally {
    await tables.close();
    await world.stop();
  }
}

async function liveAndDie(life: Life, plan: Plan, world: World, randomMs: number, onBegun: () => void): Promise<Ended> {
  const disarm =
    plan.type === 'edge' ? plan.edge.arm(world, plan.visit, () => life.kill(nameOf(plan))) : () => undefined;
  await life.begin(plan.type === 'point' ? { point: plan.point, visit: plan.visit } : {});
  onBegun();
  const limit = new AbortController();
  const late = async (): Promise<void> => {
    if (plan.type === 'random') await delay(randomMs, undefined, limit);
    else {
      await life.ready;
      await delay(LONGEST_LIFE_MS, undefined, limit);
    }
    life.kill('at random');
  };
  const lateness = late().catch(() => undefined);
  const ended = await life.ended;
  limit.abort();
  await lateness;
  disarm();
  return ended;
}
