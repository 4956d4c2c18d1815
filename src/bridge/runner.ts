// Carries journal rows lane by lane: within a lane one after the other, lanes beside each other. Knows order and
// patience; not what a row means. In memory there is only the wish to look: the rows themselves are in the journal.

import type { Cancel, Clock } from './clock.ts';
import { assertNever, BridgeError, isPassing, mistake } from './errors.ts';
import type { Log } from './log.ts';
import type { Finish, Journal, JournalRow, OpenRow } from './store.ts';
import type { Telling } from './telling.ts';

/** `retry`: the row keeps its place and so do all behind it. */
export type Outcome = Finish | Retry;
type Retry = { readonly type: 'retry'; readonly afterMs: number };

export interface RunnerParts {
  readonly journal: Pick<Journal, 'next' | 'finish' | 'told'>;
  /**
   * Carries one row and says how it ended. What it throws and what passes is tried again, within bounds; after any other throw
   * the row is given up, and the lane goes on.
   */
  readonly carry: (row: JournalRow) => Promise<Outcome>;
  /**
   * A row is given up: whoever waits for it is to hear of that. Resolves to what is still to be told. While it throws what passes
   * the row keeps its place.
   */
  readonly giveUp: (row: JournalRow, error: BridgeError) => Promise<Telling | undefined>;
  /** Tells an outcome that is written down. What it throws and what passes is tried again, within bounds. */
  readonly tell: (telling: Telling) => Promise<void>;
  /** Tells it another way, because that one is no use. What it throws and what passes is tried again, without end. */
  readonly tellElsewhere: (telling: Telling) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

const DATABASE_RETRY_MS = 1_000;
/** The homeserver may be better then. */
const LATER: Retry = { type: 'retry', afterMs: 2_000 };
/** A homeserver that answers, and fails at one thing for so long, will go on failing at it: others are not to wait. */
const FAULT_PATIENCE_MS = 15 * 60_000;

/** How long a message that is being sent may hold up an end. */
const PATIENCE_MS = 10_000;

interface Lane {
  /** Under way; resolves when it has nothing more to do, or must wait. */
  running: Promise<void> | undefined;
  /** Somebody called since the lane last looked into the journal. */
  again: boolean;
  /** Moves of the moment, by subject: the last one of each counts, and none overtakes a row that came before it. */
  readonly moments: Map<string, () => Promise<void>>;
  waiting: Cancel | undefined;
  /** The row at the head, and since when it is tried. */
  head: { readonly seq: number; readonly since: number } | undefined;
  /** Writes how the last row ended, until that is done: it is not carried again because the database went away meanwhile. */
  unwritten: (() => Promise<void>) | undefined;
}

export class Runner {
  readonly #parts: RunnerParts;
  readonly #lanes = new Map<string, Lane>();
  #stopped = false;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
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

