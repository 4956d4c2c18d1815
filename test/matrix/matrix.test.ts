import { describe, expect, test } from 'vitest';
import { text } from '../../src/bridge/events.ts';
import type { EventId, MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { MatrixSide } from '../../src/matrix/matrix.ts';
import type { Person } from '../support/homeserver/person.ts';
import { NETWORK, Stage, bobOf, portalSpec } from './side.ts';

interface Portal {
  readonly side: MatrixSide;
  readonly alice: Person;
  readonly user: MatrixUserId;
  readonly bob: MatrixUserId;
  readonly room: RoomId;
}

async function portal(stage: Stage): Promise<Portal> {
  const side = await stage.startMatrix();
  await side.checkHomeserver();
  const alice = await stage.homeserver.createUser('alice');
  const bob = bobOf(side);
  await side.ensureGhost(bob, 'Bob');
  const user = alice.id as MatrixUserId;
  const room = await side.createPortalRoom(portalSpec(user, [bob]));
  await alice.join(room);
  return { side, alice, user, bob, room };
}

async function failure(work: Promise<unknown>): Promise<{ code: string; retriable: boolean; message: string }> {
  try {
    await work;
  } catch (error) {
    return error as never;
  }
  throw new Error('it did not fail');
}

describe('a new portal room', () => {
  test.each(['11', '12'])('of version %s belongs to the bot and has its ghost inside', async (version) => {
    await using stage = await Stage.set({ defaultRoomVersion: version });
    const { side, user, bob, room } = await portal(stage);
    const made = stage.homeserver.room(room);
    expect([...made.joined].sort()).toEqual([side.bot, bob, user].sort());
    expect(made.version.id).toBe(version);
    const users = { ...(version !== '12' && { [side.bot]: 100 }), [user]: 25 };
    expect(made.content('m.room.power_levels')).toMatchObject({ users, invite: 25, kick: 25, ban: 100 });
    expect(made.powers.of(side.bot)).toBeGreaterThanOrEqual(100);
    expect(made.powers.toSend('m.poll.start', false)).toBe(100);
    expect(made.powers.toSend('m.reaction', false)).toBe(0); // what failed is sent again by one
    expect(made.powers.toSend('m.room.redaction', false)).toBe(0); // of what one said oneself
    expect(made.content('io.element.functional_members')).toEqual({ service_members: [side.bot] });
    expect(stage.homeserver.violations).toEqual([]);
    expect(stage.complaints).toEqual([]);
  });

  test('says where it leads, under one key of its own', async () => {
    await using stage = await Stage.set();
    const { side, room } = await portal(stage);
    const key = 'bridge://msn/server/alice%40example.org/server%2FBob%40example.org';
    const made = stage.homeserver.room(room);
    const info = made.content('m.bridge', key);
    expect(info).toMatchObject({
      bridgebot: side.bot,
      protocol: { id: 'msn', displayname: 'The Network' },
      network: { id: 'server', displayname: 'The Server' },
      channel: { id: 'server/bob@example.org', displayname: 'Bob', 'fi.mau.receiver': 'alice@example.org' },
      'com.beeper.room_type': 'dm',
    });
    expect(made.content('uk.half-shot.bridge', key)).toEqual(info);
    expect(made.content('com.beeper.room_features', key)).toMatchObject({
      reply: 1,
      thread: -2,
      edit: -2,
      delete: -2,
      reaction: -2,
      poll: -2,
    });
  });

  test('is there even if its ghost cannot come in yet', async () => {
    await using stage = await Stage.set();
    const side = await stage.startMatrix();
    await side.checkHomeserver();
    const alice = await stage.homeserver.createUser('alice');
    const bob = bobOf(side);
    stage.homeserver.faults.add({ path: '/join/', times: 9 }, { type: 'refuse', status: 500 });
    const room = await side.createPortalRoom(portalSpec(alice.id as MatrixUserId, [bob]));
    expect(stage.complaints).toMatchObject([{ level: 'warn', text: 'a ghost could not join its new room' }]);
    stage.homeserver.faults.clear();
    await stage.say(side, room, bob, 'hi');
    expect(stage.homeserver.room(room).membership(bob)).toBe('join');
  });

  test('asks for the room version once', async () => {
    await using stage = await Stage.set();
    const { side, user, bob } = await portal(stage);
    await side.createPortalRoom(portalSpec(user, [bob]));
    const asked = (): number => stage.homeserver.log.filter(({ path }) => path.endsWith('/capabilities')).length;
    expect(asked()).toBe(1);
    stage.clock.pass(3_600_000);
    await side.createPortalRoom(portalSpec(user, [bob]));
    expect(asked()).toBe(2);
  });
});

test('a management room is a direct one of bot and user', async () => {
  await using stage = await Stage.set({ defaultRoomVersion: '12' });
  const side = await stage.startMatrix();
  await side.checkHomeserver();
  const alice = await stage.homeserver.createUser('alice');
  const room = await side.createManagementRoom('management', alice.id as MatrixUserId);
  expect(stage.homeserver.room(room).member(alice.id)?.content).toMatchObject({
    membership: 'invite',
    is_direct: true,
  });
  expect(await side.standing(room, alice.id as MatrixUserId)).toBe('invited');
});

describe('ghosts', () => {
  test('speak under the name that they have where the homeserver takes no other', async () => {
    await using stage = await Stage.set();
    const side = await stage.startMatrix();
    const refusal = { type: 'refuse', status: 400, errcode: 'M_UNKNOWN' } as const;
    stage.homeserver.faults.add({ method: 'PUT', path: '/displayname', times: 2 }, refusal);
    const bob = bobOf(side);
    await side.ensureGhost(bob, 'Bob');
    await side.renameGhost(bob, 'Robert');
    const complaint = 'the homeserver does not take the name of a ghost';
    expect(stage.complaints.map((line) => line.text)).toEqual([complaint, complaint]);
    await side.renameGhost(bob, 'Bobby');
    expect(stage.homeserver.profile(bob)['displayname']).toBe('Bobby');
  });

  test('get a name, and get it again only when it is another', async () => {
    await using stage = await Stage.set();
    const side = await stage.startMatrix();
    const bob = bobOf(side);
    await side.ensureGhost(bob, 'Bob\u202e');
    await side.ensureGhost(bob, 'Bob');
    expect(stage.homeserver.profile(bob)['displayname']).toBe('Bob');
    const set = (): number =>
      stage.homeserver.log.filter(({ method, path }) => method === 'PUT' && path.includes('/profile/')).length;
    expect(set()).toBe(1);
    const again = await stage.startMatrix();
    await again.ensureGhost(bob, 'Bob');
    expect(set()).toBe(1);
    await again.ensureGhost(bob, 'Robert');
    expect(set()).toBe(2);
    await again.ensureGhost(bob, '\u0000 ');
    expect(stage.homeserver.profile(bob)['displayname']).toBe('msn_server_bob=40example.org');
  });
});

describe('sending', () => {
  test('carries text, style, time and mentions', async () => {
    await using stage = await Stage.set();
    const { side, bob, room, user } = await portal(stage);
    const event = await side.send(
      room,
      bob,
      { type: 'text', runs: [{ text: 'hi ' }, { text: 'you', bold: true }] },
      { txnId: 'a/b c', at: new Date(12345), mention: user },
    );
    expect(stage.homeserver.room(room).event(event)?.toJSON()).toMatchObject({
      sender: bob,
      origin_server_ts: 12345,
      content: { body: 'hi you', formatted_body: 'hi <strong>you</strong>', 'm.mentions': { user_ids: [user] } },
    });
  });

  test('takes one request', async () => {
    await using stage = await Stage.set();
    const { side, bob, room } = await portal(stage);
    const before = stage.homeserver.requestCount;
    await stage.say(side, room, bob, 'hi');
    expect(stage.homeserver.requestCount - before).toBe(1);
  });

  test('the same transaction again gives the same event', async () => {
    await using stage = await Stage.set();
    const { side, bob, room } = await portal(stage);
    const send = (): Promise<EventId> => side.send(room, bob, text('hi'), { txnId: 'one' });
    const first = await send();
    expect(await send()).toBe(first);
    expect(stage.homeserver.room(room).timeline.filter(({ type }) => type === 'm.room.message')).toHaveLength(1);
  });

  test.each([
    ['the answer is lost', { type: 'hang-up', when: 'after-commit' }],
    ['a proxy gives up after the fact', { type: 'fail-after-commit', status: 504 }],
    ['the connection breaks', { type: 'hang-up', when: 'before-commit' }],
    ['there is too much to do', { type: 'refuse', status: 429, errcode: 'M_LIMIT_EXCEEDED', retryAfterMs: 700 }],
  ] as const)('makes one event when %s', async (_, fault) => {
    await using stage = await Stage.set();
    const { side, bob, room } = await portal(stage);
    stage.homeserver.faults.add({ path: '/send/' }, fault);
    const event = await stage.say(side, room, bob, 'hi');
    const messages = stage.homeserver.room(room).timeline.filter(({ type }) => type === 'm.room.message');
    expect(messages.map(({ id }) => id)).toEqual([event]);
    expect(stage.homeserver.violations).toEqual([]);
  });

  test('says that it may be tried later when the homeserver stays away', async () => {
    await using stage = await Stage.set();
    const { side, bob, room } = await portal(stage);
    await stage.homeserver.goAway();
    expect(await failure(stage.say(side, room, bob, 'hi'))).toMatchObject({ code: 'homeserver', retriable: true });
    await stage.homeserver.comeBack();
    await stage.say(side, room, bob, 'hi');
  });

  test.each([
    [500, 'M_UNKNOWN', 'homeserver-fault', true],
    [503, 'M_UNKNOWN', 'homeserver', true],
    [401, 'M_UNKNOWN_TOKEN', 'homeserver', true],
    [400, 'M_BAD_JSON', 'homeserver', false],
    [413, 'M_TOO_LARGE', 'homeserver', false],
    [404, 'M_UNRECOGNIZED', 'homeserver', false],
  ])('says of %i %s whether it may be tried again', async (status, errcode, code, retriable) => {
    await using stage = await Stage.set();
    const { side, bob, room } = await portal(stage);
    stage.homeserver.faults.add({ path: '/send/', times: 9 }, { type: 'refuse', status, errcode });
    expect(await failure(stage.say(side, room, bob, 'hi'))).toMatchObject({ code, retriable });
  });

  test.each([403, 404])('does not take a %i of a proxy for the word of the homeserver', async (status) => {
    await using stage = await Stage.set();
    const { side, bob, room } = await portal(stage);
    stage.homeserver.faults.add({ path: '/send/' }, { type: 'fail-after-commit', status });
    expect(await failure(stage.say(side, room, bob, 'hi'))).toMatchObject({ code: 'homeserver', retriable: true });
  });

  test('brings a ghost back that was put out, in this life or another', async () => {
    await using stage = await Stage.set();
    const { side, bob, room } = await portal(stage);
    await side.leave(room, bob);
    await stage.say(side, room, bob, 'back');
    await side.leave(room, bob);
    const again = await stage.startMatrix();
    await stage.say(again, room, bob, 'back again');
    expect(stage.homeserver.room(room).membership(bob)).toBe('join');
    expect(stage.homeserver.violations).toEqual([]);
  });

  test('learns from transactions who was put out', async () => {
    await using stage = await Stage.set();
    const { side, bob, room } = await portal(stage);
    await stage.homeserver.waitUntilPushed();
    const kick = { membership: 'leave' };
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/state/m.room.member/${encodeURIComponent(bob)}`;
    await fetch(`${stage.homeserver.url}${path}`, {
      method: 'PUT',
      headers: { authorization: 'Bearer the-as-token' },
      body: JSON.stringify(kick),
    });
    await stage.homeserver.waitUntilPushed();
    const before = stage.homeserver.log.length;
    await stage.say(side, room, bob, 'back');
    const made = stage.homeserver.log.slice(before).map(({ method, path: to }) => `${method} ${to.split('/').at(4)}`);
    expect(made).toEqual(['POST join', 'POST rooms', 'POST join', 'PUT rooms']);
  });

  test('a ghost that nobody registered is registered on the way', async () => {
    await using stage = await Stage.set();
    const { side, room } = await portal(stage);
    const carol = side.ghostId({ network: NETWORK, user: 'server/carol' as never });
    await stage.say(side, room, carol, 'hi');
    expect(stage.homeserver.room(room).membership(carol)).toBe('join');
    // The first attempt is made in the belief that she is there.
    expect(stage.homeserver.violations.map(({ kind }) => kind)).not.toContain('invited-unknown-user');
  });

  test('a banned ghost stays out', async () => {
    await using stage = await Stage.set();
    const { side, alice, bob, room } = await portal(stage);
    await stage.homeserver.waitUntilPushed();
    const levels = stage.homeserver.room(room).content('m.room.power_levels');
    await fetch(
      `${stage.homeserver.url}/_matrix/client/v3/rooms/${encodeURIComponent(room)}/state/m.room.power_levels`,
      {
        method: 'PUT',
        headers: { authorization: 'Bearer the-as-token' },
        body: JSON.stringify({ ...levels, ban: 50, users: { [side.bot]: 100, [alice.id]: 50 } }),
      },
    );
    await alice.ban(room, bob);
    await stage.homeserver.waitUntilPushed();
    expect(await side.standing(room, bob)).toBe('banned');
    expect(await failure(stage.say(side, room, bob, 'hi'))).toMatchObject({ code: 'user-left', retriable: false });
  });

  test('tells that a room is gone', async () => {
    await using stage = await Stage.set();
    const { side, bob, room } = await portal(stage);
    await side.leave(room, bob);
    await side.leave(room, side.bot);
    expect(await failure(stage.say(side, room, bob, 'hi'))).toMatchObject({ code: 'room-gone', retriable: false });
    expect(await failure(stage.say(side, room, side.bot, 'hi'))).toMatchObject({ code: 'room-gone' });
    const nowhere = '!nowhere:example.com' as RoomId;
    expect(await failure(stage.say(side, nowhere, bob, 'hi'))).toMatchObject({ code: 'room-gone' });
    expect(await failure(side.joinedPeople(nowhere))).toMatchObject({ code: 'room-gone' });
    expect(await side.standing(room, bob)).toBe('gone');
    expect(await side.standing(nowhere, bob)).toBe('gone');
  });
});

describe('people in a room', () => {
  test('leave and are asked back', async () => {
    await using stage = await Stage.set();
    const { side, alice, user, room } = await portal(stage);
    expect(await side.standing(room, user)).toBe('joined');
    expect(await side.joinedPeople(room)).toEqual([user]);
    await alice.leave(room);
    expect(await side.standing(room, user)).toBe('out');
    expect(await side.joinedPeople(room)).toEqual([]);
    await side.invite(room, user, { isDirect: true });
    expect(stage.homeserver.room(room).member(user)?.content).toMatchObject({ membership: 'invite', is_direct: true });
    await side.invite(room, user);
    expect(await side.standing(room, user)).toBe('invited');
    await alice.join(room);
    await side.invite(room, user);
    await side.invite(room, user, { isDirect: true });
    expect(await side.standing(room, user)).toBe('joined');
  });

  test('who cannot be asked are told of', async () => {
    await using stage = await Stage.set();
    const { side, alice, user, room } = await portal(stage);
    await alice.leave(room);
    stage.homeserver.faults.add({ path: '/invite' }, { type: 'refuse', status: 403, errcode: 'M_INVITE_BLOCKED' });
    expect(await failure(side.invite(room, user))).toMatchObject({ code: 'user-left' });
    expect(await failure(side.invite(room, '@eve:elsewhere.org' as MatrixUserId))).toMatchObject({ code: 'user-left' });
    expect(await failure(side.invite('!nowhere:example.com' as RoomId, user))).toMatchObject({ code: 'room-gone' });
  });

  test('invite the bot and a ghost, who come and go', async () => {
    await using stage = await Stage.set();
    const { side, alice, bob } = await portal(stage);
    const room = (await alice.createDirect(side.bot)) as RoomId;
    await side.join(room, side.bot);
    await side.join(room, side.bot);
    await side.join(room, bob);
    expect(stage.homeserver.room(room).joined).toContain(bob);
    await side.leave(room, bob, 'no');
    await side.leave(room, bob);
    const other = (await alice.createDirect(bob)) as RoomId;
    await side.leave(other, bob, 'not here');
    expect(stage.homeserver.room(other).membership(bob)).toBe('leave');
  });
});

describe('the rest', () => {
  test('typing, receipts, status and deletion', async () => {
    await using stage = await Stage.set();
    const { side, alice, bob, room } = await portal(stage);
    await side.typing(room, bob, 5000);
    expect(stage.homeserver.typing(room)).toEqual([bob]);
    await side.typing(room, bob, 0);
    expect(stage.homeserver.typing(room)).toEqual([]);
    const event = (await alice.say(room, 'hi')) as EventId;
    await side.markRead(room, event);
    expect(stage.homeserver.receipts(room)).toMatchObject([{ user: side.bot, event }]);
    await side.sendStatus(room, event, NETWORK, { type: 'success' }, 's1');
    await side.sendStatus(room, event, NETWORK, { type: 'success' }, 's1');
    const statuses = stage.homeserver.room(room).timeline.filter(({ type }) => type.endsWith('send_status'));
    expect(statuses).toMatchObject([{ sender: side.bot, content: { status: 'SUCCESS', network: 'msn' } }]);
    await side.redact(room, event, 'a password', 'r1');
    await side.redact(room, event, 'a password', 'r1');
    expect(stage.homeserver.room(room).timeline.filter(({ type }) => type === 'm.room.redaction')).toHaveLength(1);
    expect(stage.homeserver.room(room).event(event)?.content).toEqual({});
    expect(stage.homeserver.violations).toEqual([]);
  });

  test('what people do comes to the sink', async () => {
    await using stage = await Stage.set();
    const { side, alice, user, room } = await portal(stage);
    const said = await alice.say(room, 'hello');
    await alice.setTyping(room, true);
    await stage.homeserver.waitUntilPushed();
    expect(stage.sink.events).toMatchObject([
      { type: 'member', target: user, membership: 'join', room },
      { type: 'message', id: said, sender: user, content: { runs: [{ text: 'hello' }] } },
    ]);
    expect(stage.sink.ephemerals).toEqual([{ type: 'typing', room, users: [user] }]);
    await side.stopIntake();
    await alice.say(room, 'anybody?');
    await stage.say(side, room, side.bot, 'I can still speak');
  });

  test('what the database could not take comes again, and a ping hastens it', async () => {
    await using stage = await Stage.set({ clockFactor: 1000 });
    const { side, alice, room } = await portal(stage);
    await stage.homeserver.waitUntilPushed();
    stage.sink.gate = () => Promise.reject(new Error('away'));
    await alice.say(room, 'kept');
    await stage.homeserver.waitFor(() => stage.homeserver.transactions().isDown);
    stage.sink.gate = () => Promise.resolve();
    await side.ping();
    await stage.homeserver.waitUntilPushed();
    expect(stage.sink.events.at(-1)).toMatchObject({ content: { runs: [{ text: 'kept' }] } });
  });
});
