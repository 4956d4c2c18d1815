import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { abilityTable } from './ability-table.ts';

const ROOT = resolve(import.meta.dirname, '../..');

test('a version can do what all of its tests have shown, and nothing else', () => {
  const outcomes = [
    { tags: ['MSNP2', 'chat'], state: 'passed' },
    { tags: ['MSNP2', 'chat', 'group'], state: 'passed' },
    { tags: ['MSNP2', 'group'], state: 'skipped' },
    { tags: ['MSNP2', 'add'], state: 'skipped' },
    { tags: ['MSNP2', 'block'], state: 'pending' },
    { tags: ['MSNP3', 'chat'], state: 'failed' },
    { tags: ['MSNP3', 'chat'], state: 'passed' },
    { tags: ['roster'], state: 'passed' },
  ] as const;
  expect(abilityTable(['MSNP2', 'MSNP3', 'MSNP4'], outcomes).map((line) => line.split(/ {2,}/))).toEqual([
    ['', 'sign-in', 'roster', 'presence', 'chat', 'group', 'add', 'block', 'rename'],
    ['MSNP2', 'not run', 'not run', 'not run', 'passed', '1 of 2', 'not run', 'not run', 'not run'],
    ['MSNP3', 'not run', 'not run', 'not run', 'failed', 'not run', 'not run', 'not run', 'not run'],
  ]);
});

test('a run is told of as it was: what passed, failed, was left out, could not begin, and was killed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tally-'));
  const file = join(directory, 'tally');
  const config = join(import.meta.dirname, 'fixture/vitest.config.ts');
  const vitest = spawn(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--config', config], {
    cwd: ROOT,
    env: { ...process.env, TALLY_FILE: file, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  vitest.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const code = await new Promise<number | null>((done) => vitest.once('close', done));
  expect(code).toBe(1);
  expect(
    said
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/)),
  ).toEqual([
    ['Seen'],
    [''],
    ['sign-in', 'roster', 'presence', 'chat', 'group', 'add', 'block', 'rename'],
    ['MSNP8', '1 of 2', 'not run', 'not run', 'failed', 'not run', 'not run', 'not run', 'not run'],
    ['MSNP12', ...Array<string>(8).fill('not run')],
  ]);
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  await rm(directory, { recursive: true });
  expect(lines.map((line) => line.replace(/ \S*outcomes\.fixture\.ts| \[vitest-pool\].*/, ' …')).toSorted()).toEqual([
    'failed another: nothing is there',
    'failed outside of all tests: …',
    'failed … > one > fails',
    'passed … > one > passes',
    'skipped … > another > never begins',
    'skipped … > one > is left out',
  ]);
});
