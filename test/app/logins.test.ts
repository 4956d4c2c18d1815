// Logins that are signed out, replaced, or troubled, while something is under way.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { Database } from '../../src/store/database.ts';
import { Core, openDatabase } from './core.ts';

const ALICE = '@alice:hs.test' as MatrixUserId;

let database: Database;
let core: Core;
let commands: RoomId;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(async () => database.close());
beforeEach(async () => {
  core = await Core.open(database);
  commands = await core.signedIn(ALICE, 'alice');
});

test('who signs out while the database is away is signed out once it is back', async () => {
  core.outages.add('sessions.setWanted');
  core.outages.add('sessions.remove');
  await core.say(ALICE, commands, 'logout');
  await core.hears(commands, /You are signed out of alice/);
  const { rows } = await database.run({ name: '', text: 'select login from session' }, []);
  expect(rows).toEqual([]);
});

test('an account in use is nobody else’s, even before it is written down that it has signed in', async () => {
  await core.say(ALICE, commands, 'logout');
  await core.hears(commands, /You are signed out of alice/);
  core.outages.add('sessions.recordState', { times: Number.POSITIVE_INFINITY });
  await core.signedInAgain(ALICE, 'alice', commands);
  const MALLORY = '@mallory:hs.test' as MatrixUserId;
  const other = await core.commandRoom(MALLORY);
  for (const words of ['login', 'alice', 'cave']) await core.say(MALLORY, other, words);
  await core.hears(other, /Another Matrix user is signed in with this account/);
  core.outages.clear();
});

test('what comes before a sign-out is through is carried', async () => {
  const room = await core.chat('alice', 'wall');
  core.outages.add('sessions.setWanted', { times: 3 });
  await core.say(ALICE, commands, 'logout');
  await core.pass(500);
  core.client('alice').says('wall', 'wait');
  await core.hears(room, /wait/);
  await core.hears(commands, /You are signed out of alice/);
});

test('a room that was being made while its login was replaced serves the new one', async () => {
  const held = core.matrix.hold('createPortalRoom');
  const before = core.matrix.rooms.length;
  core.client('alice').says('wall', 'hello');
  await held.arrived;
  const old = core.client('alice');
  await core.signedInAgain(ALICE, 'alice', commands);
  expect(core.client('alice')).not.toBe(old);
  await core.say(ALICE, commands, 'chat wall');
  await core.pass(500);
  held.release();
  await core.hears(commands, /talk with|already have a room with/);
  expect(core.matrix.rooms).toHaveLength(before + 1);
  const room = core.matrix.rooms.at(-1)!;
  await core.hears(room, /hello/);
  await core.say(ALICE, room, 'who is this?');
  await core.until(() => core.client('alice').heard.includes('who is this?'));
});

test('what is said while a login is replaced waits for the new one', async () => {
  const room = await core.chat('alice', 'wall');
  const goodbye = Promise.withResolvers<void>();
  const old = core.client('alice');
  let isLeaving = false;
  old.disconnect = async () => {
    old.close();
    isLeaving = true;
    await goodbye.promise;
  };
  for (const words of ['login', 'alice', 'cave']) await core.say(ALICE, commands, words);
  await core.until(() => isLeaving);
  const said = await core.say(ALICE, room, 'in between');
  await core.until(() => core.matrix.statuses.has(said));
  goodbye.resolve();
  await core.until(() => core.client('alice').heard.includes('in between'));
  await core.until(() => core.matrix.statuses.get(said)?.at(-1)?.type === 'success');
});

test('an account that loses its connection again and again is given ever more time', async () => {
  core.clock.chance = 1;
  const client = core.client('alice');
  const connect = client.connect.bind(client);
  let times = 0;
  client.connect = (...attempt) => {
    times += 1;
    connect(...attempt);
    client.drop();
  };
  client.drop();
  await core.pass(20_000);
  expect(times).toBeGreaterThan(1);
  expect(times).toBeLessThan(6);
});