  /** What lanes wait for may have come: all look again now, also those whose attempt is just failing. */
  wakeWaiting(): void {
    for (const name of this.#lanes.keys()) this.wake(name);
  }

  /** Resolves when none of these lanes carries anything. One that waits for its next attempt is not waited for. */
  async settled(isMeant: (name: string) => boolean): Promise<void> {
    for (;;) {
      const running = [...this.#lanes].flatMap(([name, lane]) => (isMeant(name) ? (lane.running ?? []) : []));
      if (running.length === 0) return;
      await Promise.all(running);
    }
  }

  /** The same, as long as there is hope. What is not over by then is in doubt: whoever said it is told so. */
  async settledInTime(isMeant: (name: string) => boolean): Promise<void> {
    let giveUp: Cancel = () => undefined;
    const patience = new Promise<'late'>((resolve) => {
      giveUp = this.#parts.clock.after(PATIENCE_MS, () => resolve('late'));
    });
    const end = await Promise.race([this.settled(isMeant), patience]);
    giveUp();
    if (end !== 'late') return;
    const late = [...this.#lanes].filter(([name, { running }]) => running && isMeant(name));
    this.#parts.log.warn({ lanes: late.length }, 'what is in hand is not waited for any longer');
  }

  /** Takes no further rows; resolves when those in hand are settled, or will not be. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const lane of this.#lanes.values()) lane.waiting?.();
    await this.settledInTime(() => true);
    await Promise.all([...this.#lanes].map(async ([name, lane]) => this.#writeLast(name, lane)));
  }

  /** What is not written by now is in doubt in the next life. */
  async #writeLast(name: string, lane: Lane): Promise<void> {
    try {
      await lane.unwritten?.();
    } catch (err) {
      this.#parts.log.error({ lane: name, err }, 'how a row ended could not be written');
    }
  }

  #lane(name: string): Lane {
    let lane = this.#lanes.get(name);
    if (!lane) {
      lane = {
        running: undefined,
        again: false,
        moments: new Map(),
        waiting: undefined,
        head: undefined,
        unwritten: undefined,
      };
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  #start(name: string, lane: Lane): void {
    if (lane.running) return;
    lane.waiting?.();
    lane.waiting = undefined;
    lane.running = this.#run(name, lane);
  }

  async #run(name: string, lane: Lane): Promise<void> {
    const { clock, log } = this.#parts;
    let retryMs: number | undefined;
    try {
      do {
        if (lane.again) {
          lane.again = false;
          retryMs = await this.#carryRows(name, lane);
        }
        if (retryMs === undefined) await this.#move(lane);
      } while ((lane.again || (retryMs === undefined && lane.moments.size > 0)) && !this.#stopped);
    } catch (error) {
      retryMs = DATABASE_RETRY_MS;
      log.error({ lane: name, err: error }, 'lane interrupted, will look again');
    }
    lane.running = undefined;
    if (retryMs === undefined) this.#lanes.delete(name);
    else if (!this.#stopped) lane.waiting = clock.after(retryMs, () => this.wake(name));
  }

  /** Carries rows until there is none (undefined) or one must wait (how long). */
  async #carryRows(name: string, lane: Lane): Promise<number | undefined> {
    for (let open = await this.#next(name, lane); open; open = await this.#next(name, lane)) {
      if (this.#stopped && open.type !== 'ended') return undefined;
      const retry = await this.#deal(lane, open);
      if (retry) return retry.afterMs;
    }
    return undefined;
  }

  /** Writes how the last row ended, and reads the next one: the same again if its outcome has yet to be told. */
  async #next(name: string, lane: Lane): Promise<OpenRow | undefined> {
    await lane.unwritten?.();
    lane.unwritten = undefined;
    return this.#parts.journal.next(name);
  }

  async #deal(lane: Lane, open: OpenRow): Promise<Retry | undefined> {
    const { journal, log } = this.#parts;
    switch (open.type) {
      case 'waiting': {
        const outcome = await this.#carry(open.row, lane);
        if (outcome.type === 'retry') return outcome;
        lane.unwritten = async () => journal.finish(open.row.seq, outcome);
        return undefined;
      }
      case 'ended': {
        const retry = await this.#tell(open, this.#since(lane, open.seq));
        if (!retry) lane.unwritten = async () => journal.told(open.seq);
        return retry;
      }
      case 'unreadable':
        log.error({ seq: open.seq, err: open.error }, 'row cannot be read, and is given up');
        lane.unwritten = async () => journal.finish(open.seq, { type: 'failed', error: 'unreadable' });
        return undefined;
      default:
        return assertNever(open);
    }
  }

  async #carry(row: JournalRow, lane: Lane): Promise<Outcome> {
    const since = this.#since(lane, row.seq);
    try {
      const outcome = await this.#parts.carry(row);
      if (outcome.type === 'retry') lane.head = undefined; // it waits, which is no failure
      return outcome;
    } catch (error) {
      const retry = this.#patience(error, since);
      if (retry) return retry;
      this.#parts.log.error({ lane: row.lane, seq: row.seq, err: error }, 'row could not be carried');
      return this.#giveUp(row, error instanceof BridgeError ? error : mistake(error));
    }
  }

  async #giveUp(row: JournalRow, error: BridgeError): Promise<Outcome> {
    let telling: Telling | undefined;
    try {
      telling = await this.#parts.giveUp(row, error);
    } catch (err) {
      if (isAway(err)) throw err;
      if (passes(err)) return LATER;
      this.#parts.log.error({ lane: row.lane, seq: row.seq, err }, 'nobody could be told that a row is given up');
    }
    return { type: 'failed', error: error.code, ...(telling && { telling }) };
  }

  /** Since when the head of a lane is tried. */
  #since(lane: Lane, seq: number): number {
    if (lane.head?.seq !== seq) lane.head = { seq, since: this.#parts.clock.now().getTime() };
    return lane.head.since;
  }

  async #tell({ seq, telling }: Extract<OpenRow, { type: 'ended' }>, since: number): Promise<Retry | undefined> {
    try {
      await this.#parts.tell(telling);
    } catch (error) {
      const retry = this.#patience(error, since);
      if (retry) return retry;
      this.#parts.log.warn({ seq, err: error }, 'outcome cannot be told where it belongs');
      return this.#tellElsewhere(seq, telling);
    }
    return undefined;
  }

  async #tellElsewhere(seq: number, telling: Telling): Promise<Retry | undefined> {
    try {
      await this.#parts.tellElsewhere(telling);
    } catch (err) {
      if (isAway(err)) throw err;
      if (passes(err)) return LATER;
      this.#parts.log.error({ seq, err }, 'outcome could not be told');
    }
    return undefined;
  }

  /** When to try again after this; undefined if that is no use. A database that is away interrupts the whole lane. */
  #patience(error: unknown, since: number): Retry | undefined {
    if (isAway(error)) throw error;
    if (!passes(error)) return undefined;
    const isLong = this.#parts.clock.now().getTime() - since >= FAULT_PATIENCE_MS;
    return error.code === 'homeserver-fault' && isLong ? undefined : LATER;
  }

  async #move(lane: Lane): Promise<void> {
    const moves = [...lane.moments.values()];
    lane.moments.clear();
    for (const move of moves) {
      try {
        await move();
      } catch (error) {
        this.#parts.log.debug({ err: error }, 'a move of the moment failed');
      }
    }
  }
}

/** The database is: nothing can be written just now. */
function isAway(error: unknown): boolean {
  return error instanceof BridgeError && error.retriable && error.code === 'database';
}

function passes(error: unknown): error is BridgeError {
  return error instanceof BridgeError && isPassing(error);
}
