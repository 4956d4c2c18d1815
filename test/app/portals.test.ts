// Chats in which something odd happens: what people are told, and where they find themselves.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import type { EventId, MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { Database } from '../../src/store/database.ts';
import { Core, openDatabase } from './core.ts';

const ALICE = '@alice:hs.test' as MatrixUserId;
const EVE = '@eve:elsewhere.test' as MatrixUserId;

let database: Database;
let core: Core;
let commands: RoomId;
let room: RoomId;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(async () => database.close());
beforeEach(async () => {
  core = await Core.open(database);
  commands = await core.signedIn(ALICE, 'alice');
  room = await core.chat('alice', 'wall');
});

async function failure(event: EventId): Promise<string> {
  await core.until(() => core.matrix.statuses.get(event)?.at(-1)?.type === 'failed');
  const status = core.matrix.statuses.get(event)?.at(-1);
  return status?.type === 'failed' ? status.sentence : '';
}

test('what waits to be sent when its account is signed out is not forgotten in silence', async () => {
  const client = core.client('alice');
  client.connect = () => undefined;
  client.drop();
  const said = await core.say(ALICE, room, 'wait for me');
  await core.until(() => core.matrix.statuses.get(said)?.[0]?.type === 'pending');
  await core.say(ALICE, commands, 'logout');
  await core.until(() => core.texts(room).some((one) => /nowhere|not delivered/.test(one)));
  const later = await core.say(ALICE, room, 'anybody?');
  await core.until(() => core.matrix.said(room).some(({ options }) => options.replyTo === later));
});

test('who is not permitted hears nothing in a room that leads nowhere, nor does the bot go into one', async () => {
  await core.say(ALICE, commands, 'logout');
  await core.hears(commands, /signed out/);
  await core.say(EVE, room, 'psst');
  const other = core.matrix.make([[ALICE, 'joined']]);
  await core.say(ALICE, other, 'just us');
  await core.pass();
  expect(core.texts(room)).toEqual(['hello']);
  expect(core.texts(other)).toEqual([]);
});

test('who leaves while their message is under way is invited again when something is said', async () => {
  const { promise, resolve } = Promise.withResolvers<'accepted'>();
  core.client('alice').send = async () => promise;
  await core.say(ALICE, room, 'slow');
  await core.member(room, ALICE, 'join');
  await core.member(room, ALICE, 'leave');
  core.client('alice').says('wall', 'come back');
  await core.hears(room, /come back/);
  expect(core.matrix.invitations).toEqual([{ room, user: ALICE }]);
  resolve('accepted');
});

test('whose permission was taken away is told so', async () => {
  await core.close();
  await core.start({});
  const said = await core.say(ALICE, room, 'am I still here?');
  expect(await failure(said)).toMatch(/not permitted/);
});

test('a message over which the bridge stumbles is told of', async () => {
  core.client('alice').send = async () => {
    throw new TypeError('oops');
  };
  expect(await failure(await core.say(ALICE, room, 'careful'))).toMatch(/^Your message may not have been delivered/);
  await core.hears(room, /may not have been delivered/);
});

test('a message that cannot be shown in Matrix is told of in the room for commands', async () => {
  core.matrix.before('send', () => {
    throw new BridgeError('homeserver', 'The homeserver refused it (M_TOO_LARGE).');
  });
  core.client('alice').says('wall', 'unspeakable');
  await core.hears(commands, /A message from wall could not be shown: The homeserver refused it/i);
});

test('a network that cannot take a message now is not asked every second', async () => {
  let asked = 0;
  core.client('alice').send = async () => {
    asked += 1;
    throw new BridgeError('network', 'The server asks us to slow down.', { retriable: true });
  };
  const said = await core.say(ALICE, room, 'hurry');
  await core.pass(60_000);
  expect(asked).toBeGreaterThan(3);
  expect(asked).toBeLessThan(10);
  expect(core.matrix.statuses.get(said)?.map(({ type }) => type)).toEqual(['pending']);
});

test('what waits is told as soon as there is nothing left to wait for', async () => {
  const client = core.client('alice');
  client.connect = () => undefined;
  client.drop();
  const said = await core.say(ALICE, room, 'wait for me');
  await core.pass(50_000);
  client.refuse();
  const start = core.clock.now().getTime();
  expect(await failure(said)).toBe('Your message was not delivered: The cave does not want you.');
  expect(core.clock.now().getTime() - start).toBeLessThan(5_000);
});

test('who leaves while the bridge looks whether they are there is missed all the same', async () => {
  await core.close();
  await core.start();
  core.matrix.put(room, ALICE, 'joined');
  await core.member(room, ALICE, 'join');
  await core.pass(300);
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const standing = core.matrix.standing.bind(core.matrix);
  core.matrix.standing = async (...args) => {
    const found = await standing(...args);
    asked.resolve();
    await answered.promise;
    return found;
  };
  core.client('alice').says('wall', 'two');
  await asked.promise;
  await core.member(room, ALICE, 'leave');
  await core.pass(300);
  answered.resolve();
  await core.hears(room, /two/);
  core.client('alice').says('wall', 'three');
  await core.hears(room, /three/);
  expect(core.matrix.invitations).toEqual([{ room, user: ALICE }]);
});
