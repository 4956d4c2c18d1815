// What CI says at the end, however its steps end. With a stand-in for npm, in a folder that holds nothing else.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

/** What `npm ci`, `npm run check` and `npm test` do, in the language of the shell. */
interface Steps {
  readonly ci?: string;
  readonly check?: string;
  readonly test?: string;
}

const FINE = 'echo "passed a" >> "$TEST_RESULTS/1"; echo "passed b" >> "$TEST_RESULTS/2"';

async function begin({ ci = 'true', check = 'true', test: tests = FINE }: Steps) {
  const folder = await mkdtemp(join(tmpdir(), 'ci-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  await mkdir(join(folder, '.ci'));
  await mkdir(join(folder, 'bin'));
  await copyFile(resolve(import.meta.dirname, '../../.ci/run'), join(folder, '.ci/run'));
  const npm = join(folder, 'bin/npm');
  await writeFile(
    npm,
    `#!/bin/sh\ncase $1 in\nci) ${ci} ;;\nrun) case $2 in check) ${check} ;; esac ;;\ntest) ${tests} ;;\nesac\n`,
  );
  // nothing is to be installed here
  const tools = ['python3', 'initdb', 'systemd-analyze'];
  for (const name of tools) await writeFile(join(folder, 'bin', name), '#!/bin/sh\n');
  for (const name of ['npm', ...tools]) await chmod(join(folder, 'bin', name), 0o755);
  const child = spawn(join(folder, '.ci/run'), {
    env: { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH']}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const lines = (): string[] => said.trim().split('\n');
  return { child, lines, ended: once(child, 'close') as Promise<[number | null, string | null]> };
}

test.each<[string, Steps, string, number]>([
  ['all that passes', {}, '2 passed, 0 failed', 0],
  ['a test that fails', { test: `${FINE}; echo "failed c" >> "$TEST_RESULTS/1"; exit 1` }, '2 passed, 1 failed', 1],
  ['a check that fails', { check: 'exit 1' }, '2 passed, 1 failed', 1],
  ['an installation that fails', { ci: 'exit 1' }, '0 passed, 1 failed', 1],
  ['tests that cannot begin', { test: 'exit 1' }, '0 passed, 1 failed', 1],
  ['tests that are killed', { test: `${FINE}; kill -9 $$` }, '2 passed, 1 failed', 1],
  ['tests that nothing was seen of', { test: 'true' }, '0 passed, 1 failed', 1],
  ['what is left out', { test: `${FINE}; echo "skipped c" >> "$TEST_RESULTS/1"` }, '2 passed, 0 failed', 0],
])('%s', async (_, steps, last, wanted) => {
  const { lines, ended } = await begin(steps);
  const [code] = await ended;
  expect(lines().at(-1)).toBe(last);
  expect(code).toBe(wanted);
});

test('what is left out is named before the last line', async () => {
  const { lines, ended } = await begin({ test: `${FINE}; echo "skipped c" >> "$TEST_RESULTS/1"` });
  await ended;
  expect(lines().slice(-2)).toEqual(['skipped c', '2 passed, 0 failed']);
});

test('who is stopped from outside says at once how far it came', async () => {
  const { child, lines, ended } = await begin({ test: `${FINE}; echo begun; exec sleep 600` });
  while (!lines().includes('begun')) await once(child.stdout, 'data');
  child.kill('SIGTERM');
  const [code] = await ended;
  expect(lines().at(-1)).toBe('2 passed, 1 failed');
  expect(code).toBe(1);
});
