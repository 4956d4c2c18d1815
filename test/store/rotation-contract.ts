// What every store promises when a new key comes first: everything is sealed with it by and by, while logins and people go on,
// and then the older key is not needed.

import { expect, test } from 'vitest';
import { Secret } from '../../src/bridge/secret.ts';
import type { SessionRecord } from '../../src/bridge/store.ts';
import type { Database } from '../../src/store/database.ts';
import type { KeySource } from '../../src/store/keys.ts';
import { storeOn, type OpenStore } from '../../src/store/store.ts';
import { ALICE, type Bench, fromMatrix, NETWORK, seed, START } from './harness.ts';

const base64 = (filling: number): string => Buffer.alloc(32, filling).toString('base64');
const ring = (...keys: readonly number[]): KeySource => ({
  type: 'value',
  name: 'TEST_KEY',
  value: new Secret(keys.map(base64).join(' ')),
});
/** More than are sealed anew at once, and no multiple of that. */
const LOGINS = 120;

const ticket = (value: string) => ({ protocol: 'V12', ticket: { value: new Secret(value), expiresAt: START } });

export function rotationContract(bench: () => Bench): void {
  const openWith = async (key: KeySource, database: Database = bench().database): Promise<OpenStore> =>
    storeOn(database, { key, owner: 'process-1', clock: bench().clock });

  async function filled(): Promise<readonly SessionRecord[]> {
    const { sessions, journal } = await openWith(ring(1));
    const records: SessionRecord[] = [];
    for (let count = 0; count < LOGINS; count++) {
      const record = await sessions.put(NETWORK, ALICE, seed(`p${count}@example.com`));
      if (count % 2 === 0) await sessions.remember(record, ticket(`ticket ${count}`));
      records.push(record);
    }
    await journal.accept([{ ...fromMatrix('$waiting', 'waiting', 'an old answer'), secret: true }]);
    return records;
  }

  /** Until nothing is left; how many times it was asked. */
  async function finish(store: OpenStore): Promise<number> {
    let times = 0;
    while ((await store.reseal()) > 0) times += 1;
    return times;
  }

  test('with one key there is nothing to do', async () => {
    await filled();
    const store = await openWith(ring(1));
    expect(store.olderKeys).toBe(0);
    expect(await store.reseal()).toBe(0);
  });

  test('while logins come and change, all is sealed with the new key; the older one can go', async () => {
    const records = await filled();
    const store = await openWith(ring(2, 1));
    expect(store.olderKeys).toBe(1);
    let done = false;
    const rotation = finish(store).finally(() => (done = true));
    const busy = async (from: number): Promise<void> => {
      for (let count = from; count < LOGINS; count += 4) {
        const address = `p${count}@example.com`;
        await store.sessions.put(NETWORK, ALICE, { ...seed(address), password: new Secret(`new ${count}`) });
        await store.sessions.remember(records[count]!, ticket(`new ticket ${count}`));
        await store.journal.accept([{ ...fromMatrix(`$${count}`, `lane ${count}`, `said ${count}`), secret: true }]);
      }
    };
    await Promise.all([rotation, busy(1), busy(2)]);
    expect(done).toBe(true);
    expect(await rotation).toBeGreaterThan(2);
    expect(await finish(store)).toBe(0);

    const after = await openWith(ring(2));
    const kept = new Map((await after.sessions.claimAll()).map((record) => [record.address, record]));
    expect(kept.size).toBe(LOGINS);
    for (let count = 0; count < LOGINS; count++) {
      const record = kept.get(`p${count}@example.com`);
      const isChanged = count % 4 === 1 || count % 4 === 2;
      const wanted = isChanged
        ? [`new ${count}`, `new ticket ${count}`]
        : [`password of p${count}@example.com`, count % 2 === 0 ? `ticket ${count}` : undefined];
      expect([record?.password.reveal(), record?.memory?.ticket?.value.reveal()]).toEqual(wanted);
    }
    for (const [lane, id, words] of [
      ['waiting', '$waiting', 'an old answer'],
      ['lane 5', '$5', 'said 5'],
    ] as const)
      expect(await after.journal.next(lane)).toMatchObject({ row: { event: fromMatrix(id, lane, words).event } });
    await expect(openWith(ring(1))).rejects.toThrow(/is not the one/);
  });

  test('what is written between the look and the sealing stays as it was written', async () => {
    const [record] = await filled();
    const { database } = bench();
    const plain = await openWith(ring(2, 1));
    const between: Database = {
      ...database,
      run: async (statement, values) => {
        if (statement.name === 'reseal-session-ticket') await plain.sessions.remember(record!, ticket('newer'));
        return database.run(statement, values);
      },
    };
    await finish(await openWith(ring(2, 1), between));
    const [first] = (await plain.sessions.claimAll()).filter(({ id }) => id === record?.id);
    expect(first?.memory?.ticket?.value.reveal()).toBe('newer');
    await expect(openWith(ring(2))).resolves.toBeDefined();
  });

  test('before all is sealed anew the older key may not go', async () => {
    await filled();
    await (await openWith(ring(2, 1))).reseal();
    await expect(openWith(ring(2))).rejects.toThrow(/add it behind the new one/);
    await expect(openWith(ring(3, 2, 1))).resolves.toMatchObject({ olderKeys: 2 });
  });
}
