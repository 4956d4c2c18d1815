// Feeds every parser with inputs made of those that are known, and says what came of it: a table, then one line a figure.
// Ends with 1 if anything was found.

import { appendFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

import { closeCorpus, CORPUS, inputs } from '../hostile/corpus/corpus.ts';
import { faultsOf } from '../hostile/corpus/kind.ts';
import { loadAll } from './groups.ts';
import { judge } from './hunt.ts';
import type { Find } from './hunt.ts';
import { readWanted, share, USAGE } from './orders.ts';
import type { Wanted } from './orders.ts';
import { inPool, runGroup } from './pool.ts';
import type { Outcome } from './pool.ts';

const MOST_GROWTH_MIB = 64;
const LONGEST_LINE = 4_096;

async function main(): Promise<number> {
  const wanted = readWanted(process.argv.slice(2));
  if (wanted.replay) return replay(wanted.replay);
  const all = await loadAll();
  const counts = share([...all.values()].flat(), wanted);
  const until = Date.now() + wanted.seconds * 1_000;
  const groups = [...all].flatMap(([group, targets]) => {
    const tasks = targets
      .map(({ name }) => ({ target: name, from: 0, to: counts.get(name) ?? 0 }))
      .filter(({ to }) => to > 0);
    return tasks.length === 0 ? [] : [{ group, seed: wanted.seed, tasks, until }];
  });
  const outcomes = await inPool(groups, availableParallelism(), runGroup);
  for (const [index, outcome] of outcomes.entries()) console.log(table(groups[index]!.group, outcome));
  for (const find of outcomes.flatMap(({ finds }) => finds)) console.log(line(find, wanted));
  const hand = wanted.targets.size === 0 ? await runCorpus() : 0;
  const sum = (what: 'executions' | 'crashes' | 'hangs'): number =>
    outcomes.flatMap(({ targets }) => [...targets.values()]).reduce((total, told) => total + told[what], 0);
  const growth = Math.max(...outcomes.map(({ growthMib }) => growthMib));
  if (wanted.targets.size === 0) console.log(`figure corpus.inputs ${inputs()}`);
  for (const what of ['executions', 'crashes', 'hangs'] as const) console.log(`figure fuzz.${what} ${sum(what)}`);
  console.log(`figure fuzz.rss_growth_mib ${growth.toFixed(1)}`);
  const tally = process.env['TEST_RESULTS'];
  if (tally !== undefined) appendFileSync(`${tally}/fuzz`, results(outcomes, hand));
  return sum('crashes') + sum('hangs') + hand === 0 && growth <= MOST_GROWTH_MIB ? 0 : 1;
}

/** A line for each target, as CI counts them. */
function results(outcomes: readonly Outcome[], wrongByHand: number): string {
  const targets = outcomes.flatMap(({ targets: told }) => [...told]);
  const all: readonly (readonly [name: string, isGood: boolean])[] = [
    ...targets.map(([name, { crashes, hangs }]) => [name, crashes + hangs === 0] as const),
    ['memory', outcomes.every(({ growthMib }) => growthMib <= MOST_GROWTH_MIB)],
    ['inputs written by hand', wrongByHand === 0],
  ];
  return all.map(([name, isGood]) => `${isGood ? 'passed' : 'failed'} fuzz > ${name}\n`).join('');
}

/** The inputs written by hand; how many of the cases went wrong. */
async function runCorpus(): Promise<number> {
  let wrong = 0;
  for (const one of CORPUS) {
    const faults = await faultsOf(one);
    if (faults.length > 0) wrong += 1;
    for (const fault of faults) console.log(`${one.kind}: ${one.rule}: ${one.name}: ${fault}`);
  }
  await closeCorpus();
  return wrong;
}

async function replay({ target: name, input }: NonNullable<Wanted['replay']>): Promise<number> {
  const target = [...(await loadAll()).values()].flat().find((one) => one.name === name);
  if (target === undefined) throw new RangeError(`there is no target ${name}`);
  const fault = await judge(target, input);
  console.log(fault === undefined ? 'nothing is wrong' : `${fault.kind}: ${fault.what}`);
  return fault === undefined ? 0 : 1;
}

function table(group: string, { targets, growthMib }: Outcome): string {
  const rows = [...targets].map(([name, { executions, crashes, hangs, ms }]) => {
    const found = crashes + hangs === 0 ? '' : `   ${crashes} crashes, ${hangs} hangs`;
    return `  ${name.padEnd(36)}${String(executions).padStart(10)}${`${((ms * 1_000) / executions).toFixed(0)} µs`.padStart(10)}${found}`;
  });
  return `${group} (${growthMib.toFixed(1)} MiB kept)\n${rows.join('\n')}\n`;
}

/** What brings it back. */
function line({ kind, target, number, input, what }: Find, { seed }: Wanted): string {
  const base64 = input && Buffer.from(input).toString('base64');
  const again =
    base64 === undefined || base64.length > LONGEST_LINE
      ? `seed=${seed} ${target}=${number + 1}   # the last of them`
      : `replay=${target}:${base64}`;
  return `${kind} in ${target}: ${what.split('\n').slice(0, 12).join('\n  ')}\n  npm run test:fuzz -- ${again}\n`;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  console.error(`${error.message}\n${USAGE}`);
  process.exitCode = 2;
}
