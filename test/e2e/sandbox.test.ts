import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

test('the sandbox shows a conversation both ways, and says how to join in', async () => {
  const main = resolve(import.meta.dirname, '../sandbox/main.ts');
  const child = spawn(process.execPath, ['--disable-warning=DEP0060', main, '--once'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const code = await new Promise<number | null>((done) => child.once('close', done));
  expect(said).toMatch(/Bob: +Hi! I am Bob[\s\S]*you: +Hello Bob[\s\S]*Bob: +You said: Hello Bob/);
  expect(said).toMatch(/homeserver +http:\/\/127\.0\.0\.1:\d+[\s\S]*user +you[\s\S]*password/);
  expect(said).not.toContain('you:       sandbox');
  expect(code).toBe(0);
});
