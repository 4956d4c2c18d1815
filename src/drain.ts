// The end of the program: its parts one after the other, in the time that there is. Knows their names and the order; not
// what they do.

import type { Cancel, Clock } from './bridge/clock.ts';
import type { Log } from './bridge/log.ts';
import { EXIT } from './cli/exit-codes.ts';

/** How long a clean stop may take before the process ends anyway. */
const STOP_MS = 15_000;

interface Part {
  readonly name: string;
  readonly stop: () => Promise<void>;
}

/** What has been begun, to be ended the other way round. */
export class Drain {
  readonly #parts: Part[] = [];

  add(name: string, stop: () => Promise<void>): void {
    this.#parts.push({ name, stop });
  }

  /** What has not ended, in the order in which it would: the first is under way. */
  left(): readonly string[] {
    return this.#parts.map(({ name }) => name).toReversed();
  }

  async stop(): Promise<void> {
    for (let part = this.#parts.at(-1); part; part = this.#parts.at(-1)) {
      await part.stop();
      this.#parts.pop();
    }
  }
}

/** Resolves to the exit code that the process has to end with, and at once: the rest of it may still be at work. */
export async function endInTime(
  app: Pick<Drain, 'stop' | 'left'>,
  { clock, log }: { readonly clock: Pick<Clock, 'after'>; readonly log: Log },
): Promise<number> {
  let cancel: Cancel = () => undefined;
  const late = new Promise<'late'>((resolve) => (cancel = clock.after(STOP_MS, () => resolve('late'))));
  const end = await Promise.race([app.stop(), late]);
  cancel();
  if (end === 'late') {
    log.warn({ waiting: app.left() }, 'stopped before everything was finished: the next start goes on with it');
    return EXIT.unfinished;
  }
  log.info({}, 'stopped');
  return EXIT.ok;
}
