import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { databaseOn } from '../../src/store/database.ts';

test('what keeps us from connecting is nobody’s fault: all waits until it is mended', async () => {
  const refused = Object.assign(new Error('password authentication failed'), { code: '28P01' });
  const pool = { options: {}, connect: async () => Promise.reject(refused), end: async () => undefined };
  const database = databaseOn(pool as unknown as Pool, async () => undefined);
  const away = { code: 'database', retriable: true, cause: refused };
  await expect(database.run({ name: '', text: 'select 1' }, [])).rejects.toMatchObject(away);
  await expect(database.kysely.selectFrom('session').selectAll().execute()).rejects.toMatchObject(away);
});
