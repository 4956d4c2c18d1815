// Life after life is asked to end, under load: whatever it has taken it finishes, and nothing is in doubt.

import { setTimeout as delay } from 'node:timers/promises';
import type { Round } from '../report.ts';
import { isOver, type RoundOptions, Stage } from '../stage.ts';

export interface StopOptions extends RoundOptions {
  readonly stops: number;
}

const LATEST_MS = 900;
/** A life that does not end when it is asked has failed, and is ended. */
const PATIENCE_MS = 20_000;

export async function stopLives({ stops, ...options }: StopOptions): Promise<Round> {
  const { progress = () => undefined } = options;
  // whoever goes off may leave a message in doubt, which is nothing that the bridge could help
  const stage = await Stage.open({ ...options, restless: false });
  const violations: string[] = [];
  try {
    let next = stage.warm();
    let count = 0;
    for (; count < stops && !isOver(options.until); count++) {
      const { life } = stage;
      await life.ready;
      await delay(stage.random(LATEST_MS));
      const asked = Date.now();
      life.stop();
      const late = setTimeout(() => life.kill('not ended in time'), PATIENCE_MS);
      const ended = await life.ended;
      clearTimeout(late);
      if (life.exitCode !== 0) violations.push(`a life ended with ${life.exitCode ?? 'a signal'} (${ended.how})`);
      await stage.noteEnd(ended, undefined);
      progress(`${count + 1} ${ended.how}, ended after ${Date.now() - asked} ms`);
      await stage.welcome();
      await stage.begin(next);
      next = stage.warm();
    }
    next.kill('not needed');
    await stage.life.ready;
    const result = await stage.finish();
    return {
      name: 'SIGTERM',
      tried: { stops: count },
      wanted: ['m2n.uncertain'],
      ...result,
      violations: [...violations, ...result.violations],
    };
  } finally {
    await stage.close();
  }
}
