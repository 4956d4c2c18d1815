// Carries journal rows lane by lane: within a lane one after the other, lanes beside each other. Knows order and
// patience; not what a row means. In memory there is only the wish to look: the rows themselves are in the journal.

import type { Cancel, Clock } from './clock.ts';
import { BridgeError } from './errors.ts';
import type { Log } from './log.ts';
import type { Finish, Journal, JournalRow } from './store.ts';

/** `retry`: the row keeps its place and so do all behind it. */
export type Outcome = Finish | { readonly type: 'retry'; readonly afterMs: number };

/** Carries one row and says how it ended. A throw is a bug: logged, the row is finished as failed, the lane goes on. */
export type Carry = (row: JournalRow) => Promise<Outcome>;

const DATABASE_RETRY_MS = 1_000;

interface Lane {
  running: boolean;
  /** Somebody called since the lane last looked into the journal. */
  again: boolean;
  /** Moves of the moment, by subject: the last one of each counts, and none overtakes a row that came before it. */
  readonly moments: Map<string, () => Promise<void>>;
  waiting: Cancel | undefined;
  /** How the last row ended, until that is written: it is not carried again because the database went away meanwhile. */
  ended: { readonly seq: number; readonly finish: Finish } | undefined;
}

export class Runner {
  readonly #journal: Pick<Journal, 'next' | 'finish'>;
  readonly #carry: Carry;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #lanes = new Map<string, Lane>();
  #idle: (() => void)[] = [];
  #stopped = false;

  constructor(parts: { journal: Pick<Journal, 'next' | 'finish'>; carry: Carry; clock: Clock; log: Log }) {
    this.#journal = parts.journal;
    this.#carry = parts.carry;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /** There may be a row in this lane. */
  wake(name: string): void {
    if (this.#stopped) return;
    const lane = this.#lane(name);
    lane.again = true;
    this.#start(name, lane);
  }

  /** Something of the moment, to happen after the rows that are already there; replaced by a later one of its subject. */
  moment(name: string, subject: string, move: () => Promise<void>): void {
    if (this.#stopped) return;
    const lane = this.#lane(name);
    lane.moments.set(subject, move);
    if (!lane.waiting) this.#start(name, lane);
  }

  /** What the waiting lanes waited for may have come: all of them look again now. */
  wakeWaiting(): void {
    for (const [name, lane] of this.#lanes) if (lane.waiting) this.wake(name);
  }

  /** Takes no further rows; resolves when those in hand are settled. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const [name, lane] of this.#lanes) {
      lane.waiting?.();
      if (!lane.running) this.#lanes.delete(name);
    }
    if (this.#lanes.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #lane(name: string): Lane {
    let lane = this.#lanes.get(name);
    if (!lane) {
      lane = { running: false, again: false, moments: new Map(), waiting: undefined, ended: undefined };
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  #start(name: string, lane: Lane): void {
    if (lane.running) return;
    lane.waiting?.();
    lane.waiting = undefined;
    lane.running = true;
    void this.#run(name, lane);
  }

  async #run(name: string, lane: Lane): Promise<void> {
    let retryMs: number | undefined;
    try {
      do {
        if (lane.again) {
          lane.again = false;
          retryMs = await this.#carryRows(name, lane);
        }
        if (retryMs === undefined) await this.#move(lane);
      } while (retryMs === undefined && (lane.again || lane.moments.size > 0) && !this.#stopped);
    } catch (error) {
      retryMs = DATABASE_RETRY_MS;
      this.#log.error({ lane: name, err: error }, 'lane interrupted, will look again');
    }
    lane.running = false;
    if (this.#stopped) this.#lanes.delete(name);
    else if (retryMs !== undefined) lane.waiting = this.#clock.after(retryMs, () => this.wake(name));
    else this.#lanes.delete(name);
    if (this.#stopped && this.#lanes.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Carries rows until there is none (undefined) or one must wait (how long). */
  async #carryRows(name: string, lane: Lane): Promise<number | undefined> {
    for (let row = await this.#next(name, lane); row && !this.#stopped; row = await this.#next(name, lane)) {
      const outcome = await this.#outcome(row);
      if (outcome.type === 'retry') return outcome.afterMs;
      lane.ended = { seq: row.seq, finish: outcome };
    }
    return undefined;
  }

  /** Writes how the last row ended, and reads the next one. */
  async #next(name: string, lane: Lane): Promise<JournalRow | undefined> {
    if (lane.ended) await this.#journal.finish(lane.ended.seq, lane.ended.finish);
    lane.ended = undefined;
    return this.#journal.next(name);
  }

  async #outcome(row: JournalRow): Promise<Outcome> {
    try {
      return await this.#carry(row);
    } catch (error) {
      if (error instanceof BridgeError && error.code === 'database' && error.retriable) throw error;
      this.#log.error({ lane: row.lane, seq: row.seq, err: error }, 'row could not be carried');
      return { type: 'failed', error: error instanceof BridgeError ? error.code : 'bug' };
    }
  }

  async #move(lane: Lane): Promise<void> {
    const moves = [...lane.moments.values()];
    lane.moments.clear();
    for (const move of moves) {
      try {
        await move();
      } catch (error) {
        this.#log.debug({ err: error }, 'a move of the moment failed');
      }
    }
  }
}
