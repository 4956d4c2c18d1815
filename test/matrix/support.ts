// What the tests of this floor share: a sink that keeps what it gets, a clock that is wound by hand.

import type { Cancel, Clock } from '../../src/bridge/clock.ts';
import type { MatrixEphemeral, MatrixEvent } from '../../src/bridge/events.ts';
import type { MatrixUserId } from '../../src/bridge/ids.ts';
import type { MatrixSink } from '../../src/bridge/matrix.ts';
import type { ProvisioningRequest, ProvisioningResult } from '../../src/bridge/provisioning-types.ts';

export class FakeSink implements MatrixSink {
  readonly transactions: (readonly MatrixEvent[])[] = [];
  readonly ephemerals: MatrixEphemeral[] = [];
  /** What the next transactions wait for; a rejection is a database that is away. */
  gate: () => Promise<void> = () => Promise.resolve();

  get events(): readonly MatrixEvent[] {
    return this.transactions.flat();
  }

  async transaction(events: readonly MatrixEvent[]): Promise<void> {
    await this.gate();
    this.transactions.push(events);
  }

  ephemeral(event: MatrixEphemeral): void {
    this.ephemerals.push(event);
  }

  /** Programs that ask for something, and what they are answered. */
  readonly asked: { readonly user: MatrixUserId; readonly request: ProvisioningRequest }[] = [];
  result: () => Promise<ProvisioningResult> = async () => ({ type: 'done' });

  async provision(user: MatrixUserId, request: ProvisioningRequest): Promise<ProvisioningResult> {
    this.asked.push({ user, request });
    return this.result();
  }
}

/** Fires what it is asked for at once when `impatient`, otherwise when `pass` says so. */
export class FakeClock implements Clock {
  readonly pauses: number[] = [];
  readonly impatient: boolean;
  #now = 1_790_000_000_000;
  #timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  constructor({ impatient = false } = {}) {
    this.impatient = impatient;
  }

  now(): Date {
    return new Date(this.#now);
  }

  after(ms: number, callback: () => void): Cancel {
    const timer = { at: this.#now + ms, callback };
    this.pauses.push(ms);
    this.#timers.add(timer);
    if (this.impatient && ms < 5_000) setImmediate(() => this.#fire(timer));
    return () => this.#timers.delete(timer);
  }

  random(): number {
    return 0.5;
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const timer of this.#timers) if (timer.at <= this.#now) this.#fire(timer);
  }

  #fire(timer: { readonly callback: () => void }): void {
    if (this.#timers.delete(timer as never)) timer.callback();
  }
}
