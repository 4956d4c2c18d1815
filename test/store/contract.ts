// What every store promises, whatever database is below it: the start, portals, rooms. Sessions and journal are beside it.

import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ChatId, LoginId, MatrixUserId, RemoteUserId, RoomId } from '../../src/bridge/ids.ts';
import { portalText } from '../../src/bridge/ids.ts';
import type { PortalRecord } from '../../src/bridge/store.ts';
import { migrate } from '../../src/store/migrate.ts';
import { TABLES } from '../../src/store/schema.ts';
import { storeOn } from '../../src/store/store.ts';
import { ALICE, benchOn, KEY, MALLORY, NETWORK, OTHER_KEY, ROOM, seed, type Bench, type Harness } from './harness.ts';
import { choicesContract } from './choices-contract.ts';
import { journalContract } from './journal-contract.ts';
import { outagesContract } from './outages-contract.ts';
import { requestsContract } from './requests-contract.ts';
import { rotationContract } from './rotation-contract.ts';
import { sessionContract } from './session-contract.ts';

export function storeContract(harness: Harness): void {
  let bench: Bench;
  const current = (): Bench => bench;

  beforeAll(async () => {
    bench = await benchOn(await harness.open());
  }, 120_000);
  beforeEach(async () => {
    await bench.query(`truncate ${Object.keys(TABLES).join(', ')}`);
  });
  afterAll(async () => {
    await bench.store.close();
    await harness.close();
  });

  describe('start', () => {
    startContract(current);
  });
  describe('portals and rooms', () => {
    portalContract(current);
  });
  describe('sessions', () => {
    sessionContract(current);
  });
  describe('a new key', () => {
    rotationContract(current);
  });
  describe('spaces and choices', () => {
    choicesContract(current);
  });
  describe('people who ask', () => {
    requestsContract(current);
  });
  describe('outages', () => {
    outagesContract(current);
  });
  describe('journal', () => {
    journalContract(current, async () => benchOn(await harness.openAfterCrash(), 'process-2'));
  });
}

function startContract(bench: () => Bench): void {
  test('the table types are what the database has', async () => {
    const rows = await bench().query<{ table_name: string; column_name: string; type: string }>(
      `select table_name, column_name, data_type || case when is_nullable = 'YES' then '?' else '' end as type
       from information_schema.columns where table_schema = 'public' and table_name not like 'kysely%'`,
    );
    const found: Record<string, Record<string, string>> = {};
    for (const { table_name: table, column_name: column, type } of rows) (found[table] ??= {})[column] = type;
    expect(found).toEqual(TABLES);
  });

  test('a second start has nothing to migrate', async () => {
    const files = await readdir(new URL('../../migrations', import.meta.url));
    expect(bench().store.migrated).toEqual(files.map((file) => file.replace(/\.ts$/, '')).toSorted());
    expect(await migrate(bench().database)).toEqual([]);
  });

  test('a database that a newer version made is refused', async () => {
    await bench().query(`insert into kysely_migration (name, timestamp) values ('9999-later', '')`);
    try {
      await expect(migrate(bench().database)).rejects.toThrow(/newer version .*9999-later/);
    } finally {
      await bench().query(`delete from kysely_migration where name = '9999-later'`);
    }
  });

  test('a key that does not open what is sealed stops the start, naming where it came from', async () => {
    const { store, database, clock } = bench();
    expect(await store.anythingSealed()).toBe(false);
    await store.sessions.put(NETWORK, ALICE, seed());
    expect(await store.anythingSealed()).toBe(true);
    await expect(storeOn(database, { key: OTHER_KEY, owner: 'x', clock })).rejects.toThrow(/key in TEST_KEY is not/);
    await expect(storeOn(database, { key: KEY, owner: 'x', clock })).resolves.toBeDefined();
  });

  test('answers when asked for a sign of life', async () => {
    await expect(bench().store.ready()).resolves.toBeUndefined();
  });

  test('knows the servers in use, by network', async () => {
    const { sessions } = bench().store;
    await sessions.put(NETWORK, ALICE, seed('bob@example.com', 'work'));
    await sessions.put(NETWORK, ALICE, seed('bob@example.com', 'home'));
    await sessions.put(NETWORK, ALICE, seed('eve@example.com', 'home'));
    expect(await bench().store.serversInUse(NETWORK)).toEqual(['home', 'work']);
    expect(await bench().store.serversInUse('other' as typeof NETWORK)).toEqual([]);
  });
}

