// Shows the presence of ghosts within a budget of requests. Knows who changed last and what was shown last; not how it is
// shown. A homeserver lets a presence run out, so those who are there are shown again in turn, with what the budget spares.

import type { Cancel, Clock } from './clock.ts';
import type { Presence } from './events.ts';
import type { MatrixUserId } from './ids.ts';
import type { Log } from './log.ts';

/** Homeservers take a user without a client for gone half a minute after its last sign of life. */
const REPEAT_AFTER_MS = 25_000;
const RETRY_AFTER_MS = 5_000;

export interface PresenceParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Requests a second, all ghosts together. */
  readonly perSecond: number;
  readonly show: (ghost: MatrixUserId, presence: Presence) => Promise<void>;
}

interface Shown {
  readonly presence: Presence;
  readonly at: number;
}

export class PresenceGovernor {
  readonly #parts: PresenceParts;
  /** Not shown yet; the last value of each counts, and nobody loses their place by changing again. */
  readonly #waiting = new Map<MatrixUserId, Presence>();
  /** As the homeserver has it; oldest sign of life first. */
  readonly #shown = new Map<MatrixUserId, Shown>();
  readonly #inFlight = new Set<MatrixUserId>();
  /** Those whose last showing failed: nobody knows what the homeserver has. */
  readonly #unsure = new Set<MatrixUserId>();
  #pausedUntil = 0;
  #lastTurn = 0;
  #turnAt = 0;
  #turn: Cancel | undefined;
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
    const asShown = shown ? isSame(shown, presence) : presence.availability === 'offline';
    if (asShown && !this.#inFlight.has(ghost) && !this.#unsure.has(ghost)) this.#waiting.delete(ghost);
    else this.#waiting.set(ghost, presence);
    this.#takeTurn();
  }

  stop(): void {
    this.#stopped = true;
    this.#turn?.();
  }

  /** Sees to it that the next turn comes as early as it must, and no earlier. */
  #takeTurn(): void {
    const afterMs = this.#nextTurnMs();
    if (afterMs === undefined || this.#stopped) return;
    const at = this.#now() + afterMs;
    if (this.#turn && this.#turnAt <= at) return;
    this.#turn?.();
    this.#turnAt = at;
    this.#turn = this.#parts.clock.after(afterMs, () => {
      this.#turn = undefined;
      this.#lastTurn = this.#now();
      const next = this.#next();
      if (next) void this.#show(...next);
      this.#takeTurn();
    });
  }

  #nextTurnMs(): number | undefined {
    // a little more than the share: no second, wherever it begins, sees one request too many
    const share = Math.ceil(1_000 / this.#parts.perSecond) + 1;
    const gap = Math.max(0, this.#lastTurn + share - this.#now());
    if (this.#waiting.size > 0) return Math.max(gap, this.#pausedUntil - this.#now());
    const [oldest] = this.#shown.values();
    return oldest && Math.max(gap, oldest.at + REPEAT_AFTER_MS - this.#now());
  }

  /** Whoever has changed, else whoever would run out. Nobody is shown twice at once: the later could overtake. */
  #next(): readonly [MatrixUserId, Presence] | undefined {
    for (const [ghost, presence] of this.#waiting) {
      if (this.#inFlight.has(ghost)) continue;
      this.#waiting.delete(ghost);
      return [ghost, presence];
    }
    const [oldest] = this.#shown;
    const due = oldest && !this.#inFlight.has(oldest[0]) && this.#now() - oldest[1].at >= REPEAT_AFTER_MS;
    return due ? [oldest[0], oldest[1].presence] : undefined;
  }

  async #show(ghost: MatrixUserId, presence: Presence): Promise<void> {
    this.#inFlight.add(ghost);
    this.#shown.delete(ghost);
    try {
      await this.#parts.show(ghost, presence);
      this.#unsure.delete(ghost);
      // who is gone needs no further sign of life
      if (presence.availability !== 'offline') this.#shown.set(ghost, { presence, at: this.#now() });
    } catch (error) {
      this.#parts.log.debug({ ghost, err: error }, 'presence could not be shown');
      this.#unsure.add(ghost);
      if (!this.#waiting.has(ghost)) this.#waiting.set(ghost, presence);
      this.#pausedUntil = this.#now() + RETRY_AFTER_MS;
    }
    this.#inFlight.delete(ghost);
    this.#takeTurn();
  }

  #now(): number {
    return this.#parts.clock.now().getTime();
  }
}

function isSame(a: Presence, b: Presence): boolean {
  return a.availability === b.availability && a.label === b.label && a.message === b.message;
}
