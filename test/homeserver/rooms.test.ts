import { expect, test } from 'vitest';

import { startPair } from '../support/homeserver/fixture.ts';
import type { JsonObject } from '../support/homeserver/json.ts';

const BOT = '@msnbot:example.com';

test('a room begins with the events that Synapse begins with, in that order', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const alice = await homeserver.createUser('alice');
  const id = await appservice.room({
    preset: 'private_chat',
    name: 'Bob',
    topic: 'talk',
    room_alias_name: 'msn_1',
    is_direct: true,
    invite: [alice.id],
    initial_state: [{ type: 'm.bridge', state_key: 'msn', content: { bridgebot: BOT } }],
  });
  const room = homeserver.room(id);
  expect(room.timeline.map((event) => [event.type, event.stateKey])).toEqual([
    ['m.room.create', ''],
    ['m.room.member', BOT],
    ['m.room.power_levels', ''],
    ['m.room.canonical_alias', ''],
    ['m.room.join_rules', ''],
    ['m.room.history_visibility', ''],
    ['m.room.guest_access', ''],
    ['m.bridge', 'msn'],
    ['m.room.name', ''],
    ['m.room.topic', ''],
    ['m.room.member', alice.id],
  ]);
  expect(room.content('m.room.create')).toEqual({ room_version: '11' });
  expect(room.content('m.room.power_levels')).toMatchObject({ users: { [BOT]: 100 }, invite: 0 });
  expect(room.member(alice.id)?.content).toMatchObject({ membership: 'invite', is_direct: true });
  expect(homeserver.roomByAlias('#msn_1:example.com')).toBe(room);
  expect(id).toMatch(/^![A-Za-z0-9_-]{18}:example\.com$/);
});

test('version 10 names the creator in the content, 11 does not', async () => {
  await using pair = await startPair();
  const id = await pair.appservice.room({ room_version: '10', creation_content: { type: 'm.space' } });
  expect(pair.homeserver.room(id).content('m.room.create')).toEqual({
    room_version: '10',
    creator: BOT,
    type: 'm.space',
  });
});

test('in version 12 creators have infinite power, stand in no list, and the room id has no domain', async () => {
  await using pair = await startPair({ defaultRoomVersion: '12' });
  const { homeserver, appservice } = pair;
  const alice = await homeserver.createUser('alice');
  const id = await appservice.room({ invite: [alice.id] });
  const room = homeserver.room(id);
  expect(id).toMatch(/^![A-Za-z0-9_-]{43}$/);
  expect(room.content('m.room.power_levels')).toMatchObject({ users: {}, events: { 'm.room.tombstone': 150 } });
  expect(room.powers.of(BOT)).toBe(Infinity);
  expect(room.powers.of(alice.id)).toBe(0);
  const withCreator = { power_level_content_override: { users: { [BOT]: 9001 } } };
  expect(await appservice.v3('POST', '/createRoom', withCreator)).toMatchObject({ status: 400 });
  const levels = { ...room.content('m.room.power_levels'), users: { [BOT]: 100 } };
  expect(await appservice.v3('PUT', `/rooms/${id}/state/m.room.power_levels/`, levels)).toMatchObject({ status: 400 });
});

test('in version 12 a trusted private chat makes every invitee a creator', async () => {
  await using pair = await startPair();
  const alice = await pair.homeserver.createUser('alice');
  const id = await pair.appservice.room({ preset: 'trusted_private_chat', room_version: '12', invite: [alice.id] });
  expect(pair.homeserver.room(id).content('m.room.create')).toMatchObject({ additional_creators: [alice.id] });
  expect(pair.homeserver.room(id).powers.of(alice.id)).toBe(Infinity);
});

test.each<[string, JsonObject, string]>([
  ['an unknown version', { room_version: '99' }, 'M_UNSUPPORTED_ROOM_VERSION'],
  ['an unknown preset', { preset: 'secret_chat' }, 'M_BAD_JSON'],
  ['power levels without the creator', { power_level_content_override: { users: { '@a:b': 1 } } }, 'M_UNKNOWN'],
  ['an invitee who is no user', { invite: ['alice'] }, 'M_UNKNOWN'],
  ['an alias outside of the namespace', { room_alias_name: 'mine' }, 'M_EXCLUSIVE'],
  ['an alias with a blank', { room_alias_name: 'msn_ 1' }, 'M_UNKNOWN'],
])('refuses a room with %s', async (_, body, errcode) => {
  await using pair = await startPair();
  expect(await pair.appservice.v3('POST', '/createRoom', body)).toMatchObject({ status: 400, body: { errcode } });
});

test('an alias stands for one room, and only for its owner', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const alice = await homeserver.createUser('alice');
  const room = await appservice.room({ preset: 'public_chat', room_alias_name: 'msn_1' });
  expect(await appservice.v3('POST', '/createRoom', { room_alias_name: 'msn_1' })).toMatchObject({
    status: 400,
    body: { errcode: 'M_ROOM_IN_USE' },
  });
  await expect(alice.createRoom({ room_alias_name: 'msn_2' })).rejects.toMatchObject({ errcode: 'M_EXCLUSIVE' });
  expect(await alice.join('#msn_1:example.com')).toBe(room);
  const alias = `/directory/room/${encodeURIComponent('#msn_1:example.com')}`;
  expect(await appservice.v3('GET', alias)).toMatchObject({ body: { room_id: room } });
  expect(await appservice.v3('PUT', alias, { room_id: room })).toMatchObject({ status: 409 });
  expect(await appservice.v3('DELETE', alias)).toMatchObject({ status: 200 });
  expect(await appservice.v3('GET', alias)).toMatchObject({ status: 404 });
  expect(await appservice.v3('PUT', alias, { room_id: room })).toMatchObject({ status: 200 });
});

test('an unknown alias of the namespace is asked for', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const alice = await homeserver.createUser('alice');
  appservice.onQuestion = async () => {
    await appservice.room({ preset: 'public_chat', room_alias_name: 'msn_late' });
    return 200;
  };
  const room = await alice.join('#msn_late:example.com');
  expect(homeserver.room(room).joined).toContain(alice.id);
  expect(appservice.questions).toEqual(['/_matrix/app/v1/rooms/%23msn_late%3Aexample.com']);
});
