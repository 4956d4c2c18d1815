// Lets everybody do so much at once and so much a second. Knows keys and the clock; not what is done.

import type { Clock } from './clock.ts';

/** With so many, those are forgotten who have been quiet for the longest time. */
const MOST_KEYS = 10_000;

export interface RateLimitOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly burst: number;
  readonly perSecond: number;
}

interface Left {
  readonly amount: number;
  readonly at: number;
}

export class RateLimit {
  readonly #options: RateLimitOptions;
  /** What is left to each, as of when; longest unseen first. */
  readonly #left = new Map<string, Left>();

  constructor(options: RateLimitOptions) {
    this.#options = options;
  }

  /** Takes the cost from what is left; if that is too little, takes nothing and returns the milliseconds to wait. */
  take(key: string, cost: number): number {
    const { amount, at } = this.#look(key);
    const isEnough = amount >= cost;
    this.#left.delete(key);
    this.#left.set(key, { amount: isEnough ? amount - cost : amount, at });
    const [longestUnseen] = this.#left.keys();
    if (this.#left.size > MOST_KEYS && longestUnseen !== undefined) this.#left.delete(longestUnseen);
    return this.#waitMs(cost - amount);
  }

  /** The same, and takes nothing at all. */
  wait(key: string, cost: number): number {
    return this.#waitMs(cost - this.#look(key).amount);
  }

  #look(key: string): Left {
    const { clock, burst, perSecond } = this.#options;
    const at = clock.now().getTime();
    const before = this.#left.get(key) ?? { amount: burst, at };
    return { amount: Math.min(burst, before.amount + (Math.max(0, at - before.at) / 1_000) * perSecond), at };
  }

  #waitMs(missing: number): number {
    return missing <= 0 ? 0 : Math.ceil((missing / this.#options.perSecond) * 1_000);
  }
}
