// What a network leaves to its users: switched by a command of its name, and kept with the login.

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

const chosen = (): string[] => [...core.client('alice').chosen];

test('is off at first, is switched, and says how it is', async () => {
  expect(chosen()).toEqual([]);
  await core.say(ALICE, commands, 'roof');
  await core.hears(commands, /^It rains in\.$/);
  await core.say(ALICE, commands, 'roof ON');
  await core.hears(commands, /^It is dry\.$/);
  expect(chosen()).toEqual(['roof']);
  await core.say(ALICE, commands, 'roof off');
  await core.until(() => chosen().length === 0);
  await core.say(ALICE, commands, 'roof perhaps');
  await core.hears(commands, /^Say “roof on” or “roof off”\.$/);
});

test('is the same after a restart, and after another sign-in', async () => {
  await core.say(ALICE, commands, 'roof on');
  await core.hears(commands, /^It is dry\.$/);
  const before = core.client('alice');
  await core.close();
  await core.start();
  await core.until(() => core.client('alice') !== before);
  expect(chosen()).toEqual(['roof']);
  await core.signedInAgain(ALICE, 'alice', commands);
  expect(chosen()).toEqual(['roof']);
});

test('stands in the help', async () => {
  await core.say(ALICE, commands, 'help');
  await core.hears(commands, /roof \[on\|off\] – puts a roof on the cave, for example roof on/);
});
