import { defineConfig } from 'vitest/config';

// CI counts tests by the reports that each run leaves in this folder.
const reports = process.env['TEST_REPORTS'];

export default defineConfig({
  test: {
    reporters: ['default', ...(reports === undefined ? [] : ['json' as const])],
    ...(reports !== undefined && { outputFile: { json: `${reports}/${process.pid}.json` } }),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/app/**', 'test/store/postgres*.test.ts'],
          isolate: false,
          testTimeout: 20_000,
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
