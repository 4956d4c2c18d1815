// A new key for what is sealed, with the whole program: put first, then alone.

import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putKeyFirst } from '../../src/store/keys.ts';
import { House, type Visitor } from './house.ts';

let house: House;
let alice: Visitor;
beforeAll(async () => {
  house = await House.build();
  alice = await house.signedIn('alice');
});
afterAll(async () => house.pullDown());

/** With the password that is sealed. */
async function comesBack(): Promise<void> {
  await expect.poll(() => alice.asks('status', /alice@example\.com/)).toMatch(/signed in with/);
}

test('a new key takes over while the bridge runs, and then the old one is not needed any more', async () => {
  await house.close();
  expect(await putKeyFirst(house.keyFile)).toBe(2);
  await house.open();
  const line = (text: string) => house.log.lines.find((one) => one.text === text);
  await expect
    .poll(() => line('everything is sealed with the first key: the others can be taken away'), { timeout: 10_000 })
    .toMatchObject({ level: 'info', fields: { olderKeys: 1 } });
  await comesBack();
  await house.close();

  const [first] = (await readFile(house.keyFile, 'utf8')).split('\n');
  await writeFile(house.keyFile, `${first}\n`);
  await house.open();
  await comesBack();
});
