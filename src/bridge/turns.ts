// Work about one thing, one piece after the other; work about different things goes on at the same time.

export class Turns<Key> {
  readonly #last = new Map<Key, Promise<unknown>>();

  /** Runs the work when all that was asked for before, about the same key, has ended, well or not. */
  async take<T>(key: Key, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const mine = before === undefined ? work() : before.then(work, work);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}
