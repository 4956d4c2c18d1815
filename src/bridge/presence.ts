// Shows the presence of ghosts when it is their turn. Knows who changed last and what was shown last; not how it is shown.
// Where a presence runs out, those who are there are shown again, with what the budget spares.

import type { Line } from './budget.ts';
import type { Cancel, Clock } from './clock.ts';
import type { Presence } from './events.ts';
import type { MatrixUserId } from './ids.ts';
import type { Log } from './log.ts';
import type { Display } from './presence-modes.ts';

/** Homeservers take a user without a client for gone half a minute after its last sign of life. */
const REPEAT_AFTER_MS = 25_000;
const RETRY_AFTER_MS = 5_000;

export interface PresenceParts {
  readonly display: Display;
  readonly line: Line;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly log: Log;
}

interface Shown {
  readonly presence: Presence;
  readonly at: number;
}

export class PresenceGovernor {
  readonly #parts: PresenceParts;
  /** Not shown yet; the last value of each counts, and nobody loses their place by changing again. */
  readonly #waiting = new Map<MatrixUserId, Presence>();
  /** As the homeserver has it; oldest first. */
  readonly #shown = new Map<MatrixUserId, Shown>();
  readonly #inFlight = new Set<MatrixUserId>();
  /** Those whose last showing failed: nobody knows what the homeserver has. */
  readonly #unsure = new Set<MatrixUserId>();
  #pausedUntil = 0;
  /** A turn is being waited for. */
  #asking = false;
  #wake: Cancel | undefined;
  #stopped = false;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  /** How many ghosts are not yet shown as they are. */
  get waiting(): number {
    return this.#waiting.size;
  }

  note(ghost: MatrixUserId, presence: Presence): void {
    const shown = this.#shown.get(ghost)?.presence;
    // what runs out has done so for those who were never shown
    const asShown = shown ? isSame(shown, presence) : this.#isForgotten(presence);
    if (asShown && !this.#inFlight.has(ghost) && !this.#unsure.has(ghost)) this.#waiting.delete(ghost);
    else this.#waiting.set(ghost, presence);
    this.#go();
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  /** Waits for a turn if there is something to show, or for the moment when there will be. */
  #go(): void {
    this.#wake?.();
    this.#wake = undefined;
    const ms = this.#dueInMs();
    if (ms === undefined || this.#asking || this.#stopped) return;
    if (ms > 0) this.#wake = this.#parts.clock.after(ms, () => this.#go());
    else void this.#takeTurn();
  }

  async #takeTurn(): Promise<void> {
    this.#asking = true;
    await this.#parts.line(async () => {
      this.#asking = false;
      const next = this.#stopped ? undefined : this.#next();
      const showing = next && this.#show(...next);
      this.#go();
      await showing;
    });
  }

  #dueInMs(): number | undefined {
    for (const ghost of this.#waiting.keys())
      if (!this.#inFlight.has(ghost)) return Math.max(0, this.#pausedUntil - this.#now());
    const [oldest] = this.#shown.values();
    return oldest && this.#parts.display.runsOut ? Math.max(0, oldest.at + REPEAT_AFTER_MS - this.#now()) : undefined;
  }

  /** Whoever has changed, else whoever would run out. Nobody is shown twice at once: the later could overtake. */
  #next(): readonly [MatrixUserId, Presence] | undefined {
    for (const [ghost, presence] of this.#waiting) {
      if (this.#inFlight.has(ghost)) continue;
      this.#waiting.delete(ghost);
      return [ghost, presence];
    }
    const [oldest] = this.#parts.display.runsOut ? this.#shown : [];
    const due = oldest && this.#now() - oldest[1].at >= REPEAT_AFTER_MS;
    return due ? [oldest[0], oldest[1].presence] : undefined;
  }

  async #show(ghost: MatrixUserId, presence: Presence): Promise<void> {
    this.#inFlight.add(ghost);
    this.#shown.delete(ghost);
    try {
      await this.#parts.display.show(ghost, presence);
      this.#unsure.delete(ghost);
      if (!this.#isForgotten(presence)) this.#shown.set(ghost, { presence, at: this.#now() });
    } catch (error) {
      // one of them is enough for a homeserver that cannot show any
      const isFirst = this.#unsure.size === 0;
      this.#parts.log[isFirst ? 'warn' : 'debug']({ ghost, err: error }, 'presence could not be shown');
      this.#unsure.add(ghost);
      if (!this.#waiting.has(ghost)) this.#waiting.set(ghost, presence);
      this.#pausedUntil = this.#now() + RETRY_AFTER_MS;
    }
    this.#inFlight.delete(ghost);
    this.#go();
  }

  /** Needs no sign of life: who is gone from what runs out. */
  #isForgotten({ availability }: Presence): boolean {
    return this.#parts.display.runsOut && availability === 'offline';
  }

  #now(): number {
    return this.#parts.clock.now().getTime();
  }
}

function isSame(a: Presence, b: Presence): boolean {
  return a.availability === b.availability && a.label === b.label && a.message === b.message;
}
