import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openEmbedded } from '../../src/store/embedded.ts';
import { openStore, type StoreConfig } from '../../src/store/store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { storeContract } from './contract.ts';
import { ALICE, benchOn, fromMatrix, KEY, NETWORK, seed } from './harness.ts';
import type { Database } from '../../src/store/database.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'store-test-'));
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
});

const noTrouble = (error: unknown): void => {
  throw error;
};
const opened: Database[] = [];

describe('the embedded database', () => {
  storeContract({
    open: async () => openEmbedded({ type: 'embedded', directory: join(home, 'contract') }, noTrouble),
    // The files as they are at this moment are what a killed process leaves; the copy runs the recovery.
    openAfterCrash: async () => {
      const directory = join(home, `after-${opened.length}`);
      await cp(join(home, 'contract', 'pg'), join(directory, 'pg'), { recursive: true });
      const database = await openEmbedded({ type: 'embedded', directory }, noTrouble);
      opened.push(database);
      return database;
    },
    close: async () => {
      for (const database of opened.splice(0)) await database.close();
    },
  });
});

describe('the directory of the embedded database', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  const config = (): StoreConfig => ({
    database: { type: 'embedded', directory: join(home, 'contract') },
    key: KEY,
    owner: 'process-1',
    clock: new FakeClock(),
    onTrouble: noTrouble,
  });

  /** Another process that has the database open. */
  async function holder(): Promise<ChildProcess> {
    const script = join(import.meta.dirname, 'holder.ts');
    const child = spawn(process.execPath, [script, join(home, 'contract')], { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    await once(child.stdout, 'data');
    return child;
  }

  test('is refused while another process has it, and taken over once that one was killed', async () => {
    const child = await holder();
    await expect(openStore(config())).rejects.toThrow(`in use by process ${child.pid}`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = await openStore(config());
    await expect(openStore(config())).rejects.toThrow(`in use by process ${process.pid}`);
    await store.close();
  });

  test('a lock is dead when its process number belongs to another process now', async () => {
    await writeFile(join(home, 'contract', 'lock'), JSON.stringify({ pid: process.pid, started: 'another boot/1' }));
    const store = await openStore(config());
    await store.close();
    expect(await readdir(join(home, 'contract'))).toEqual(['pg']);
  });

  test('no file of it holds a secret', async () => {
    const database = await openEmbedded({ type: 'embedded', directory: join(home, 'contract') }, noTrouble);
    const { store } = await benchOn(database);
    await store.sessions.put(NETWORK, ALICE, seed('needle1@example.com'));
    const row = fromMatrix('$secret', 'lane', 'needle2 is the password');
    await store.journal.accept([{ ...row, secret: true }]);
    await store.journal.accept([fromMatrix('$plain', 'lane', 'needle3 is plain')]);
    await store.close();
    expect(await filesWith('password of needle1')).toEqual([]);
    expect(await filesWith('needle2')).toEqual([]);
    expect(await filesWith('needle3')).not.toEqual([]); // the search does find what is there
  });

  async function filesWith(needle: string): Promise<string[]> {
    const found: string[] = [];
    for (const entry of await readdir(join(home, 'contract'), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile() && (await readFile(path)).includes(needle)) found.push(path);
    }
    return found;
  }
});
