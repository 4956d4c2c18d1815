// Life after life is ended by SIGKILL: at each point that lives pass, at each moment that only the other side sees, and at
// random, under load.

import { setTimeout as delay } from 'node:timers/promises';
import { edgesOf } from '../edges.ts';
import type { Ended, Life } from '../life.ts';
import { nameOf, type Plan, type Plans } from '../plans.ts';
import type { Round } from '../report.ts';
import { isOver, type RoundOptions, Stage } from '../stage.ts';

export interface KillOptions extends RoundOptions {
  readonly kills: number;
  /** Of all rounds together. */
  readonly plans: Plans;
}

const GRACE_MS = 50;
/** A life that does not come to its point is ended anyway. */
const LONGEST_LIFE_MS = 900;
const LATEST_RANDOM_MS = 1_200;

export async function killLives({ kills, plans, ...options }: KillOptions): Promise<Round> {
  const { progress = () => undefined } = options;
  const stage = await Stage.open({ ...options, onPassed: (point) => plans.note(point) });
  try {
    plans.addEdges(edgesOf(stage.world));
    let next = stage.warm();
    let count = 0;
    for (; count < kills && !isOver(options.until); count++) {
      // the rehearsal is the first to go
      const plan: Plan = count === 0 ? { type: 'random' } : plans.next();
      const life = count === 0 ? stage.life : next;
      if (count > 0) {
        await stage.welcome();
        const disarm = arm(plan, life);
        await stage.begin(life, plan.type === 'point' ? { point: plan.point, visit: plan.visit } : {});
        next = stage.warm();
        void life.ended.then(disarm);
      }
      const ended = await end(life, plan, count === 0 ? 0 : stage.random(LATEST_RANDOM_MS));
      plans.end(plan, ended.how);
      await stage.noteEnd(ended, GRACE_MS);
      progress(`${count + 1} ${nameOf(plan)} → ${ended.how}`);
    }
    await stage.begin(next);
    await next.ready;
    const { known, struck } = plans.tally;
    return {
      name: 'kill -9',
      tried: { kills: count },
      reach: { points: known, 'points.struck': struck },
      ...(await stage.finish()),
    };
  } finally {
    await stage.close();
  }
}

function arm(plan: Plan, life: Life): () => void {
  if (plan.type !== 'edge') return () => undefined;
  return plan.edge.arm(plan.visit, () => life.kill(nameOf(plan)));
}

async function end(life: Life, plan: Plan, randomMs: number): Promise<Ended> {
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
  return ended;
}
