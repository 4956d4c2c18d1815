// A clock ten times as fast as the machine's, which a test can make jump. Knows time; not what waits for it.

import type { Cancel, Clock } from '../../src/bridge/clock.ts';
import { systemClock } from '../../src/clock.ts';

const HASTE = 10;

interface Timer {
  /** On this clock, which began with 0. */
  readonly at: number;
  readonly callback: () => void;
  cancel: Cancel;
}

/** A minute of patience is six seconds. What time it is follows the machine, for others to compare, and jumps along. */
export class HastyClock implements Clock {
  readonly #begun = systemClock.now().getTime();
  readonly #timers = new Set<Timer>();
  #skipped = 0;

  now(): Date {
    return new Date(systemClock.now().getTime() + this.#skipped);
  }

  random(): number {
    return systemClock.random();
  }

  after(ms: number, callback: () => void): Cancel {
    const timer: Timer = { at: this.#time + ms, callback, cancel: () => undefined };
    this.#timers.add(timer);
    this.#arm(timer);
    return () => this.#drop(timer);
  }

  /** So much time has gone by at once: whatever waited for less is due, in its order. */
  skip(ms: number): void {
    this.#skipped += ms;
    for (const timer of [...this.#timers].toSorted((a, b) => a.at - b.at)) {
      timer.cancel();
      this.#arm(timer);
    }
  }

  get #time(): number {
    return (systemClock.now().getTime() - this.#begun) * HASTE + this.#skipped;
  }

  #arm(timer: Timer): void {
    timer.cancel = systemClock.after(Math.max(0, timer.at - this.#time) / HASTE, () => {
      this.#drop(timer);
      timer.callback();
    });
  }

  #drop(timer: Timer): void {
    timer.cancel();
    this.#timers.delete(timer);
  }
}
