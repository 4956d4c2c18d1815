// Work that is due again after every change: one round at a time for each login, or what else has rounds, and what changes
// meanwhile is part of the next. Knows when a round may begin; not what is done in it.

import type { Cancel, Clock } from './clock.ts';
import { BridgeError } from './errors.ts';
import type { LoginId } from './ids.ts';
import type { Log } from './log.ts';

const RETRY_AFTER_MS = 10_000;

export interface RoundsParts<Id extends string> {
  readonly clock: Clock;
  readonly log: Log;
  /** A round waits so long for other changes to come along. */
  readonly delayMs: number;
  /** Between the end of a round and the beginning of the next of the same. */
  readonly gapMs: number;
  readonly work: (id: Id) => Promise<void>;
  /** For the log: what could not be done. */
  readonly failure: string;
}

interface Round {
  waiting: Cancel | undefined;
  running: Promise<void> | undefined;
  again: boolean;
  endedAt: number;
}

export class Rounds<Id extends string = LoginId> {
  readonly #parts: RoundsParts<Id>;
  readonly #rounds = new Map<Id, Round>();
  #stopped = false;

  constructor(parts: RoundsParts<Id>) {
    this.#parts = parts;
  }

  due(id: Id): void {
    if (this.#stopped) return;
    let round = this.#rounds.get(id);
    if (!round)
      this.#rounds.set(id, (round = { waiting: undefined, running: undefined, again: false, endedAt: -Infinity }));
    if (round.running) round.again = true;
    else this.#beginAfter(id, round, Math.max(this.#parts.delayMs, round.endedAt + this.#parts.gapMs - this.#now()));
  }

  /** No further round. Resolves when the one that is under way has ended. */
  async forget(id: Id): Promise<void> {
    const round = this.#rounds.get(id);
    round?.waiting?.();
    this.#rounds.delete(id);
    await round?.running;
  }

  stop(): void {
    this.#stopped = true;
    for (const { waiting } of this.#rounds.values()) waiting?.();
  }

  #beginAfter(id: Id, round: Round, ms: number): void {
    round.waiting ??= this.#parts.clock.after(ms, () => {
      round.waiting = undefined;
      round.running = this.#run(id, round);
    });
  }

  async #run(id: Id, round: Round): Promise<void> {
    const { work, log, failure } = this.#parts;
    round.again = false;
    let retry = false;
    try {
      await work(id);
    } catch (error) {
      retry = error instanceof BridgeError && error.retriable;
      log.warn({ about: id, err: error }, failure);
    }
    round.running = undefined;
    round.endedAt = this.#now();
    if (this.#stopped || this.#rounds.get(id) !== round) return;
    if (retry) this.#beginAfter(id, round, RETRY_AFTER_MS);
    else if (round.again) this.due(id);
  }

  #now(): number {
    return this.#parts.clock.now().getTime();
  }
}
