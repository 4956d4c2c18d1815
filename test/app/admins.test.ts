// What those see who look after the bridge: how it is doing, and every account of it.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { Database } from '../../src/store/database.ts';
import { Core, openDatabase } from './core.ts';

const ADMIN = '@admin:hs.test' as MatrixUserId;
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
  await core.close();
  await core.start({ 'hs.test': 'user', [ADMIN]: 'admin' });
  commands = await core.commandRoom(ADMIN);
});

test('“status” tells an administrator of the accounts of all, and of what waits', async () => {
  await core.signedIn(ALICE, 'alice');
  await core.signedIn('@bert:hs.test' as MatrixUserId, 'bert');
  core.client('bert').refuse();
  await core.settled();
  await core.say(ADMIN, commands, 'status');
  await core.hears(
    commands,
    /^You are not signed in anywhere yet.*\nThe bridge is up since \d{4}-.* UTC\.\nAccounts: 2 \(1 signed in; 1 not let in, and not trying again\)\.\nNothing waits\.$/,
  );
});

test('what waits is counted, with the age of the oldest', async () => {
  await core.signedIn(ALICE, 'alice');
  const chat = await core.chat('alice', 'wall');
  await core.settled();
  core.client('alice').drop(3_600_000);
  const since = core.clock.now().toISOString().slice(0, 16).replace('T', ' ');
  await core.say(ALICE, chat, 'one');
  await core.say(ALICE, chat, 'two');
  await core.say(ADMIN, commands, 'status');
  await core.hears(commands, /\nWaiting: 2, the oldest since .* UTC\.$/);
  expect(core.texts(commands).join('\n')).toContain(`Waiting: 2, the oldest since ${since} UTC.`);
});

test('“logins” shows every account, and those of whom a part of the name is said', async () => {
  await core.say(ADMIN, commands, 'logins');
  await core.hears(commands, /^There are no such accounts\.$/);
  await core.signedIn(ALICE, 'alice');
  await core.signedIn('@bert:hs.test' as MatrixUserId, 'bert');
  await core.say(ADMIN, commands, 'logins');
  await core.hears(commands, /^@alice:hs\.test – alice on Cave: signed in.*\n@bert:hs\.test – bert on Cave: signed in/);
  await core.say(ADMIN, commands, 'logins BERT');
  await core.hears(commands, /^@bert:hs\.test – bert on Cave: signed in/);
});

test('nobody else is shown any of it', async () => {
  const own = await core.signedIn(ALICE, 'alice');
  await core.say(ALICE, own, 'logins');
  await core.hears(own, /^Only those who look after this bridge may say that\.$/);
  await core.say(ALICE, own, 'status');
  await core.hears(own, /^alice on Cave: signed in/);
  await core.say(ALICE, own, 'help');
  await core.hears(own, /^What you can say here:/);
  expect(core.texts(own).filter((one) => /The bridge is up|logins/.test(one))).toEqual([]);
  await core.say(ADMIN, commands, 'help');
  await core.hears(commands, /logins \[part of a name\]/);
});
