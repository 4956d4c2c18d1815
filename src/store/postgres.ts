// A PostgreSQL server by its URL. Knows time-outs and the oldest version that will do; no tables.

import { Pool } from 'pg';
import { BridgeError } from '../bridge/errors.ts';
import type { Secret } from '../bridge/secret.ts';
import { databaseOn, prepareConnection, TYPES, type Database } from './database.ts';
import { codeOf, fromDatabase } from './errors.ts';

export interface PostgresConfig {
  readonly type: 'postgres';
  /** May hold a password. */
  readonly url: Secret;
  readonly connections?: number;
}

const OLDEST = 150_000;

/** @param onTrouble told of connections that broke while nobody used them. */
export async function openPostgres(config: PostgresConfig, onTrouble: (error: unknown) => void): Promise<Database> {
  const pool = new Pool({
    connectionString: config.url.reveal(),
    max: config.connections ?? 10,
    application_name: 'bridge',
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: 15_000,
    // Longer than the server's own, for a server that no longer answers at all.
    query_timeout: 20_000,
    idle_in_transaction_session_timeout: 30_000,
    types: TYPES,
    onConnect: prepareConnection,
  });
  pool.on('error', (error) => onTrouble(fromDatabase(error)));
  try {
    await checkVersion(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return databaseOn(pool, async () => undefined);
}

/** By error code: the driver's own words may quote the password's surroundings. */
const WHY = new Map([
  ['28P01', 'it refused the user or the password. Look at both in database.url.'],
  ['28000', 'it lets this user not in from here. Look at the user in database.url and at pg_hba.conf.'],
  ['3D000', 'there is no database of that name. Make it with “createdb”, or correct database.url.'],
  [
    'ECONNREFUSED',
    'nobody listens at that address. Is PostgreSQL running, and are host and port in database.url right?',
  ],
  ['ENOTFOUND', 'there is no such host. Look at database.url; in a password @ is written %40, / is %2F and # is %23.'],
  ['ERR_INVALID_URL', 'database.url cannot be read; in a password @ is written %40, / is %2F and # is %23.'],
  ['ETIMEDOUT', 'it does not answer. Look at host and port in database.url, and at firewalls.'],
]);

function whyUnusable(error: unknown): string {
  const code = codeOf(error);
  return (code !== undefined && WHY.get(code)) || `${code ?? 'it gave no reason'}. Look at database.url.`;
}

async function checkVersion(pool: Pool): Promise<void> {
  let version: number;
  try {
    const { rows } = await pool.query<{ version: number }>(
      `select current_setting('server_version_num')::int as version`,
    );
    version = rows[0]?.version ?? 0;
  } catch (error) {
    throw new BridgeError('database', `The database cannot be used: ${whyUnusable(error)}`, {
      retriable: fromDatabase(error).retriable,
      cause: error,
    });
  }
  if (version >= OLDEST) return;
  const has = Math.floor(version / 10_000);
  throw new BridgeError('database', `PostgreSQL 15 or newer is needed; this server is version ${has}.`);
}
