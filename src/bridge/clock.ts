// Time and chance, handed in: nobody else may ask the machine for either.

export interface Clock {
  now(): Date;
  /** Calls back once after `ms` milliseconds, unless cancelled. Does not keep the process alive. */
  after(ms: number, callback: () => void): Cancel;
  /** A number in [0, 1), for jitter only. */
  random(): number;
}

export type Cancel = () => void;
