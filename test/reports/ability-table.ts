// A table of protocol versions and what could be done in them, from how the tests with their tags ended. Knows tags and
// outcomes; no test.

import type { Reporter, TestModule } from 'vitest/node';

/** What a test with one of these tags shows that the bridge can do. */
export const ABILITIES = ['sign-in', 'roster', 'presence', 'chat', 'group', 'add', 'block', 'rename'] as const;

export interface Outcome {
  readonly tags: readonly string[];
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
}

/** A row for each version that a test was to run in. A cell says `passed` only if all of its tests ran and passed. */
export function abilityTable(versions: readonly string[], outcomes: readonly Outcome[]): string[] {
  const rows = versions.flatMap((version) => {
    const own = outcomes.filter(({ tags }) => tags.includes(version));
    const cells = ABILITIES.map((ability) => cell(own.filter(({ tags }) => tags.includes(ability))));
    return own.length === 0 ? [] : [[version, ...cells]];
  });
  if (rows.length === 0) return [];
  const table = [['', ...ABILITIES], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

function cell(outcomes: readonly Outcome[]): string {
  const count = (state: Outcome['state']): number => outcomes.filter((outcome) => outcome.state === state).length;
  if (count('failed') > 0) return 'failed';
  const passed = count('passed');
  if (passed === 0) return 'not run';
  return passed === outcomes.length ? 'passed' : `${passed} of ${outcomes.length}`;
}

/** Prints the table after a run. */
export class AbilityTable implements Reporter {
  readonly #versions: readonly string[];
  readonly #title: string;
  readonly #print: (text: string) => void;

  constructor(versions: readonly string[], title: string, print: (text: string) => void = console.log) {
    this.#versions = versions;
    this.#title = title;
    this.#print = print;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const outcomes = modules.flatMap((module) =>
      [...module.children.allTests()].map((test): Outcome => ({ tags: test.tags, state: test.result().state })),
    );
    const lines = abilityTable(this.#versions, outcomes);
    if (lines.length > 0)
      this.#print(['', this.#title, '', ...lines, ''].map((line) => `  ${line}`.trimEnd()).join('\n'));
  }
}
