// The door to one server, through which every sign-in of this process goes: how many a second, how many at once, and hardly
// any while the server is down. Knows the order of those who wait; not what a sign-in is.

import { Pacer } from './backoff.ts';
import type { Cancel, Clock } from './clock.ts';

/** How an attempt ended, as far as it says something of the server. */
export type Answer =
  /** It let us in, or said why not. */
  | 'answered'
  /** Not now. */
  | 'busy'
  /** It could not be reached, or does not work. */
  | 'down'
  /** It was not asked after all. */
  | 'unasked';

/** The right to make one attempt. */
export interface Turn {
  /** To be told once; what comes later does not count. */
  end(answer: Answer): void;
}

export interface Waiter {
  /** Somebody waits for the end of it: goes before all others, also to a server that is down. */
  readonly urgent: boolean;
  /** How often it has failed of late: those that failed less go first. */
  readonly failures: number;
  /** Called once, unless cancelled, and never from within `enter`. */
  readonly onTurn: (turn: Turn) => void;
}

export interface ServerGateOptions {
  readonly clock: Clock;
  /** Attempts that may begin in a second, and the same number at once after a pause. */
  readonly perSecond: number;
}

/** Attempts that may be under way, once the server has shown that it can take them. */
const MOST_AT_ONCE = 50;
const FIRST_AT_ONCE = 4;
/** After so long without an answer the server has to show it anew. */
const STALE_MS = 10_000;
/** So many failures in a row are the server's. */
const FAILURES = 3;
const PROBE_MS = 1_000;
const LONGEST_JITTER_MS = 30_000;

export class ServerGate {
  readonly #clock: Clock;
  readonly #pacer: Pacer;
  readonly #waiting: Waiter[] = [];
  #underWay = 0;
  /** How many may be under way: grows with each answer, halves with each failure. */
  #atOnce = FIRST_AT_ONCE;
  #answeredAt = 0;
  #failures = 0;
  /** Of a server that is down: how often it was asked in vain. */
  #probes: number | undefined;
  #probing = 0;
  /** Until then it is not asked again. */
  #rest: Cancel | undefined;
  #timer: Cancel | undefined;

  constructor({ clock, perSecond }: ServerGateOptions) {
    this.#clock = clock;
    this.#pacer = new Pacer(clock, { perSecond, burst: Math.max(1, perSecond) });
  }

  /** One attempt at a time is made to find out whether that is still so. */
  get isDown(): boolean {
    return this.#probes !== undefined;
  }

  enter(waiter: Waiter): Cancel {
    const after = this.#waiting.findLastIndex((other) => !isBefore(waiter, other));
    this.#waiting.splice(after + 1, 0, waiter);
    this.#look();
    return () => {
      const at = this.#waiting.indexOf(waiter);
      if (at >= 0) this.#waiting.splice(at, 1);
      this.#look();
    };
  }

  /** Sets the timer for whoever is next. */
  #look(): void {
    this.#timer?.();
    this.#timer = undefined;
    const [first] = this.#waiting;
    const wait = first && this.#waitOf(first);
    if (wait !== undefined) this.#timer = this.#clock.after(wait, () => this.#begin());
  }

  /** Milliseconds until it may begin; undefined: not before something else ends. */
  #waitOf({ urgent }: Waiter): number | undefined {
    const { waitMs } = this.#pacer;
    if (urgent) return this.#underWay < MOST_AT_ONCE ? waitMs : undefined;
    if (this.isDown) return this.#probing === 0 && !this.#rest ? waitMs : undefined;
    const isStale = this.#underWay === 0 && this.#now - this.#answeredAt > STALE_MS;
    if (isStale) this.#atOnce = Math.min(this.#atOnce, FIRST_AT_ONCE);
    return this.#underWay < this.#atOnce ? waitMs : undefined;
  }

  #begin(): void {
    const [first] = this.#waiting;
    if (first && this.#waitOf(first) === 0) {
      this.#waiting.shift();
      this.#pacer.turn();
      first.onTurn(this.#turn());
    }
    this.#look();
  }

  #turn(): Turn {
    const isProbe = this.isDown;
    let ended = false;
    this.#underWay += 1;
    if (isProbe) this.#probing += 1;
    return {
      end: (answer) => {
        if (ended) return;
        ended = true;
        this.#underWay -= 1;
        if (isProbe) this.#probing -= 1;
        this.#learn(answer, isProbe);
        this.#look();
      },
    };
  }

  #learn(answer: Answer, wasProbe: boolean): void {
    if (answer === 'unasked') return;
    if (answer === 'answered') this.#atOnce = Math.min(MOST_AT_ONCE, this.#atOnce + 1);
    else this.#atOnce = Math.max(1, Math.floor(this.#atOnce / 2));
    if (answer === 'down') return this.#noteFailure(wasProbe);
    this.#answeredAt = this.#now;
    this.#failures = 0;
    this.#probes = undefined;
    this.#rest?.();
    this.#rest = undefined;
  }

  #noteFailure(wasProbe: boolean): void {
    this.#failures += 1;
    if (this.#failures < FAILURES || (this.isDown && !wasProbe)) return;
    this.#probes = this.#probes === undefined ? 0 : this.#probes + 1;
    const jitterMs = this.#clock.random() * Math.min(LONGEST_JITTER_MS, PROBE_MS * 2 ** Math.min(this.#probes, 20));
    this.#rest?.();
    this.#rest = this.#clock.after(PROBE_MS + Math.ceil(jitterMs), () => {
      this.#rest = undefined;
      this.#look();
    });
  }

  get #now(): number {
    return this.#clock.now().getTime();
  }
}

function isBefore(one: Waiter, other: Waiter): boolean {
  if (one.urgent !== other.urgent) return one.urgent;
  return one.failures < other.failures;
}
