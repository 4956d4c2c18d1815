// How much memory servers hold by commands that they have begun and not ended. Each connection has its bounds; this is the
// one for all of them. Knows no connection.

/** Thousands of commands of the largest size. */
const MOST_BYTES = 128 * 1024 * 1024;

export interface Holder {
  /** It holds more than anybody else, and there is no room for all. */
  overflow(bytes: number): void;
}

export class Buffers {
  readonly #most: number;
  readonly #held = new Map<Holder, number>();
  #total = 0;

  constructor(most = MOST_BYTES) {
    this.#most = most;
  }

  /** So much is held here by now. */
  note(holder: Holder, bytes: number): void {
    this.#set(holder, bytes);
    while (this.#total > this.#most) {
      const [largest, size] = [...this.#held].reduce((one, other) => (other[1] > one[1] ? other : one));
      this.#set(largest, 0);
      largest.overflow(size);
    }
  }

  #set(holder: Holder, bytes: number): void {
    this.#total += bytes - (this.#held.get(holder) ?? 0);
    if (bytes === 0) this.#held.delete(holder);
    else this.#held.set(holder, bytes);
  }
}
