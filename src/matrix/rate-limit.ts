// Lets everybody do so much at once and so much a second. Knows keys and the clock; not what is done.

import type { Clock } from '../bridge/clock.ts';

/** With so many, those are forgotten who have been quiet for the longest time. */
const MOST_KEYS = 10_000;

export interface RateLimitOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly burst: number;
  readonly perSecond: number;
}

export class RateLimit {
  readonly #options: RateLimitOptions;
  /** What is left to each, as of when; longest unseen first. */
  readonly #left = new Map<string, { readonly amount: number; readonly at: number }>();

  constructor(options: RateLimitOptions) {
    this.#options = options;
  }

  /** Takes the cost from what is left; if that is too little, takes nothing and returns the milliseconds to wait. */
  take(key: string, cost: number): number {
    const { clock, burst, perSecond } = this.#options;
    const at = clock.now().getTime();
    const before = this.#left.get(key) ?? { amount: burst, at };
    const amount = Math.min(burst, before.amount + (Math.max(0, at - before.at) / 1_000) * perSecond);
    const isEnough = amount >= cost;
    this.#left.delete(key);
    this.#left.set(key, { amount: isEnough ? amount - cost : amount, at });
    const [longestUnseen] = this.#left.keys();
    if (this.#left.size > MOST_KEYS && longestUnseen !== undefined) this.#left.delete(longestUnseen);
    return isEnough ? 0 : Math.ceil(((cost - amount) / perSecond) * 1_000);
  }
}
