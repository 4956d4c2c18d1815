// What a run has to say: a table for people, lines for programs, and whether all is as wanted. Knows numbers and names.

import { type Count, FAULTS, type Verdict } from './checker/bench.ts';

/** One kind of trouble, with everything that was seen of it. */
export interface Round {
  readonly name: string;
  readonly verdict: Verdict;
  /** How much was tried, by name. */
  readonly tried: Readonly<Record<string, number>>;
  /** How far it came, with all rounds of its kind before it. */
  readonly reach?: Readonly<Record<string, number>>;
  /** What must be 0 here besides what must be so everywhere. */
  readonly wanted?: readonly Count[];
  /** What the doubles found against the rules of their protocols. */
  readonly violations?: readonly string[];
}

/** Rounds of one kind in worlds of their own. */
export function merged(rounds: readonly Round[]): Round {
  const [first, ...others] = rounds;
  if (!first) throw new Error('there was no round');
  return others.reduce(
    (all, one): Round => ({
      ...all,
      ...(one.reach && { reach: one.reach }),
      tried: sums(all.tried, one.tried),
      verdict: {
        counts: sums(all.verdict.counts, one.verdict.counts) as Verdict['counts'],
        charges: [...all.verdict.charges, ...one.verdict.charges],
      },
      violations: [...(all.violations ?? []), ...(one.violations ?? [])],
    }),
    first,
  );
}

function sums(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(one).map(([name, value]) => [name, value + (other[name] ?? 0)]));
}

/** Before the names of its figures; `isOurs`: it has to be as wanted. */
export interface Reported {
  readonly prefix: string;
  readonly isOurs: boolean;
  readonly round: Round;
}

const COLUMNS = [
  ['said', 'm2n.said'],
  ['lost', 'm2n.lost'],
  ['doubled', 'm2n.doubled'],
  ['disorder', 'm2n.reordered'],
  ['uncertain', 'm2n.uncertain'],
  ['told failed', 'm2n.failed'],
  ['owed', 'n2m.owed'],
  ['lost', 'n2m.lost'],
  ['doubled', 'n2m.doubled'],
  ['disorder', 'n2m.reordered'],
] as const;

export function table(all: readonly Reported[]): string {
  const heads = ['', 'tried', ...COLUMNS.map(([head]) => head), 'other'];
  const rows = all.map(({ round }) => {
    const { counts } = round.verdict;
    const shown = new Set<string>(COLUMNS.map(([, name]) => name));
    const other = FAULTS.filter((name) => !shown.has(name)).reduce((sum, name) => sum + counts[name], 0);
    const [tried = 0] = Object.values(round.tried);
    return [round.name, String(tried), ...COLUMNS.map(([, name]) => String(counts[name])), String(other)];
  });
  const groups = ['', '', 'Matrix → MSN', '', '', '', '', '', 'MSN → Matrix', '', '', '', ''];
  const widths = heads.map((_, column) => Math.max(...[heads, ...rows].map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ');
  const spread = groups
    .map((cell, column) => ({ cell, at: widths.slice(0, column).reduce((sum, width) => sum + width + 2, 0) }))
    .filter(({ cell }) => cell !== '')
    .reduce((text, { cell, at }) => text.padEnd(at) + cell, '');
  return [spread, line(heads), ...rows.map(line)].join('\n');
}

export function figures(all: readonly Reported[]): string[] {
  return all.flatMap(({ prefix, round }) =>
    [...Object.entries(round.tried), ...Object.entries(round.reach ?? {}), ...Object.entries(round.verdict.counts)].map(
      ([name, value]) => `figure ${prefix}${name} ${value}`,
    ),
  );
}

/** For CI, which counts lines: each kind of trouble is one that passed or failed. */
export function results(all: readonly Reported[]): string[] {
  return all
    .filter(({ isOurs }) => isOurs)
    .map((one) => `${misses([one]).length > 0 ? 'failed' : 'passed'} test/crash > ${one.round.name}`);
}

/** A sentence for everything of ours that is not as wanted. */
export function misses(all: readonly Reported[]): string[] {
  return all
    .filter(({ isOurs }) => isOurs)
    .flatMap(({ round }) => [
      ...[...FAULTS, ...(round.wanted ?? [])]
        .filter((name) => round.verdict.counts[name] > 0)
        .map((name) => `${round.name}: ${name} is ${round.verdict.counts[name]}, wanted 0`),
      ...round.verdict.charges.map((charge) => `${round.name}: ${charge}`),
      ...(round.violations ?? []).slice(0, 5).map((violation) => `${round.name}: ${violation}`),
    ]);
}
