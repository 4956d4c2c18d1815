// Ends lives of the bridge in every way there is, and says what came of it: a table, then `figure NAME VALUE` lines.

import { startPostgres } from '../support/postgres.ts';
import { killLives } from './rounds/kills.ts';
import { figures, misses, type Reported, table } from './report.ts';

const SHORT = { kills: 120 };
type Sizes = Record<keyof typeof SHORT, number>;
const LONG: Sizes = { kills: 1_000 };

function readSizes(words: readonly string[]): Sizes & { readonly seed: number } {
  const sizes: Sizes & { seed: number } = { ...(words.includes('long') ? LONG : SHORT), seed: 1 };
  for (const word of words) {
    const [name = '', value] = word.split('=');
    if (word === 'long' || word === 'short') continue;
    if (!(name in sizes) || !/^\d+$/u.test(value ?? ''))
      throw new Error(`“${word}” is neither short, long, nor NAME=NUMBER`);
    sizes[name as keyof typeof sizes] = Number(value);
  }
  return sizes;
}

async function main(): Promise<number> {
  const sizes = readSizes(process.argv.slice(2));
  const postgres = await startPostgres(['installed', 'npm'], { durable: true });
  const begun = Date.now();
  const progress = (line: string): void => console.error(`${((Date.now() - begun) / 1_000).toFixed(1)} s: ${line}`);
  const all: Reported[] = [];
  try {
    const { seed } = sizes;
    all.push({
      prefix: 'crash.',
      isOurs: true,
      round: await killLives({ kills: sizes.kills, seed, postgres, progress }),
    });
  } finally {
    await postgres.stop();
  }
  console.log(table(all));
  for (const line of misses(all)) console.log(line);
  for (const line of figures(all)) console.log(line);
  return misses(all).length > 0 ? 1 : 0;
}

process.exit(await main());
