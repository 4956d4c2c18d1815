// Ends lives of the bridge in every way there is, and says what came of it: a table, then `figure NAME VALUE` lines.

import { appendFileSync } from 'node:fs';
import { seeded } from '../msnp/support/random.ts';
import { startPostgres } from '../support/postgres.ts';
import { forgetWhatWasDone } from './rounds/forgetful.ts';
import { killLives } from './rounds/kills.ts';
import { killDatabases } from './rounds/outages.ts';
import { killPeer } from './rounds/peers.ts';
import { stopLives } from './rounds/stops.ts';
import { Plans } from './plans.ts';
import { FIRST, startedWith } from './priority.ts';
import { figures, merged, misses, type Reported, results, type Round, table } from './report.ts';
import { isOver, type RoundOptions } from './stage.ts';

/**
 * How often each kind of trouble comes; `peers`: kills of each peer. `seconds`: a slow machine makes less trouble than that in
 * its time, and the figures say how much; 0 gives it all the time in the world.
 */
const SHORT = { kills: 110, stops: 8, lapses: 400, outages: 5, peers: 12, seed: 1, seconds: 220 };
type Sizes = Record<keyof typeof SHORT, number>;
const LONG: Sizes = { kills: 1_000, stops: 200, lapses: 10_000, outages: 100, peers: 100, seed: 1, seconds: 0 };
const NOTHING: Sizes = { kills: 0, stops: 0, lapses: 0, outages: 0, peers: 0, seed: 1, seconds: 0 };

type Kind = Exclude<keyof Sizes, 'seed' | 'seconds'>;
const SHARE_OF_TIME: Readonly<Record<Kind, number>> = {
  kills: 0.66,
  stops: 0.08,
  lapses: 0.08,
  outages: 0.08,
  peers: 0.05,
};
/** In one world, which grows with each newcomer. Lapses need no newcomers. */
const MOST_OF_A_WORLD: Partial<Sizes> = { kills: 100, stops: 100, outages: 50 };

const USAGE = `Usage: npm run test:crash -- [short | long | only] [${Object.keys(SHORT).join('=N] [')}=N]
  “only” does nothing but what is named, for example: npm run test:crash -- only kills=20`;

function readSizes(words: readonly string[]): Sizes {
  const sizes = { ...(words.includes('only') ? NOTHING : words.includes('long') ? LONG : SHORT) };
  for (const word of words) {
    const [name = '', value] = word.split('=');
    if (['long', 'short', 'only'].includes(word)) continue;
    if (!Object.hasOwn(sizes, name) || !/^\d+$/u.test(value ?? ''))
      throw new Error(`“${word}” is not understood.\n${USAGE}`);
    sizes[name as keyof Sizes] = Number(value);
  }
  return sizes;
}

type Play = (count: number, options: RoundOptions) => Promise<Round>;

type Trouble = Omit<Reported, 'round'> & { readonly kind: Kind; readonly play: Play };

const troubles = (plans: Plans): readonly Trouble[] => [
  {
    kind: 'kills',
    prefix: 'crash.',
    isOurs: true,
    play: async (kills, more) => killLives({ kills, plans, ...more }),
  },
  { kind: 'stops', prefix: 'crash.sigterm.', isOurs: true, play: async (stops, more) => stopLives({ stops, ...more }) },
  {
    kind: 'lapses',
    prefix: 'crash.forgetful.',
    isOurs: true,
    play: async (lapses, more) => forgetWhatWasDone({ lapses, ...more }),
  },
  {
    kind: 'outages',
    prefix: 'crash.postgres.',
    isOurs: true,
    play: async (outages, more) => killDatabases({ outages, ...more }),
  },
  ...(['botsdk', 'bridge'] as const).map((peer) => ({
    kind: 'peers' as const,
    prefix: `peer.${peer}.crash.`,
    isOurs: false,
    play: async (kills: number, more: RoundOptions): Promise<Round> => killPeer({ peer, kills, ...more }),
  })),
];

async function main(): Promise<number> {
  const sizes = readSizes(process.argv.slice(2));
  const postgres = await startedWith(FIRST, async () => startPostgres(['installed', 'npm'], { durable: true }));
  const begun = Date.now();
  const all: Reported[] = [];
  /** Rounds of ours that did not come to their end. */
  const broken: string[] = [];
  try {
    for (const { kind, prefix, isOurs, play } of troubles(new Plans(seeded(sizes.seed)))) {
      const rounds: Round[] = [];
      const seconds = SHARE_OF_TIME[kind] * (sizes.seconds || Infinity);
      const until = Date.now() + seconds * 1_000;
      const most = MOST_OF_A_WORLD[kind] ?? Infinity;
      for (let done = 0; done < sizes[kind] && !isOver(until); done += most) {
        const progress = (line: string): void => {
          console.error(`${((Date.now() - begun) / 1_000).toFixed(1)} s, ${prefix}${kind}: ${line}`);
        };
        const seed = sizes.seed + rounds.length;
        try {
          const round = await play(Math.min(most, sizes[kind] - done), { seed, postgres, until, progress });
          rounds.push(round);
          for (const line of misses([{ prefix, isOurs, round }])) progress(line);
        } catch (error) {
          console.error(error);
          if (isOurs) broken.push(`${prefix}${kind} did not come to its end: ${String(error).split('\n')[0]}`);
          break;
        }
      }
      if (rounds.length > 0) all.push({ prefix, isOurs, round: merged(rounds) });
    }
  } finally {
    await postgres.stop();
  }
  console.log(table(all));
  for (const line of [...broken, ...misses(all), ...figures(all)]) console.log(line);
  if (process.env['TEST_RESULTS'] !== undefined)
    appendFileSync(
      `${process.env['TEST_RESULTS']}/crash`,
      [...results(all), ...broken.map((line) => `failed test/crash > ${line}`)].map((line) => `${line}\n`).join(''),
    );
  return broken.length + misses(all).length > 0 ? 1 : 0;
}

process.exit(
  await main().catch((error: unknown) => {
    console.error(error);
    return 2;
  }),
);
