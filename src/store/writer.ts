// Gathers what is submitted while a write is under way into the next one. Knows order and failures; no SQL.

import { BridgeError } from '../bridge/errors.ts';

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

const MOST_ITEMS = 500;

/**
 * One write at a time, each of everything that waits: idle, an item waits for nobody; under load, many share a commit.
 * - Items are written in the order of their submission.
 * - If the write is refused, its items are tried one by one: a bad one fails alone.
 * - If the database is away, all that wait fail: none may overtake one that failed before it.
 */
export class Writer<Item, Result> {
  readonly #write: (items: readonly Item[]) => Promise<readonly Result[]>;
  #queue: Waiting<Item, Result>[] = [];
  readonly #breaks: (() => Promise<void>)[] = [];
  #running: Promise<void> | undefined;

  /** @param write all or nothing; a result for each item, in their order. */
  constructor(write: (items: readonly Item[]) => Promise<readonly Result[]>) {
    this.#write = write;
  }

  async submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Does this while nothing is being written. Throws what it throws. */
  async between<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#breaks.push(async () => work().then(resolve, reject));
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // what is submitted in the same breath comes along
    while (this.#queue.length > 0 || this.#breaks.length > 0) {
      const pause = this.#breaks.shift();
      if (pause) {
        await pause();
        continue;
      }
      const batch = this.#queue.splice(0, MOST_ITEMS);
      const failure = await this.#try(batch);
      if (failure === undefined) continue;
      if (isAway(failure)) this.#giveUp(batch, failure);
      else if (batch.length === 1) batch[0]!.reject(failure);
      else await this.#oneByOne(batch);
    }
    this.#running = undefined;
  }

  async #oneByOne(batch: Waiting<Item, Result>[]): Promise<void> {
    for (const [index, one] of batch.entries()) {
      const failure = await this.#try([one]);
      if (failure === undefined) continue;
      if (isAway(failure)) return this.#giveUp(batch.slice(index), failure);
      one.reject(failure);
    }
  }

  async #try(batch: readonly Waiting<Item, Result>[]): Promise<unknown> {
    try {
      const results = await this.#write(batch.map((one) => one.item));
      batch.forEach((one, index) => one.resolve(results[index]!));
      return undefined;
    } catch (error) {
      return error ?? new Error('a write failed and did not say why');
    }
  }

  #giveUp(batch: readonly Waiting<Item, Result>[], failure: unknown): void {
    const later = this.#queue;
    this.#queue = [];
    for (const one of [...batch, ...later]) one.reject(failure);
  }
}

function isAway(error: unknown): boolean {
  return error instanceof BridgeError && error.retriable;
}
