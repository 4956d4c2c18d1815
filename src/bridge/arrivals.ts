// What a network has brought and the journal does not have yet: written in order, and held back where it comes too fast.
// Knows patience and order; not what the news means.

import type { Clock } from './clock.ts';
import { BridgeError } from './errors.ts';
import type { JournaledEvent } from './events.ts';
import type { Log } from './log.ts';

export interface ArrivalsParts {
  /** Commits one; calls keep their order. */
  readonly append: (event: JournaledEvent) => Promise<void>;
  /** The network is to wait (true), or may go on. */
  readonly hold: (held: boolean) => void;
  /** So many cannot be kept, and never will be. */
  readonly onUnkept: (count: number) => void;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Log;
}

const RETRY_MS = 1_000;
/** At so many that wait the network is told to wait. */
const MOST = 500;

export class Arrivals {
  readonly #parts: ArrivalsParts;
  #waiting: JournaledEvent[] = [];
  #writing: Promise<void> | undefined;
  #held = false;

  constructor(parts: ArrivalsParts) {
    this.#parts = parts;
  }

  push(event: JournaledEvent): void {
    this.#waiting.push(event);
    if (this.#waiting.length >= MOST) this.#hold(true);
    this.#writing ??= this.#write();
  }

  /** Resolves when all of it is written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** While the database is away nothing is dropped and nothing overtakes. */
  async #write(): Promise<void> {
    const { append, onUnkept, clock, log } = this.#parts;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      const results = await Promise.allSettled(batch.map(append));
      const failures = results.filter((result) => result.status === 'rejected').map((result): unknown => result.reason);
      if (failures.length === 0) continue;
      log.error({ err: failures[0], failed: failures.length }, 'news could not be journaled');
      if (failures.some((error) => error instanceof BridgeError && error.retriable)) {
        this.#waiting.unshift(...batch); // those already written are known by their id
        await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
      } else {
        onUnkept(failures.length);
      }
    }
    this.#writing = undefined;
    this.#hold(false);
  }

  #hold(held: boolean): void {
    if (held !== this.#held) this.#parts.hold(held);
    this.#held = held;
  }
}
