// One room for each key, whatever becomes of the attempts to make it.

import { beforeEach, afterEach, describe, expect, test } from 'vitest';
import type { MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { MatrixSide } from '../../src/matrix/matrix.ts';
import type { Person } from '../support/homeserver/person.ts';
import { bobOf, portalSpec, Stage } from './side.ts';

let stage: Stage;
let side: MatrixSide;
let alice: Person;
let user: MatrixUserId;

beforeEach(async () => {
  stage = await Stage.set();
  side = await stage.startMatrix();
  await side.checkHomeserver();
  alice = await stage.homeserver.createUser('alice');
  user = alice.id as MatrixUserId;
});
afterEach(async () => stage[Symbol.asyncDispose]());

const roomsOf = (): RoomId[] => stage.homeserver.rooms().map(({ id }) => id as RoomId);
const aliasOf = (room: RoomId): unknown => stage.homeserver.room(room).content('m.room.canonical_alias');

test('a room that was made is found again by its key, until it is kept', async () => {
  const spec = portalSpec(user, [bobOf(side)]);
  const room = await side.createPortalRoom(spec);
  expect(await side.createPortalRoom(spec)).toBe(room);
  expect(aliasOf(room)).toEqual({}); // clients would show it for a name
  expect(await side.isBeingMade(room)).toBe(true);
  await side.kept(spec.key);
  expect(await side.isBeingMade(room)).toBe(false);
  expect(await side.createPortalRoom(spec)).not.toBe(room);
  expect(stage.homeserver.violations).toEqual([]);
});

test('all kinds of rooms are made once', async () => {
  const kinds = [
    async () => side.createManagementRoom('management', user),
    async () => side.createFurniture({ key: 'space', kind: 'space', user, name: 'Space' }),
    async () => side.createFurniture({ key: 'board', kind: 'board', user, name: 'Board' }),
  ];
  for (const make of kinds) expect(await make()).toBe(await make());
  expect(roomsOf()).toHaveLength(3);
});

describe('a homeserver that makes the room and does not say so', () => {
  test.each([
    ['answers with 502', { type: 'fail-after-commit', status: 502 }],
    ['answers with 500', { type: 'fail-after-commit', status: 500 }],
    ['breaks off', { type: 'hang-up', when: 'after-commit' }],
  ] as const)('%s: there is one room, with everybody in it', async (_, fault) => {
    stage.homeserver.faults.add({ path: '/createRoom' }, fault);
    const spec = portalSpec(user, [bobOf(side)]);
    const first = await side.createPortalRoom(spec).catch(() => undefined);
    const room = first ?? (await side.createPortalRoom(spec));
    expect(roomsOf()).toEqual([room]);
    expect(stage.homeserver.room(room).membership(user)).toBe('invite');
    expect(stage.homeserver.room(room).membership(bobOf(side))).toBe('join');
  });
});

describe('what an earlier attempt left', () => {
  const path = '/createRoom';
  let spec: ReturnType<typeof portalSpec>;
  let half: RoomId;

  /** The homeserver ended in between: the room is there, and nobody was invited. */
  beforeEach(async () => {
    spec = portalSpec(user, []);
    half = await side.createPortalRoom(spec);
    await side.leave(half, user);
  });

  test('is waited for, and made anew when nothing more comes of it', async () => {
    await alice.leave(half);
    for (let look = 1; look < 5; look++) {
      await expect(side.createPortalRoom(spec)).rejects.toMatchObject({ code: 'homeserver', retriable: true });
    }
    const room = await side.createPortalRoom(spec);
    expect(room).not.toBe(half);
    expect(stage.homeserver.room(half).joined.has(side.bot)).toBe(false);
    expect(await side.createPortalRoom(spec)).toBe(room);
  });

  test('is gone on with when it turns out whole', async () => {
    await alice.leave(half);
    await expect(side.createPortalRoom(spec)).rejects.toMatchObject({ retriable: true });
    await side.invite(half, user);
    expect(await side.createPortalRoom(spec)).toBe(half);
  });

  test('is not gone back to when the bot is no longer in it', async () => {
    await side.abandon(half);
    const room = await side.createPortalRoom(spec);
    expect(room).not.toBe(half);
    expect(stage.homeserver.log.filter((request) => request.path.endsWith(path))).toHaveLength(3);
  });
});

test('an alias that cannot be taken away does no harm', async () => {
  const spec = portalSpec(user, []);
  await side.createPortalRoom(spec);
  stage.homeserver.faults.add({ method: 'DELETE', times: 9 }, { type: 'refuse', status: 500 });
  await side.kept(spec.key);
  expect(stage.complaints).toMatchObject([{ text: 'the alias of a new room could not be taken away' }]);
});
