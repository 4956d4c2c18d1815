import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

async function sandbox(environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const main = resolve(import.meta.dirname, '../sandbox/main.ts');
  const child = spawn(process.execPath, ['--disable-warning=DEP0060', main, '--once'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const code = await new Promise<number | null>((done) => child.once('close', done));
  expect(said).toMatch(/Bob: +Hi! I am Bob[\s\S]*you: +Hello Bob[\s\S]*Bob: +You said: Hello Bob/);
  expect(said).toMatch(/homeserver +http:\/\/127\.0\.0\.1:\d+[\s\S]*user +you[\s\S]*password/);
  expect(said).not.toContain('you:       sandbox');
  expect(code).toBe(0);
  return said;
}

test('the sandbox shows a conversation both ways, and says how to join in', async () => {
  expect(await sandbox()).toMatch(/homeserver +\S+ +\(Synapse [\d.]+\)/);
});

test('where no program but Node is to be found a double takes Synapse’s place, and that is said', async () => {
  const nothing = await mkdtemp(join(tmpdir(), 'bridge-no-programs-'));
  const said = await sandbox({ PATH: nothing });
  await rm(nothing, { recursive: true });
  expect(said).toMatch(/Synapse needs Python, and python3 could not be run[\s\S]*it is not a real homeserver/);
  expect(said).toMatch(/homeserver +\S+ +\(a homeserver double\)/);
});
