// The machine's clock and dice, for everybody who is handed a `Clock`.

import type { Clock } from './bridge/clock.ts';

export const systemClock: Clock = {
  now: () => new Date(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
