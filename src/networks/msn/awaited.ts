// Who waits for somebody to come into a conversation, and for how long. Knows addresses; not how anybody is called.

import type { Cancel, Clock } from '../../bridge/clock.ts';
import type { BridgeError } from '../../bridge/errors.ts';

interface Waiter {
  readonly name: string;
  readonly resolve: () => void;
  readonly reject: (error: BridgeError) => void;
  readonly cancel: Cancel;
}

/** Addresses in lower case. */
export class Awaited {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #waiters = new Map<string, Waiter[]>();

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock;
  }

  get addresses(): readonly string[] {
    return [...this.#waiters.keys()];
  }

  /** What to call them in sentences; undefined: nobody waits for them. */
  nameOf(address: string): string | undefined {
    return this.#waiters.get(address)?.[0]?.name;
  }

  /** Resolves when they have come; rejects when they will not, with `late` after so long. */
  wait(address: string, name: string, ms: number, late: BridgeError): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(ms, () => this.refuse(address, late));
      this.#waiters.set(address, [...(this.#waiters.get(address) ?? []), { name, resolve, reject, cancel }]);
    });
  }

  came(address: string): void {
    for (const { resolve } of this.#take(address)) resolve();
  }

  refuse(address: string, error: BridgeError): void {
    for (const { reject } of this.#take(address)) reject(error);
  }

  #take(address: string): readonly Waiter[] {
    const waiters = this.#waiters.get(address) ?? [];
    this.#waiters.delete(address);
    for (const { cancel } of waiters) cancel();
    return waiters;
  }
}