function portalContract(bench: () => Bench): void {
  let login: LoginId;
  beforeEach(async () => {
    login = (await bench().store.sessions.put(NETWORK, ALICE, seed())).id;
  });

  function portal(chat: string, more: Partial<PortalRecord> = {}): PortalRecord {
    const user = `home/${chat}` as RemoteUserId;
    return { login, chat: chat as ChatId, kind: 'dm', user, name: chat, room: undefined, rooms: 0, ...more };
  }

  test('a portal is found by its key and by its room, and replaced by a later record', async () => {
    const { portals } = bench().store;
    const first = portal('carol@example.com');
    expect(await portals.find(first)).toBeUndefined();
    await portals.put(first);
    expect(await portals.find(first)).toEqual(first);
    expect(await portals.findByRoom(ROOM)).toBeUndefined();

    const later = { ...first, name: 'Carol\0', room: ROOM, rooms: 1 };
    await portals.put(later);
    expect(await portals.findByRoom(ROOM)).toEqual({ ...later, name: 'Carol\uFFFD' });

    const bob = { user: 'x/bob' as RemoteUserId, name: 'Bob\0', standing: 'away' } as const;
    const group = portal('group-1', { kind: 'group', user: undefined, participants: [bob] });
    await portals.put(group);
    expect((await portals.find(group))?.participants).toEqual([{ ...bob, name: 'Bob\uFFFD' }]);
    expect((await portals.ofLogin(login)).map(portalText)).toEqual([portalText(later), portalText(group)]);
  });

  test('a room serves one portal only', async () => {
    const { portals } = bench().store;
    await portals.put(portal('carol@example.com', { room: ROOM }));
    await expect(portals.put(portal('dave@example.com', { room: ROOM }))).rejects.toMatchObject({
      code: 'database',
      retriable: false,
    });
  });

  test('remembers management rooms both ways', async () => {
    const { rooms } = bench().store;
    expect(await rooms.managementRoom(ALICE)).toBeUndefined();
    await rooms.setManagementRoom(ALICE, ROOM);
    await rooms.setManagementRoom(ALICE, '!second:example.org' as RoomId);
    expect(await rooms.managementRoom(ALICE)).toBe('!second:example.org');
    expect(await rooms.managementUser('!second:example.org' as RoomId)).toBe(ALICE);
    expect(await rooms.managementUser(ROOM)).toBeUndefined();
    await rooms.setManagementRoom(MALLORY, ROOM);
    expect(await rooms.managementUser(ROOM)).toBe(MALLORY);
  });

  test('a room for commands serves one user: the last who had it', async () => {
    const { rooms } = bench().store;
    await rooms.setManagementRoom(ALICE, ROOM);
    await rooms.setManagementRoom(MALLORY, ROOM);
    expect(await rooms.managementUser(ROOM)).toBe(MALLORY);
    expect(await rooms.managementRoom(ALICE)).toBeUndefined();
  });

  test('remembers what a ghost is called', async () => {
    const { rooms } = bench().store;
    const ghost = '@net_carol:example.org' as MatrixUserId;
    expect(await rooms.ghostName(ghost)).toBeUndefined();
    await rooms.setGhost(ghost, NETWORK, 'home/carol@example.com' as RemoteUserId, 'Carol');
    await rooms.setGhost(ghost, NETWORK, 'home/carol@example.com' as RemoteUserId, 'Caro');
    expect(await rooms.ghostName(ghost)).toBe('Caro');
  });
}
