import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setImmediate as afterOthers } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import { Secret } from '../../src/bridge/secret.ts';
import type { Database } from '../../src/store/database.ts';
import { Owner, type OwnerOptions } from '../../src/store/owner.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { openStore } from '../../src/store/store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startPostgres, type RunningPostgres } from '../support/postgres.ts';
import { storeContract } from './contract.ts';
import { text } from '../../src/bridge/events.ts';
import type { EventId } from '../../src/bridge/ids.ts';
import { ALICE, benchOn, contact, fromMatrix, fromRemote, KEY, NETWORK, seed, START } from './harness.ts';

let postgres: RunningPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});

const opened: Database[] = [];
const troubles: unknown[] = [];

async function open(url: string): Promise<Database> {
  return openPostgres({ type: 'postgres', url: new Secret(url) }, (error) => troubles.push(error));
}

/** A line to the server that can be cut so that what we say gets through and no answer does. */
async function lineTo(target: string): Promise<{ url: string; cut(): void; mend(): void; close(): Promise<void> }> {
  let isCut = false;
  const { hostname, port } = new URL(target);
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => (isCut ? near.destroy() : near.write(bytes)));
    near.on('close', () => far.end()).on('error', () => undefined);
    far.on('close', () => near.destroy()).on('error', () => undefined);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    cut: () => void (isCut = true),
    mend: () => void (isCut = false),
    close: async () => void (await once(server.close(), 'close')),
  };
}

describe('PostgreSQL', () => {
  let url: string;
  storeContract({
    open: async () => {
      url = await postgres.createDatabase();
      return open(url);
    },
    openAfterCrash: async () => {
      const database = await open(url);
      opened.push(database);
      return database;
    },
    close: async () => {
      for (const database of opened.splice(0)) await database.close();
    },
  });
});

test('plans made while the tables are empty still use the right index when they are full', async () => {
  const url = await postgres.createDatabase();
  const bench = await benchOn(
    await openPostgres({ type: 'postgres', url: new Secret(url), connections: 1 }, () => undefined),
  );
  const { journal, sessions } = bench.store;
  await bench.query('vacuum analyze'); // the planner knows that they are empty
  const lease = await sessions.put(NETWORK, ALICE, seed());
  await sessions.saveRoster(lease, [contact('Carol')], START);
  await sessions.saveContact(lease, contact('Dave'));
  await journal.accept([fromMatrix('$1')]);
  await journal.accept([fromMatrix('$1')]);
  await journal.accept([fromMatrix('$2'), fromMatrix('$3')]);
  const head = await journal.next('lane');
  const seq = head?.type === 'waiting' ? head.row.seq : 0;
  await journal.intend(seq, [text('one')], 0, 1);
  await journal.settlePiece(seq, 0, 'accepted');
  await journal.finish(seq, { type: 'done' });
  await journal.told(seq);
  await journal.missing(['$1' as EventId]);
  await bench.store.sweep(START);

  const prepared = await bench.query<{ name: string; arguments: number }>(
    `select name, cardinality(parameter_types) as arguments from pg_prepared_statements
     where name not in ('', 'lanes') order by name`,
  );
  expect(prepared.map(({ name }) => name)).toEqual([
    'accept',
    'accept_one',
    'change_contacts',
    'finish',
    'forget',
    'forget_pairs',
    'intend',
    'lanes_of',
    'missing',
    'next',
    'replace_roster',
    'settle',
    'sweep',
    'told',
  ]);
  for (const { name, arguments: count } of prepared) {
    const values = Array.from({ length: count }, () => 'null').join(', ');
    const [plan] = await bench.query(`explain (format json) execute ${name}(${values})`);
    expect({ name, wholeTables: scansOf(plan).filter(readsWholeTable) }).toEqual({ name, wholeTables: [] });
  }
  await bench.store.close();
});

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Cond'?: string;
  readonly 'Index Name'?: string;
}

