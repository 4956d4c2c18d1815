// One PostgreSQL for all files of a test project: started before them, ended after them. Test files find it by the
// environment, as they would find one of yours.

import { startPostgres } from './postgres.ts';

export async function setup(): Promise<() => Promise<void>> {
  if (process.env['TEST_POSTGRES_URL'] !== undefined) return async () => undefined;
  const postgres = await startPostgres();
  process.env['TEST_POSTGRES_URL'] = postgres.url();
  return async () => {
    delete process.env['TEST_POSTGRES_URL'];
    await postgres.stop();
  };
}
