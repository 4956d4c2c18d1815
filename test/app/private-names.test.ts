// What one user calls somebody is for that user only: it names their room and stands in what the bot tells them, and the
// ghost, which is everybody's, never has it.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { BridgeError, type BridgeErrorCode } from '../../src/bridge/errors.ts';
import type { MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { Database } from '../../src/store/database.ts';
import { Core, openDatabase } from './core.ts';

const ALICE = '@alice:hs.test' as MatrixUserId;
const ZOE = '@zoe:hs.test' as MatrixUserId;
const WALL = '@echo_cave/wall:hs.test' as MatrixUserId;

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

test('the room is called so and the ghost is not, whatever happens meanwhile', async () => {
  const zoes = await core.signedIn(ZOE, 'zoe');
  const room = await core.chat('alice', 'wall');
  const other = await core.chat('zoe', 'wall');
  await core.say(ALICE, commands, 'rename wall My dear wall');
  await core.hears(commands, /You see wall as My dear wall\. Nobody else does\./);
  expect(core.matrix.nameOf(room)).toBe('My dear wall');

  for (const who of ['alice', 'zoe']) core.client(who).sees('wall', { name: 'Wall of stone' });
  await core.until(() => core.matrix.names.get(WALL) === 'Wall of stone');
  core.client('alice').says('wall', 'it is me');
  await core.hears(room, /it is me/);
  await core.say(ALICE, commands, 'list');
  await core.hears(commands, /My dear wall \(wall\)/);
  await core.say(ZOE, zoes, 'list');
  await core.hears(zoes, /Wall of stone \(wall\)/);
  expect(core.matrix.nameOf(other)).toBeUndefined();
  expect(core.matrix.names.get(WALL)).toBe('Wall of stone');
  expect(core.texts(zoes).join()).not.toContain('My dear');
});

test('it is there after a restart, in a room made later, and in what the bot says', async () => {
  await core.say(ALICE, commands, 'rename wall Wally');
  await core.hears(commands, /as Wally/);
  await core.close();
  await core.start();
  const room = await core.chat('alice', 'wall');
  expect(core.matrix.nameOf(room)).toBe('Wally');
  await core.say(ALICE, commands, 'notify wall on');
  await core.hears(commands, /told when Wally signs in/);
  await core.say(ALICE, commands, 'chat wall');
  await core.hears(commands, /already have a room with Wally/);
  expect([...core.matrix.names.values()]).toEqual(['Wall']);
});

test('without a name the room is called by whom it is with', async () => {
  const room = await core.chat('alice', 'wall');
  await core.say(ALICE, commands, 'rename wall Wally');
  await core.hears(commands, /as Wally/);
  await core.say(ALICE, commands, 'rename wall');
  await core.hears(commands, /wall is called again as they call themselves/);
  expect(core.matrix.nameOf(room)).toBeUndefined();
  await core.say(ALICE, commands, 'list');
  await core.hears(commands, /Wall \(wall\)/);
});

test('a name that is too long is refused, and none is asked for', async () => {
  await core.say(ALICE, commands, `rename wall ${'x'.repeat(101)}`);
  await core.hears(commands, /at most 100 characters/);
  await core.say(ALICE, commands, 'rename');
  await core.hears(commands, /Whom\?/);
  await core.say(ALICE, commands, 'list');
  await core.hears(commands, /Wall \(wall\)/);
});

test.each<[BridgeErrorCode, boolean]>([
  ['homeserver', true],
  ['room-gone', false],
])('a room that cannot be named just now (%s) has the name all the same in the end', async (code, retriable) => {
  const room = await core.chat('alice', 'wall');
  core.matrix.before('nameRoom', () => {
    if (code === 'room-gone') core.matrix.put(room, core.matrix.bot, 'out');
    throw new BridgeError(code, 'No.', { retriable });
  });
  await core.say(ALICE, commands, 'rename wall Wally');
  await core.hears(commands, /as Wally/);
  const now = code === 'room-gone' ? await core.chat('alice', 'wall') : room;
  expect(core.matrix.nameOf(now)).toBe('Wally');
});

test('a room that is being made while the name is given has it, too', async () => {
  const making = core.matrix.hold('createPortalRoom');
  core.client('alice').says('wall', 'hello');
  await making.arrived;
  await core.say(ALICE, commands, 'rename wall Wally');
  await core.pass(1_000);
  making.release();
  await core.hears(commands, /as Wally/);
  expect(core.matrix.rooms.map((room) => core.matrix.nameOf(room))).toContain('Wally');
});
