// Runs the benches: all of them, or those named. Tables for people first, then one line a figure: `figure NAME VALUE`.

import { type Bench, figureLine, type Report, type Surroundings, table } from './report.ts';
import { type DurablePostgres, startDurablePostgres } from './support/durable-postgres.ts';

/** Loaded when it is their turn: what one bench brings into the process is not to weigh on another. */
const BENCHES = new Map<string, () => Promise<Bench>>([
  ['parse', async () => (await import('./parse.ts')).parse],
  ['roster', async () => (await import('./roster.ts')).roster],
  ['presence', async () => (await import('./presence.ts')).presence],
  ['intake', async () => (await import('./intake.ts')).intake],
  ['send', async () => (await import('./send.ts')).send],
  ['latency', async () => (await import('./latency.ts')).latency],
  ['rss', async () => (await import('./rss.ts')).rss],
]);

/** A bench that hangs must not hang whoever waits for it. */
const LIMIT_MS = 300_000;

async function main(): Promise<void> {
  const names = process.argv.length > 2 ? process.argv.slice(2) : [...BENCHES.keys()];
  const unknown = names.filter((name) => !BENCHES.has(name));
  if (unknown.length > 0) {
    throw new Error(`there is no bench ${unknown.join(', ')}; there are ${[...BENCHES.keys()].join(', ')}`);
  }
  let server: Promise<DurablePostgres> | undefined;
  const surroundings: Surroundings = { postgres: () => (server ??= startDurablePostgres()) };
  try {
    const reports: Report[] = [];
    for (const name of names) {
      const bench = await BENCHES.get(name)!();
      const report = await bench(surroundings);
      console.log(`${name}\n${table(report)}\n`);
      reports.push(report);
    }
    for (const figure of reports.flatMap(({ figures }) => figures)) console.log(figureLine(figure));
  } finally {
    await (await server)?.stop();
  }
}

setTimeout(() => {
  console.error(`the benches took longer than ${LIMIT_MS / 1000} s`);
  process.exit(1);
}, LIMIT_MS).unref();

await main();
