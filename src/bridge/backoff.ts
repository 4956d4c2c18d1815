// When to try again. Full jitter: a server that falls over is not met by all its users at the same second.

import type { Clock } from './clock.ts';

const FIRST_MS = 1_000;
const LONGEST_MS = 300_000;

/** A wait in milliseconds before attempt `attempt` (0 is the first repetition): anything up to 1 s · 2ⁿ, at most 5 minutes. */
export function backoff(clock: Pick<Clock, 'random'>, attempt: number): number {
  return Math.round(clock.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 20)));
}

/** Lets so many things begin in a second, so many at once; the rest wait their turn. */
export class Pacer {
  readonly #clock: Clock;
  readonly #gapMs: number;
  readonly #burst: number;
  #nextSlot = 0;

  constructor(clock: Clock, options: { readonly perSecond: number; readonly burst: number }) {
    this.#clock = clock;
    this.#gapMs = 1_000 / options.perSecond;
    this.#burst = options.burst;
  }

  /** In how many milliseconds the next turn comes, which nobody has taken. */
  get waitMs(): number {
    return Math.max(0, Math.round(this.#slot() - this.#clock.now().getTime()));
  }

  /** Takes the next turn; returns how many milliseconds from now it comes. */
  turn(): number {
    const { waitMs } = this;
    this.#nextSlot = this.#slot() + this.#gapMs;
    return waitMs;
  }

  #slot(): number {
    return Math.max(this.#nextSlot, this.#clock.now().getTime() - this.#gapMs * (this.#burst - 1));
  }
}
