// The rooms in which people give commands: who has them, and how people are found again.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { Database } from '../../src/store/database.ts';
import { Core, openDatabase } from './core.ts';

const ALICE = '@alice:hs.test' as MatrixUserId;
const MALLORY = '@mallory:hs.test' as MatrixUserId;

let database: Database;
let core: Core;
let commands: RoomId;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(async () => database.close());
beforeEach(async () => {
  core = await Core.open(database);
  commands = await core.commandRoom(ALICE);
});

/** The rooms that the bot made for commands. */
function made(): readonly RoomId[] {
  return core.matrix.rooms.filter((room) => room !== commands);
}

test('a room for commands may change hands, and talks are not inherited', async () => {
  await core.say(ALICE, commands, 'login');
  await core.hears(commands, /Your name/);
  core.matrix.put(commands, core.matrix.bot, 'out');
  core.matrix.put(commands, ALICE, 'out');
  core.matrix.put(commands, MALLORY, 'joined');
  await core.member(commands, core.matrix.bot, 'invite', MALLORY);
  await core.until(() => core.texts(commands).filter((one) => one.startsWith('Hello!')).length === 2);
  await core.say(MALLORY, commands, 'mallory');
  await core.hears(commands, /I do not know that/);
});

test('an encrypted room does not take the place of the one that works', async () => {
  await core.signedIn(ALICE, 'alice', commands);
  const secret = core.matrix.make([[ALICE, 'joined']]);
  core.matrix.look(secret).privacy = { encrypted: true, open: false };
  await core.member(secret, core.matrix.bot, 'invite', ALICE);
  await core.until(() => core.matrix.look(secret).members.get(core.matrix.bot) === 'out');
  expect(core.texts(secret)).toEqual([
    'I cannot read encrypted messages: please start a chat with me that has encryption switched off.',
  ]);
  core.client('alice').refuse();
  await core.hears(commands, /does not want you/);
  await core.say(ALICE, commands, 'status');
  await core.hears(commands, /not let in, and not trying again/);
});

test.each([
  ['login alice cave', /Please send “login” alone/],
  ['login\ncave', /Please send “login” alone/],
  ['relogin alice cave', /Please send “relogin” and your address alone/],
])('a password that nobody asked for is removed at once: %j', async (words, answer) => {
  const said = await core.say(ALICE, commands, words);
  await core.hears(commands, answer);
  expect(core.matrix.redacted).toEqual([said]);
});

test('“relogin” with an address alone is no secret', async () => {
  await core.signedIn(ALICE, 'alice', commands);
  const before = core.matrix.redacted.length;
  await core.say(ALICE, commands, 'relogin alice');
  await core.hears(commands, /alice on Cave\. Your password/);
  expect(core.matrix.redacted).toHaveLength(before);
});

test('two sentences at once for somebody without a room for commands make one room', async () => {
  await core.signedIn(ALICE, 'alice', commands);
  await core.signedIn(ALICE, 'bert', commands);
  core.matrix.put(commands, core.matrix.bot, 'out');
  const held = core.matrix.hold('createManagementRoom');
  for (const address of ['alice', 'bert']) core.client(address).refuse();
  await held.arrived;
  await core.pass(500);
  held.release();
  await core.until(() => made().length > 0 && made().every((room) => core.texts(room).length > 0));
  await core.pass();
  expect(made()).toHaveLength(1);
  expect(core.texts(made()[0]!)).toHaveLength(2);
});

test('who left the room for commands is invited again when there is something to say', async () => {
  await core.signedIn(ALICE, 'alice', commands);
  await core.member(commands, ALICE, 'leave');
  core.client('alice').refuse();
  await core.hears(commands, /does not want you/);
  expect(core.matrix.invitations).toEqual([{ room: commands, user: ALICE }]);
  expect(made()).toEqual([]);
});

test('one command is explained by itself, and one that does not exist is said not to', async () => {
  await core.say(ALICE, commands, 'help CHAT');
  await core.hears(
    commands,
    /^chat <address> – opens the room for talking with somebody, for example chat bob@example\.com$/,
  );
  await core.say(ALICE, commands, 'help frobnicate');
  await core.hears(commands, /^There is no “frobnicate” here\. “help” shows what you can say\.$/);
  await core.say(ALICE, commands, 'help logins');
  await core.hears(commands, /^There is no “logins” here\./);
});

test('“cancel” with more words is answered, and cancels nothing', async () => {
  await core.say(ALICE, commands, 'cancel everything');
  await core.hears(commands, /^Please send “cancel” alone\.$/);
});
