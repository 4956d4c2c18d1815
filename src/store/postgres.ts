// A PostgreSQL server by its URL. Knows time-outs and the oldest version that will do; no tables.

import { Pool } from 'pg';
import { BridgeError } from '../bridge/errors.ts';
import { databaseOn, prepareConnection, TYPES, type Database } from './database.ts';
import { codeOf, fromDatabase } from './errors.ts';

export interface PostgresConfig {
  readonly type: 'postgres';
  /** May hold a password: never logged, never part of a sentence. */
  readonly url: string;
  readonly connections?: number;
}

const OLDEST = 150_000;

/** @param onTrouble told of connections that broke while nobody used them. */
export async function openPostgres(config: PostgresConfig, onTrouble: (error: unknown) => void): Promise<Database> {
  const pool = new Pool({
    connectionString: config.url,
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

async function checkVersion(pool: Pool): Promise<void> {
  let version: number;
  try {
    const { rows } = await pool.query<{ version: number }>(
      `select current_setting('server_version_num')::int as version`,
    );
    version = rows[0]?.version ?? 0;
  } catch (error) {
    const reason = codeOf(error) ?? (error instanceof Error ? error.message : 'unknown error');
    throw new BridgeError('database', `The database cannot be used: ${reason}. Look at its address and password.`, {
      retriable: fromDatabase(error).retriable,
      cause: error,
    });
  }
  if (version >= OLDEST) return;
  const has = Math.floor(version / 10_000);
  throw new BridgeError('database', `PostgreSQL 15 or newer is needed; this server is version ${has}.`);
}
