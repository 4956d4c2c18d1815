// PostgreSQL inside this process, in a folder, for trying things out. Knows the folder and its lock; no tables.
// One connection, one process, and what it wrote last does not survive a loss of power.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import { Pool, type PoolConfig } from 'pg';
import { BridgeError } from '../bridge/errors.ts';
import { databaseOn, prepareConnection, TYPES, type Database } from './database.ts';
import { fromDatabase } from './errors.ts';
import { takeLock } from './lock.ts';

export interface EmbeddedConfig {
  readonly type: 'embedded';
  readonly directory: string;
}

/** Sized for a handful of logins: a quarter of a gigabyte instead of half a one. */
const START = [...PGlite.defaultStartParams, '-c', 'shared_buffers=8MB', '-c', 'max_connections=4'];

export async function openEmbedded(config: EmbeddedConfig, onTrouble: (error: unknown) => void): Promise<Database> {
  await mkdir(config.directory, { recursive: true, mode: 0o700 });
  const lock = await takeLock(join(config.directory, 'lock'));
  let engine: PGlite;
  try {
    engine = await PGlite.create(join(config.directory, 'pg'), { startParams: START });
  } catch (error) {
    await lock.release();
    throw new BridgeError('database', `The embedded database in ${config.directory} cannot be opened.`, {
      cause: error,
    });
  }
  const pool = new Pool({
    ...adapterOf(engine),
    max: 1, // it has one session: a second connection would mix the answers up
    connectionTimeoutMillis: 30_000,
    idleTimeoutMillis: 0,
    types: TYPES,
    onConnect: prepareConnection,
  });
  pool.on('error', (error) => onTrouble(fromDatabase(error)));
  return databaseOn(pool, async () => {
    await engine.close();
    await lock.release();
  });
}

/** The driver's types do not know that it can be handed a connection. */
function adapterOf(engine: PGlite): PoolConfig {
  const { user, connection } = createPgConfig(engine);
  return { user, connection } as PoolConfig;
}
