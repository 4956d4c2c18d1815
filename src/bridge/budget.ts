// Lets so many requests a second begin for all that is shown of contacts: presence, names, boards. Knows whose turn it is;
// not what is done with it.

import type { Cancel, Clock } from './clock.ts';

/** Does one request's work when its turn has come. */
export type Line = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * A request is somewhere between its beginning and its end when the homeserver sees it. So it is not the beginnings that
 * are counted: a second must have passed since the end of the tenth before. Then no second sees more than ten, however
 * long they are on their way, and a homeserver that is slow is asked less.
 */
export class Budget {
  readonly #clock: Pick<Clock, 'now' | 'after'>;
  /** So many within so long. */
  readonly #most: number;
  readonly #windowMs: number;
  readonly #gapMs: number;
  /** Who waits, line by line; the line in front is the next to be asked. */
  readonly #lines: (() => void)[][] = [];
  #underWay = 0;
  /** When those of the last while have ended, the oldest first. */
  #ends: number[] = [];
  #begunAt = 0;
  #timer: Cancel | undefined;

  constructor(clock: Pick<Clock, 'now' | 'after'>, perSecond: number) {
    this.#clock = clock;
    this.#most = Math.max(1, Math.floor(perSecond));
    this.#windowMs = Math.ceil((1_000 * this.#most) / perSecond) + 1;
    this.#gapMs = 1_000 / perSecond;
  }

  /** A line of its own. Lines take turns: who wants much does not keep the others waiting. */
  line(): Line {
    const waiting: (() => void)[] = [];
    this.#lines.push(waiting);
    return async (work) => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        this.#grant();
      });
      return this.#count(work);
    };
  }

  /** For a request that cannot wait: those that can wait so much longer. */
  async atOnce<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    return this.#count(work);
  }

  async #count<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
      this.#ends.push(this.#now());
      this.#grant();
    }
  }

  /** Gives the next turn when it may be given. */
  #grant(): void {
    const line = this.#lines.findIndex((waiting) => waiting.length > 0);
    const ms = line === -1 ? undefined : this.#waitMs();
    this.#timer?.();
    this.#timer = undefined;
    if (ms === undefined) return;
    if (ms > 0) {
      this.#timer = this.#clock.after(ms, () => this.#grant());
      return;
    }
    const [next] = this.#lines.splice(line, 1);
    if (next) this.#lines.push(next);
    this.#underWay += 1;
    this.#begunAt = this.#now();
    next?.shift()?.();
    this.#grant();
  }

  /** Undefined: until one has ended. */
  #waitMs(): number | undefined {
    const now = this.#now();
    this.#ends = this.#ends.filter((end) => end > now - this.#windowMs);
    const tooMany = this.#underWay + this.#ends.length - this.#most;
    const last = tooMany < 0 ? 0 : this.#ends[tooMany];
    return last === undefined ? undefined : Math.max(0, last + this.#windowMs - now, this.#begunAt + this.#gapMs - now);
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}
