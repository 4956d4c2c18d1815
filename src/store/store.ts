// Opens the database, brings it up to date, finds the key, and puts the parts of the store together.

import { sql } from 'kysely';
import type { Clock } from '../bridge/clock.ts';
import { type CrashPoints, NO_CRASH } from '../bridge/crash-points.ts';
import type { BridgeError } from '../bridge/errors.ts';
import type { NetworkId, ServerKey } from '../bridge/ids.ts';
import type { Store } from '../bridge/store.ts';
import { SqlChoices } from './choices.ts';
import type { Answer, Database, Statement } from './database.ts';
import { fromDatabase } from './errors.ts';
import { openEmbedded, type EmbeddedConfig } from './embedded.ts';
import { SqlJournal } from './journal.ts';
import { loadSealer, type KeySource } from './keys.ts';
import { migrate } from './migrate.ts';
import { SqlOutages } from './outages.ts';
import { SqlPortals } from './portals.ts';
import { Owner } from './owner.ts';
import { openPostgres, type PostgresConfig } from './postgres.ts';
import { SqlRequests } from './requests.ts';
import { reseal } from './reseal.ts';
import { SqlRetries } from './retries.ts';
import { SqlRooms } from './rooms.ts';
import { SqlSessions } from './sessions.ts';
import { SqlBoards, SqlSpaces } from './spaces.ts';

export type DatabaseConfig = PostgresConfig | EmbeddedConfig;

export interface StoreConfig {
  readonly database: DatabaseConfig;
  readonly key: KeySource;
  /** A name for this process that no other has, also not this one's next life. */
  readonly owner: string;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly crashPoints?: CrashPoints;
  /** Connections that broke while nobody used them: for the log, nothing is to be done. */
  readonly onTrouble: (error: unknown) => void;
  /** Told once if another process has to end first. */
  readonly onWait?: () => void;
  /** Another process has taken the database over: this one must end at once. */
  readonly onLost?: (error: BridgeError) => void;
}

export interface OpenStore extends Store {
  /** The migrations that were carried out at this start. */
  readonly migrated: readonly string[];
  /** Asks the database for a sign of life; throws if there is none. */
  ready(): Promise<void>;
  /** Whether the database holds anything that the key is needed for. */
  anythingSealed(): Promise<boolean>;
  /** How many keys are there besides the one that seals. */
  readonly olderKeys: number;
  /** Seals some of what the older keys still open anew; returns how many, and 0 when nothing is left. */
  reseal(): Promise<number>;
  /** The servers that logins of a network are on: none of them may vanish from the configuration. */
  serversInUse(network: NetworkId): Promise<readonly ServerKey[]>;
  /** Finished journal rows leave the table that everything goes through; returns how many. */
  sweep(now: Date): Promise<number>;
}

/** Throws `BridgeError('database')` with a sentence that says what the operator can do. */
export async function openStore(config: StoreConfig): Promise<OpenStore> {
  const { crashPoints = NO_CRASH, onTrouble } = config;
  const database = pointed(await openDatabase(config.database, onTrouble), crashPoints);
  let owner: Owner | undefined;
  try {
    owner = await own(config);
    const store = await storeOn(database, config);
    return {
      ...store,
      async close() {
        await store.close();
        await owner?.release();
      },
    };
  } catch (error) {
    await database.close();
    await owner?.release();
    throw error;
  }
}

/** The embedded database has a lock of its own. */
async function own({ database, clock, onWait, onLost }: StoreConfig): Promise<Owner | undefined> {
  if (database.type === 'embedded') return undefined;
  const options = {
    url: database.url,
    clock,
    onWait: onWait ?? (() => undefined),
    onLost: onLost ?? (() => undefined),
  };
  try {
    return await Owner.take(options);
  } catch (error) {
    throw fromDatabase(error);
  }
}

export async function openDatabase(config: DatabaseConfig, onTrouble: (error: unknown) => void): Promise<Database> {
  return config.type === 'postgres' ? openPostgres(config, onTrouble) : openEmbedded(config, onTrouble);
}

/** Each of the journal's statements is a point: before it is asked for, and when it is committed and nobody knows. */
function pointed(database: Database, points: CrashPoints): Database {
  if (points === NO_CRASH) return database;
  return {
    ...database,
    async run<Found extends object>(statement: Statement, values: readonly unknown[]): Promise<Answer<Found>> {
      points.at(`sql ${statement.name} before`);
      const answer = await database.run<Found>(statement, values);
      points.at(`sql ${statement.name} after`);
      return answer;
    },
  };
}

/** The store on a database that is open already; closes it with itself. */
export async function storeOn(
  database: Database,
  config: Pick<StoreConfig, 'key' | 'owner'> & { readonly clock: Pick<Clock, 'now'> },
): Promise<OpenStore> {
  const migrated = await migrate(database);
  const sealer = await loadSealer(config.key, await sealedWith(database));
  const sessions = new SqlSessions(database, sealer, config.clock, config.owner);
  const journal = new SqlJournal(database, sealer, config.clock);
  const retries = new SqlRetries(database, config.clock);
  return {
    migrated,
    sessions,
    journal,
    retries,
    portals: new SqlPortals(database),
    rooms: new SqlRooms(database),
    requests: new SqlRequests(database),
    spaces: new SqlSpaces(database),
    boards: new SqlBoards(database),
    choices: new SqlChoices(database),
    outages: new SqlOutages(database),
    ready: async () => void (await database.run({ name: 'ready', text: 'select 1' }, [])),
    anythingSealed: async () => (await sealedWith(database)).length > 0,
    olderKeys: sealer.olderKeys,
    reseal: async () => reseal(database, sealer),
    serversInUse: async (network) => sessions.serversInUse(network),
    async sweep(now) {
      await retries.forget(now);
      return journal.sweep(now);
    },
    async close() {
      await Promise.all([sessions.idle(), journal.idle()]);
      await database.close();
    },
  };
}

/** The ids of all keys that something in the database was sealed with. */
async function sealedWith(database: Database): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct encode(substring(box from 2 for 8), 'hex') as id from (
      select password as box from session
      union all select ticket from session
      union all select sealed from inbox where state = 'waiting'
    ) boxes where box is not null`.execute(database.kysely);
  return rows.map((row) => row.id);
}
