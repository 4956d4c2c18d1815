// Brings the tables up to date at start, and refuses a database that is ahead of this program.

import { sql, type Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { BridgeError } from '../bridge/errors.ts';
import * as first from '../../migrations/0001-first.ts';
import * as spaces from '../../migrations/0002-spaces-and-choices.ts';
import * as requests from '../../migrations/0003-contact-requests.ts';
import * as participants from '../../migrations/0004-participants.ts';
import * as networkState from '../../migrations/0005-network-state.ts';
import * as requestStates from '../../migrations/0006-request-states.ts';
import * as ownProfile from '../../migrations/0007-own-profile.ts';
import * as privateNames from '../../migrations/0008-private-names.ts';
import * as telling from '../../migrations/0009-what-is-told.ts';
import * as networkChoices from '../../migrations/0010-network-choices.ts';
import * as roomsCounted from '../../migrations/0011-rooms-counted.ts';
import * as retries from '../../migrations/0012-retries.ts';
import * as outages from '../../migrations/0013-outages.ts';
import * as pairsByAge from '../../migrations/0014-pairs-by-age.ts';
import type { Database } from './database.ts';

/** In order of their names. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first': first,
  '0002-spaces-and-choices': spaces,
  '0003-contact-requests': requests,
  '0004-participants': participants,
  '0005-network-state': networkState,
  '0006-request-states': requestStates,
  '0007-own-profile': ownProfile,
  '0008-private-names': privateNames,
  '0009-what-is-told': telling,
  '0010-network-choices': networkChoices,
  '0011-rooms-counted': roomsCounted,
  '0012-retries': retries,
  '0013-outages': outages,
  '0014-pairs-by-age': pairsByAge,
};

/** The migrations that were carried out just now. */
export async function migrate(database: Database): Promise<readonly string[]> {
  const db = database.kysely as unknown as Kysely<unknown>;
  const ahead = (await executed(db)).filter((name) => !Object.hasOwn(MIGRATIONS, name));
  if (ahead.length > 0) {
    throw new BridgeError(
      'database',
      `The database was made by a newer version of this program (it has ${ahead.join(', ')}). Start that version.`,
    );
  }
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) {
    if (error instanceof BridgeError && error.retriable) throw error;
    const failed = results.find((result) => result.status === 'Error')?.migrationName;
    throw new BridgeError('database', `The database could not be brought up to date${failed ? ` (${failed})` : ''}.`, {
      cause: error,
    });
  }
  return results.filter((result) => result.status === 'Success').map((result) => result.migrationName);
}

async function executed(db: Kysely<unknown>): Promise<readonly string[]> {
  const table = await sql<{ there: boolean }>`select to_regclass('kysely_migration') is not null as there`.execute(db);
  if (table.rows[0]?.there !== true) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map((row) => row.name);
}
