// Two ways to do the same, turn about, so that what else the machine does hits both. Knows no bench.

import { median } from '../report.ts';

export interface Compared {
  /** The median over the pairs of rounds: how fast the first way is, in terms of the second. */
  readonly ratio: number;
  /** Medians, per second. */
  readonly subject: number;
  readonly baseline: number;
}

/** A way takes the time that a round may last, and says how much it did in a second. */
export type Way = (ms: number) => Promise<number> | number;

export async function compare(
  subject: Way,
  baseline: Way,
  { pairs, ms, warmUpMs }: { readonly pairs: number; readonly ms: number; readonly warmUpMs: number },
): Promise<Compared> {
  await subject(warmUpMs);
  await baseline(warmUpMs);
  const rates: { subject: number; baseline: number }[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    // Neither is always the one that comes first.
    if (pair % 2 === 0) rates.push({ subject: await subject(ms), baseline: await baseline(ms) });
    else {
      const other = await baseline(ms);
      rates.push({ subject: await subject(ms), baseline: other });
    }
  }
  return {
    ratio: median(rates.map((one) => one.subject / one.baseline)),
    subject: median(rates.map((one) => one.subject)),
    baseline: median(rates.map((one) => one.baseline)),
  };
}

/** Does it again and again, so many beside each other, until the time is over. */
export async function atOnce(count: number, ms: number, once: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  const end = begin + ms;
  let done = 0;
  const work = async (): Promise<void> => {
    while (performance.now() < end) {
      await once();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: count }, work));
  return done / ((performance.now() - begin) / 1000);
}
