import { defineConfig } from 'vitest/config';
import { ABILITIES, AbilityTable } from './test/reports/ability-table.ts';
import { Tally } from './test/reports/tally.ts';
import { PERSON_DIALECTS } from './test/support/msn-person/habits.ts';

// CI counts tests by the lines that each run leaves in this folder.
const results = process.env['TEST_RESULTS'];
const server = process.env['MSN_HOST'] === undefined ? 'the double' : `the server at ${process.env['MSN_HOST']}`;

export default defineConfig({
  test: {
    reporters: [
      'default',
      new AbilityTable(PERSON_DIALECTS, `What was done with ${server}:`),
      ...(results === undefined ? [] : [new Tally(`${results}/${process.pid}`)]),
    ],
    // whoever waits for something is patient: a machine may be busy
    expect: { poll: { timeout: 20_000 } },
    tags: [...PERSON_DIALECTS, ...ABILITIES].map((name) => ({ name })),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/app/**', 'test/store/postgres*.test.ts'],
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        // The whole program between both doubles, on a real PostgreSQL.
        extends: true,
        test: {
          name: 'app',
          include: ['test/app/**/*.test.ts'],
          globalSetup: 'test/support/postgres-once.ts',
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        // Real PostgreSQL, real Synapse, child processes: one file at a time, each in a process of its own.
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/store/postgres*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
