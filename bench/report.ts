// What a bench gives back and how it is shown: lines for people, figures for programs. Knows no bench.

import type { DurablePostgres } from './support/durable-postgres.ts';

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: '' | 'ms' | 'MiB';
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number };
}

export interface Report {
  readonly figures: readonly Figure[];
  /** What stands behind the figures, for people. */
  readonly notes: readonly string[];
}

export interface Surroundings {
  /** Started at the first call, the same one for all. */
  readonly postgres: () => Promise<DurablePostgres>;
}

export type Bench = (surroundings: Surroundings) => Promise<Report>;

export function table({ figures, notes }: Report): string {
  const rows = figures.map((figure) => {
    const unit = figure.unit === '' ? '' : ` ${figure.unit}`;
    return [figure.name, `${format(figure.value)}${unit}`, goalOf(figure), verdictOf(figure)];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
  return [...lines, ...notes.map((note) => `    ${note}`)].join('\n');
}

export function figureLine({ name, value }: Figure): string {
  return `figure ${name} ${format(value)}`;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function format(value: number): string {
  return value.toFixed(value >= 1000 ? 0 : 2);
}

function goalOf({ goal }: Figure): string {
  if (goal === undefined) return '';
  return 'atLeast' in goal ? `(goal: at least ${goal.atLeast})` : `(goal: at most ${goal.atMost})`;
}

function verdictOf({ value, goal }: Figure): string {
  if (goal === undefined) return '';
  return ('atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost) ? 'met' : 'MISSED';
}
