// The database goes away in the middle of something, and comes back.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { MatrixUserId } from '../../src/bridge/ids.ts';
import type { PortalRecord } from '../../src/bridge/store.ts';
import type { Database } from '../../src/store/database.ts';
import { Core, openDatabase } from './core.ts';

const ALICE = '@alice:hs.test' as MatrixUserId;

let database: Database;
let core: Core;

beforeAll(async () => {
  database = await openDatabase();
});
afterAll(async () => database.close());
beforeEach(async () => {
  core = await Core.open(database);
  await core.signedIn(ALICE, 'alice');
});

test('a room that was made but not written down is written down later, and what is said there arrives', async () => {
  const before = core.matrix.rooms.length;
  core.outages.add('portals.put', { where: ([portal]) => (portal as PortalRecord).room !== undefined, times: 2 });
  const room = await core.chat('alice', 'wall');
  expect(core.matrix.rooms).toHaveLength(before + 1);
  await core.say(ALICE, room, 'are you there?');
  await core.until(() => core.client('alice').heard.includes('are you there?'));
  await core.close();
  await core.start();
  core.client('alice').says('wall', 'after the restart');
  await core.hears(room, /after the restart/);
});

test('a piece whose intent was written without our hearing of it goes out once, and nobody doubts it', async () => {
  const room = await core.chat('alice', 'wall');
  core.outages.add('journal.intend', { when: 'after' });
  const said = await core.say(ALICE, room, 'only once');
  await core.until(() => core.matrix.statuses.has(said));
  await core.pass();
  expect(core.client('alice').heard).toEqual(['only once']);
  expect(core.matrix.statuses.get(said)?.map(({ type }) => type)).toEqual(['success']);
});

test('a piece whose outcome could not be written keeps it, and the rest follows', async () => {
  const room = await core.chat('alice', 'wall');
  core.outages.add('journal.settlePiece', { times: 2 });
  const said = await core.say(ALICE, room, 'x'.repeat(60));
  await core.until(() => core.matrix.statuses.has(said));
  await core.pass();
  expect(core.client('alice').heard).toEqual(['x'.repeat(40), 'x'.repeat(20)]);
  expect(core.matrix.statuses.get(said)?.map(({ type }) => type)).toEqual(['success']);
});
