// Everybody talks: chance decides who, and what. Knows that there are moves to make; not what they are, nor who dies meanwhile.

import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../msnp/support/random.ts';

/** Something that can be done now; it is chosen the more often the more it weighs. */
export interface Move {
  readonly weight: number;
  readonly make: () => Promise<unknown>;
}

export interface Talker {
  readonly moves: readonly Move[];
}

/** Newcomers talk for a while, then they have said what they came for. */
const TALKING_NEWCOMERS = 2;
/** Everything that people do has a limit of its own below this. */
const PATIENCE_MS = 60_000;

export class Traffic {
  readonly #random: Random;
  readonly #pauseMs: number;
  readonly #steady: readonly Talker[];
  readonly #newcomers: (readonly Talker[])[] = [];
  readonly #pending = new Set<Promise<unknown>>();
  /** So much has to be carried that nobody says more for the moment. */
  isCrowded = false;
  #isRunning = false;
  #running: Promise<void> = Promise.resolve();

  /** @param perSecond moves of all together */
  constructor(steady: readonly Talker[], random: Random, perSecond: number) {
    this.#steady = [...steady];
    this.#random = random;
    this.#pauseMs = 1_000 / perSecond;
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#running = this.#run();
  }

  /** Resolves when nobody has anything more to say; rejects if somebody never comes to an end. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.#running;
    const limit = new AbortController();
    const late = delay(PATIENCE_MS, true, { signal: limit.signal, ref: false }).catch(() => false);
    const isLate = await Promise.race([late, Promise.all(this.#pending).then(() => false)]);
    limit.abort();
    if (isLate) throw new Error(`${this.#pending.size} are still busy with what they have begun`);
  }

  /** From now on these talk too, who belong together. */
  join(newcomer: readonly Talker[]): void {
    this.#newcomers.push(newcomer);
    if (this.#newcomers.length > TALKING_NEWCOMERS) this.#newcomers.shift();
  }

  async #run(): Promise<void> {
    while (this.#isRunning) {
      if (!this.isCrowded) this.#move();
      await delay(this.#pauseMs);
    }
  }

  #move(): void {
    const all = [...this.#steady, ...this.#newcomers.flat()];
    const move = this.#choose(all[this.#random(all.length)]?.moves ?? []);
    if (move) this.#do(move.make());
  }

  #choose(moves: readonly Move[]): Move | undefined {
    const total = moves.reduce((sum, { weight }) => sum + weight, 0);
    if (total === 0) return undefined;
    let left = this.#random(total);
    return moves.find(({ weight }) => (left -= weight) < 0);
  }

  #do(work: Promise<unknown>): void {
    // somebody has just died, or gone: people try again with something else
    const settled = work.catch(() => undefined).finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
  }
}
