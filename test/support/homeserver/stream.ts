// The one order in which everything happened: a counter, and those who wait for it to move. Knows not what happened.

export class Stream {
  #position = 0;
  readonly #watchers = new Set<() => void>();

  get position(): number {
    return this.#position;
  }

  /** Takes the next place in the order. The watchers are told by `announce`, once the change can be seen. */
  next(): number {
    this.#position += 1;
    return this.#position;
  }

  announce(): void {
    if (this.#watchers.size > 0) for (const watcher of Array.from(this.#watchers)) watcher();
  }

  /**
   * Resolves with the first answer of `probe` that is neither `undefined` nor `false`: asked now and after every change.
   * `what` stands in the error when nothing came.
   */
  async until<T>(probe: () => T | undefined | false, timeoutMs: number, what: string): Promise<T> {
    const first = probe();
    if (first !== undefined && first !== false) return first;
    return new Promise<T>((resolve, reject) => {
      const finish = () => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
      };
      const watcher = () => {
        try {
          const value = probe();
          if (value === undefined || value === false) return;
          finish();
          resolve(value);
        } catch (error) {
          finish();
          reject(error);
        }
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`waited ${timeoutMs} ms in vain for ${what}`));
      }, timeoutMs);
      this.#watchers.add(watcher);
    });
  }
}