/** Every node of a plan. */
function scansOf(plan: unknown): readonly PlanNode[] {
  if (typeof plan !== 'object' || plan === null) return [];
  const below = Object.values(plan).flatMap(scansOf);
  return 'Node Type' in plan ? [plan as PlanNode, ...below] : below;
}

function readsWholeTable(node: PlanNode): boolean {
  if (node['Node Type'] === 'Seq Scan') return true;
  return /Index (Only )?Scan/.test(node['Node Type']) && node['Index Cond'] === undefined;
}

describe('a database', () => {
  /** Fifty times as fast as the world. */
  const clock = { after: (ms: number, callback: () => void) => afterward(ms / 50, callback) };
  const owners: Owner[] = [];
  afterEach(async () => {
    for (const owner of owners.splice(0)) await owner.release();
  });

  async function take(url: string, more: Partial<OwnerOptions> = {}): Promise<Owner> {
    const owner = await Owner.take({
      url: new Secret(url),
      clock,
      onWait: () => undefined,
      onLost: () => undefined,
      ...more,
    });
    owners.push(owner);
    return owner;
  }

  test('is one process’s: a second one says so and does not begin', async () => {
    const url = await postgres.createDatabase();
    await take(url);
    let waited = 0;
    await expect(take(url, { onWait: () => (waited += 1) })).rejects.toMatchObject({
      code: 'database',
      retriable: false,
      message: expect.stringContaining('Another process') as string,
    });
    expect(waited).toBe(1);
    await take(await postgres.createDatabase()); // another one is free
  });

  test('is waited for while the process before is ending', async () => {
    const url = await postgres.createDatabase();
    const first = await take(url);
    const second = take(url, { onWait: () => void first.release() });
    await expect(second).resolves.toBeInstanceOf(Owner);
  });

  test('is the same process’s again after it went away and came back', async () => {
    const url = await postgres.createDatabase();
    const lost: unknown[] = [];
    await take(url, { onLost: (error) => lost.push(error) });
    await postgres.kill9();
    await postgres.restart();
    await expect.poll(async () => locksIn(url)).toBe(1);
    await expect(take(url)).rejects.toMatchObject({ message: expect.stringContaining('Another process') as string });
    expect(lost).toEqual([]);
  });

  test('that another process has taken meanwhile is lost to the first', async () => {
    const url = await postgres.createDatabase();
    const lost: BridgeError[] = [];
    const looks: (() => void)[] = [];
    const held = { after: (_ms: number, look: () => void) => (looks.push(look), () => undefined) };
    await take(url, { clock: held, onLost: (error) => lost.push(error) });
    await postgres.kill9();
    await expect.poll(() => looks.length).toBe(1);
    await postgres.restart();
    await take(url);
    looks[0]?.();
    await expect.poll(() => lost.length).toBe(1);
  });
});

async function locksIn(url: string): Promise<number | undefined> {
  const database = await open(url);
  const { rows } = await database.run<{ n: number }>(
    {
      name: '',
      text: `select count(*)::integer as n from pg_locks l join pg_database d on d.oid = l.database
        where l.locktype = 'advisory' and l.granted and d.datname = current_database()`,
    },
    [],
  );
  await database.close();
  return rows[0]?.n;
}

