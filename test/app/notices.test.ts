// What a network's service has to say reaches its user once, whatever goes away meanwhile.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import type { MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { Database } from '../../src/store/database.ts';
import { Core, openDatabase } from './core.ts';

const ALICE = '@alice:hs.test' as MatrixUserId;

let database: Database;
let core: Core;
let room: RoomId;

beforeAll(async () => {
  database = await openDatabase();
});
afterAll(async () => database.close());
beforeEach(async () => {
  core = await Core.open(database);
  room = await core.signedIn(ALICE, 'alice');
});

function notices(): string[] {
  return core.texts(room).filter((text) => text.startsWith('The cave '));
}

function homeserverGoesAway(times: number): void {
  const away = (): void => {
    throw new BridgeError('homeserver', 'The homeserver does not answer.', { retriable: true });
  };
  core.matrix.before('send', away, times);
}

test('notices wait for a homeserver that is away, in their order', async () => {
  homeserverGoesAway(3);
  core.client('alice').announces('The cave floods.');
  core.client('alice').announces('The cave dries.');
  await core.until(() => notices().length === 2);
  await core.pass();
  expect(notices()).toEqual(['The cave floods.', 'The cave dries.']);
});

test('notices wait for a database that is away', async () => {
  core.outages.add('journal.append', { times: 2 });
  core.client('alice').announces('The cave floods.');
  await core.hears(room, /floods/);
});

test('a notice outlives the bridge', async () => {
  homeserverGoesAway(Number.POSITIVE_INFINITY);
  core.client('alice').announces('The cave floods.');
  await core.pass();
  expect(notices()).toEqual([]);
  await core.close();
  await core.start();
  await core.hears(room, /floods/);
  await core.pass();
  expect(notices()).toEqual(['The cave floods.']);
});

test('the same words said twice are two notices', async () => {
  for (let time = 0; time < 2; time++) core.client('alice').announces('The cave trembles.');
  await core.until(() => notices().length === 2);
});
