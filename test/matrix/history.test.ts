import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EventId, MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { MatrixSide } from '../../src/matrix/matrix.ts';
import type { Person } from '../support/homeserver/person.ts';
import { bobOf, portalSpec, Stage } from './side.ts';

let stage: Stage;
let side: MatrixSide;
let alice: Person;
let room: RoomId;

beforeEach(async () => {
  stage = await Stage.set();
  side = await stage.startMatrix();
  await side.checkHomeserver();
  alice = await stage.homeserver.createUser('alice');
  const bob = bobOf(side);
  await side.ensureGhost(bob, 'Bob');
  room = await side.createPortalRoom(portalSpec(alice.id as MatrixUserId, [bob]));
  await alice.join(room);
});
afterEach(async () => stage[Symbol.asyncDispose]());

const LONG_AGO = new Date(0);

test('a message is read as it would have been pushed', async () => {
  const id = await alice.say(room, { msgtype: 'm.emote', body: 'waves' });
  expect(await side.read(room, id as EventId)).toMatchObject({
    type: 'message',
    id,
    sender: alice.id,
    content: { emote: true, runs: [{ text: 'waves' }] },
  });
});

test('what is no message, not there, or not for the bot to see, is none', async () => {
  const picture = await alice.say(room, { msgtype: 'm.image', body: 'p.png', url: 'mxc://x/y' });
  const deleted = await alice.say(room, 'oops');
  await alice.redact(room, deleted);
  for (const id of [picture, deleted, '$nothing']) expect(await side.read(room, id as EventId)).toBeUndefined();
  const secret = await alice.createRoom();
  const id = await alice.say(secret, 'secret');
  expect(await side.read(secret as RoomId, id as EventId)).toBeUndefined();
  stage.homeserver.faults.add({ path: '/event/', times: 9 }, { type: 'refuse', status: 500 });
  await expect(side.read(room, id as EventId)).rejects.toMatchObject({ retriable: true });
});

test('what people said lately is found, the oldest first, over several pages', async () => {
  for (let count = 0; count < 230; count++) await alice.say(room, `${count}`);
  await stage.say(side, room, bobOf(side), 'from the network');
  const { said, isCutOff } = await side.recent(room, LONG_AGO);
  expect(isCutOff).toBe(false);
  expect(said.map((event) => event.type === 'message' && event.content.runs[0]?.text)).toEqual(
    Array.from({ length: 230 }, (_, count) => `${count}`),
  );
});

test('what was said before is left out', async () => {
  await alice.say(room, 'before');
  const since = new Date(Date.now() + 60_000);
  expect(await side.recent(room, since)).toEqual({ said: [], isCutOff: false });
  expect(stage.homeserver.log.filter(({ path }) => path.endsWith('/messages'))).toHaveLength(1);
});

test('of more than is looked through the newest is found, and that there is more', async () => {
  for (let count = 0; count < 1_010; count++) await alice.say(room, `${count}`);
  const { said, isCutOff } = await side.recent(room, LONG_AGO);
  expect(said).toHaveLength(1_000);
  expect(said.at(-1)).toMatchObject({ content: { runs: [{ text: '1009' }] } });
  expect(isCutOff).toBe(true);
});

test('a room that the bot is not in is gone', async () => {
  await side.leave(room, side.bot);
  await side.abandon(room);
  const stranger = await alice.createRoom();
  await expect(side.recent(stranger as RoomId, LONG_AGO)).rejects.toMatchObject({ retriable: false });
});