function afterward(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

describe('PostgreSQL that goes away', () => {
  const AWAY = { code: 'database', retriable: true };

  test('is a retriable error while it lasts; then everything works again and nothing committed is lost', async () => {
    const bench = await benchOn(await open(await postgres.createDatabase()));
    const { journal, sessions } = bench.store;
    const lease = await sessions.put(NETWORK, ALICE, seed());
    const committed: string[] = [];
    let count = 0;
    const writing = new AbortController();
    const failures: unknown[] = [];
    const writers = Array.from({ length: 20 }, async () => {
      while (!writing.signal.aborted) {
        const id = `r${count++}`;
        await journal.append(fromRemote(id)).then(
          () => committed.push(id),
          async (error: unknown) => {
            failures.push(error);
            await afterOthers(); // who fails at once would leave no turn to anybody
          },
        );
      }
    });
    // Transactions hold a connection while they wait: its death must not end the process.
    const killed = Promise.withResolvers<void>();
    let held = 0;
    const holders = Promise.allSettled(
      Array.from({ length: 3 }, async () =>
        bench.database.kysely.transaction().execute(async (db) => {
          await db.selectFrom('session').selectAll().execute();
          held += 1;
          await killed.promise;
          return db.selectFrom('session').selectAll().execute();
        }),
      ),
    );
    await expect.poll(() => held === 3 && committed.length > 100).toBe(true);
    await postgres.kill9();
    killed.resolve();
    // A busy connection of the dead server may still answer once or twice.
    const probe = async (): Promise<string> => journal.append(fromRemote(`p${count++}`)).then(() => 'up', String);
    await expect.poll(probe).toContain('does not answer');
    await expect(bench.store.ready()).rejects.toMatchObject(AWAY);
    await expect(journal.accept([fromMatrix('$1')])).rejects.toMatchObject(AWAY);
    await expect(journal.next('lane')).rejects.toMatchObject(AWAY);
    await expect(sessions.nextEpoch(lease)).rejects.toMatchObject(AWAY);
    await expect(sessions.put(NETWORK, ALICE, seed())).rejects.toMatchObject(AWAY);
    for (const result of await holders) expect(result.status).toBe('rejected');

    await postgres.restart();
    await expect(journal.accept([fromMatrix('$1', 'other')])).resolves.toEqual(['other']);
    await expect(sessions.nextEpoch(lease)).resolves.toBeGreaterThan(0);
    const before = committed.length;
    await expect.poll(() => committed.length - before).toBeGreaterThan(100);
    writing.abort();
    await Promise.all(writers);
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.filter((error) => !(error instanceof BridgeError && error.retriable))).toEqual([]);

    const rows = await bench.query<{ id: string }>(`select external_id as id from inbox where source = 'remote'`);
    const kept = new Set(rows.map((row) => row.id));
    expect(committed.filter((id) => !kept.has(id))).toEqual([]);
    await bench.store.close();
  });

  test('a commit whose answer was lost is told at the repetition', async () => {
    const line = await lineTo(await postgres.createDatabase());
    const bench = await benchOn(await open(line.url));
    const { journal } = bench.store;
    await journal.accept([fromMatrix('$1', 'a')]);
    line.cut();
    await expect(journal.accept([fromMatrix('$2', 'b')])).rejects.toMatchObject(AWAY);
    line.mend();
    expect(await bench.query('select external_id from inbox order by seq')).toHaveLength(2);
    await expect(journal.accept([fromMatrix('$2', 'b')])).resolves.toEqual(['b']);
    await expect(journal.accept([fromMatrix('$1', 'a')])).resolves.toEqual(['a']);
    await bench.store.close();
    await line.close();
  });

  test('at start is said in a sentence, without the password', async () => {
    const config = { key: KEY, owner: 'x', clock: new FakeClock(), onTrouble: () => undefined };
    const nobody = 'postgres://bridge:hunter2@127.0.0.1:1/bridge';
    const refused = openStore({ ...config, database: { type: 'postgres', url: new Secret(nobody) } });
    await expect(refused).rejects.toMatchObject({
      ...AWAY,
      message: expect.stringContaining('nobody listens at that address') as string,
    });
    const url = new URL(postgres.url());
    url.password = 'hunter2';
    const wrong = openStore({ ...config, database: { type: 'postgres', url: new Secret(url.href) } });
    const error = await wrong.catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'database',
      retriable: false,
      message: expect.stringContaining('refused the user or the password') as string,
    });
    expect(String(error)).not.toContain('hunter2');
  });
});
