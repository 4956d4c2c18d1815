// One way to the database for both kinds of it: a pool and Kysely on top. Knows connections; not what the tables mean.

import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import { types, type ClientBase, type CustomTypesConfig, type Pool, type PoolClient } from 'pg';
import { databaseAway, fromDatabase } from './errors.ts';
import type { Schema } from './schema.ts';

/** Prepared once on each connection, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export interface Answer<Row> {
  readonly rows: readonly Row[];
  /** How many rows were read or written. */
  readonly count: number;
}

/** Everything thrown is a `BridgeError`. */
export interface Database {
  readonly kysely: Kysely<Schema>;
  run<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Answer<Row>>;
  close(): Promise<void>;
}

export function databaseOn(pool: Pool, afterClose: () => Promise<void>): Database {
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: lender(pool) }) });
  return {
    kysely,
    async run<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Answer<Row>> {
      const client = await acquire(pool);
      let broken = false;
      try {
        const result = await client.query<Row>({ ...statement, values: [...values] });
        return { rows: result.rows, count: result.rowCount ?? 0 };
      } catch (error) {
        const ours = fromDatabase(error);
        broken = ours.retriable;
        throw ours;
      } finally {
        client.release(broken);
      }
    },
    async close() {
      await pool.end();
      await afterClose();
    },
  };
}

/**
 * Settings of every connection. Committed means written down, also where the server's default is laxer. Statements are
 * planned once, not at each use, and so perhaps while a table is empty: plans that read a table from end to end are priced
 * out, and with them the compiler that such prices would call.
 */
const SETTINGS = `
  select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off';
  set enable_seqscan = off; set jit = off; set plan_cache_mode = force_generic_plan`;

/** For the pool's `onConnect`, which waits for it, whatever its type says. */
export const prepareConnection = (async (client: ClientBase) => {
  // One that breaks while it is lent out tells its query and this listener; without one, Node would end the process.
  client.on('error', () => undefined);
  await client.query(SETTINGS);
}) as (client: ClientBase) => void;

const INT8 = types.builtins.INT8;

/** What the driver leaves as text and we read as a number. */
export const TYPES: CustomTypesConfig = {
  getTypeParser: ((...[type, format]: Parameters<typeof types.getTypeParser>): unknown =>
    type === INT8 ? Number : types.getTypeParser(type, format)) as typeof types.getTypeParser,
};

/** Whatever keeps us from connecting is not the fault of what was to be done: that waits. */
async function acquire(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw databaseAway(error);
  }
}

/** The pool as Kysely sees it: errors are ours, and a connection on which the database was away is not lent again. */
function lender(pool: Pool): PostgresPool {
  return {
    options: pool.options,
    async connect(): Promise<PostgresPoolClient> {
      return lend(await acquire(pool));
    },
    async end() {
      // The pool is ended by the one who made it.
    },
  };
}

function lend(client: PoolClient): PostgresPoolClient {
  let broken = false;
  const query = async (sql: string, values: readonly unknown[]): Promise<unknown> => {
    try {
      return await client.query(sql, [...values]);
    } catch (error) {
      const ours = fromDatabase(error);
      broken ||= ours.retriable;
      throw ours;
    }
  };
  return {
    query: query as PostgresPoolClient['query'],
    release: (destroy?: boolean) => client.release(broken || (destroy ?? false)),
  };
}
