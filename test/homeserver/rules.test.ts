import { expect, test } from 'vitest';

import { startPair, type Pair } from '../support/homeserver/fixture.ts';
import { textAt, type JsonObject } from '../support/homeserver/json.ts';

const BOT = '@msnbot:example.com';
const BANNED = { status: 403, body: { errcode: 'M_BAD_STATE' } };
const FORBIDDEN = { status: 403, body: { errcode: 'M_FORBIDDEN' } };

async function roomWithGhost({ appservice }: Pair, body: JsonObject = {}): Promise<{ room: string; ghost: string }> {
  const ghost = await appservice.ghost('msn_bob');
  const room = await appservice.room({ invite: [ghost], ...body });
  await appservice.join(room, ghost);
  return { room, ghost };
}

test('only who is joined may send, and only who is invited may join', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const alice = await homeserver.createUser('alice');
  const room = await appservice.room();
  await expect(alice.say(room, 'hi')).rejects.toMatchObject({ status: 403 });
  await expect(alice.join(room)).rejects.toMatchObject({ status: 403 });
  await appservice.v3('POST', `/rooms/${room}/invite`, { user_id: alice.id });
  await expect(alice.say(room, 'hi')).rejects.toMatchObject({ status: 403 });
  await alice.join(room);
  await alice.say(room, 'hi');
  await alice.leave(room);
  await expect(alice.say(room, 'hi')).rejects.toMatchObject({ status: 403 });
  await expect(alice.say('!nowhere:example.com', 'hi')).rejects.toMatchObject({ status: 403 });
});

test('who is banned can neither join nor be invited, until the ban is lifted', async () => {
  await using pair = await startPair();
  const { appservice } = pair;
  const { room, ghost } = await roomWithGhost(pair, { preset: 'public_chat' });
  const post = async (what: string, user?: string) =>
    appservice.v3('POST', `/rooms/${room}/${what}`, { user_id: ghost }, user);
  expect(await post('ban')).toMatchObject({ status: 200 });
  expect(await post('join', ghost)).toMatchObject(BANNED);
  expect(await post('invite')).toMatchObject(BANNED);
  expect(await post('unban')).toMatchObject({ status: 200 });
  expect(await post('unban')).toMatchObject(BANNED);
  expect(await post('join', ghost)).toMatchObject({ status: 200 });
  expect(await post('kick')).toMatchObject({ status: 200 });
  expect(await post('kick')).toMatchObject(FORBIDDEN);
});

test('leaving twice and joining twice change nothing', async () => {
  await using pair = await startPair();
  const { room, ghost } = await roomWithGhost(pair);
  const count = pair.homeserver.room(room).timeline.length;
  await pair.appservice.join(room, ghost);
  expect(pair.homeserver.room(room).timeline).toHaveLength(count);
  for (const _ of [1, 2]) {
    expect(await pair.appservice.v3('POST', `/rooms/${room}/leave`, {}, ghost)).toMatchObject({ status: 200 });
  }
  expect(pair.homeserver.room(room).timeline).toHaveLength(count + 1);
});

test('nobody joins for another, and a weaker one throws out nobody', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const { room, ghost } = await roomWithGhost(pair);
  const alice = await homeserver.createUser('alice');
  const member = `/rooms/${room}/state/m.room.member`;
  expect(await appservice.v3('PUT', `${member}/${alice.id}`, { membership: 'join' })).toMatchObject(FORBIDDEN);
  expect(await appservice.v3('POST', `/rooms/${room}/kick`, { user_id: BOT }, ghost)).toMatchObject(FORBIDDEN);
  expect(await appservice.v3('POST', `/rooms/${room}/ban`, { user_id: BOT }, ghost)).toMatchObject(FORBIDDEN);
});

test('power levels decide who may send what', async () => {
  await using pair = await startPair();
  const { appservice } = pair;
  const { room, ghost } = await roomWithGhost(pair, {
    power_level_content_override: { events: { 'm.reaction': 100 }, events_default: 0, invite: 100 },
  });
  const send = async (type: string, content: JsonObject, user?: string) =>
    appservice.v3('PUT', `/rooms/${room}/send/${type}/${crypto.randomUUID()}`, content, user);
  const state = async (type: string, content: JsonObject, user?: string, key = '') =>
    appservice.v3('PUT', `/rooms/${room}/state/${type}/${key}`, content, user);
  expect(await send('m.room.message', { msgtype: 'm.text', body: 'hi' }, ghost)).toMatchObject({ status: 200 });
  expect(await send('m.reaction', {}, ghost)).toMatchObject(FORBIDDEN);
  expect(await state('m.room.name', { name: 'mine' }, ghost)).toMatchObject(FORBIDDEN);
  expect(await state('m.room.name', { name: 'ours' })).toMatchObject({ status: 200 });
  expect(await state('org.example.of', {}, undefined, ghost)).toMatchObject(FORBIDDEN);
  expect(await appservice.v3('POST', `/rooms/${room}/invite`, { user_id: '@x:example.com' }, ghost)).toMatchObject(
    FORBIDDEN,
  );
});

test('nobody raises others above himself, nor lowers his equals', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const { room, ghost } = await roomWithGhost(pair);
  const set = async (users: { [user: string]: number }, user?: string) =>
    appservice.v3(
      'PUT',
      `/rooms/${room}/state/m.room.power_levels/`,
      {
        ...homeserver.room(room).content('m.room.power_levels'),
        users,
      },
      user,
    );
  expect(await set({ [BOT]: 100, [ghost]: 101 })).toMatchObject(FORBIDDEN);
  expect(await set({ [BOT]: 100, [ghost]: 100 })).toMatchObject({ status: 200 });
  expect(await set({ [BOT]: 50, [ghost]: 100 }, ghost)).toMatchObject(FORBIDDEN);
  expect(await set({ [BOT]: 50, [ghost]: 100 })).toMatchObject({ status: 200 });
  expect(await set({ [BOT]: 50, [ghost]: 50.5 }, ghost)).toMatchObject({ status: 400 });
});

test('one redacts what is his own, the strong redact all', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const { room, ghost } = await roomWithGhost(pair);
  const bots = textAt((await appservice.say(room, 'from the bot')).body, 'event_id');
  const ghosts = textAt((await appservice.say(room, 'from the ghost', ghost)).body, 'event_id');
  const redact = async (event: string, user?: string) =>
    appservice.v3('PUT', `/rooms/${room}/redact/${event}/${crypto.randomUUID()}`, { reason: 'no' }, user);
  expect(await redact(bots, ghost)).toMatchObject(FORBIDDEN);
  expect(await redact('$unknown', ghost)).toMatchObject({ status: 404 });
  expect(await redact(ghosts, ghost)).toMatchObject({ status: 200 });
  expect(await redact(bots)).toMatchObject({ status: 200 });
  expect(homeserver.room(room).event(bots)?.toJSON()).toMatchObject({
    content: {},
    unsigned: { redacted_because: { sender: BOT, redacts: bots, content: { reason: 'no', redacts: bots } } },
  });
  const create = homeserver.room(room).timeline[0]?.id ?? '';
  expect(await redact(create)).toMatchObject(FORBIDDEN);
});

test('an event may have 65,536 bytes and no more', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const room = await appservice.room();
  expect(await appservice.say(room, 'ä'.repeat(32_000), undefined, 'a')).toMatchObject({ status: 200 });
  expect(await appservice.say(room, 'ä'.repeat(32_700), undefined, 'b')).toMatchObject({
    status: 413,
    body: { errcode: 'M_TOO_LARGE' },
  });
  const key = 'k'.repeat(256);
  expect(await appservice.v3('PUT', `/rooms/${room}/state/org.example/${key}`, {})).toMatchObject({ status: 413 });
  expect(homeserver.violations.map(({ kind }) => kind)).toEqual(['too-large', 'too-large']);
});

test.each<[string, string, string]>([
  ['no JSON', '{', 'M_NOT_JSON'],
  ['no body at all', '', 'M_NOT_JSON'],
  ['a list', '[]', 'M_BAD_JSON'],
  ['a fraction', '{"msgtype":"m.text","body":"hi","n":0.5}', 'M_BAD_JSON'],
  ['an integer beyond 2^53', '{"msgtype":"m.text","body":"hi","n":9007199254740993}', 'M_BAD_JSON'],
  ['no body key', '{"msgtype":"m.text"}', 'M_UNKNOWN'],
  ['a body that is no string', '{"msgtype":"m.text","body":1}', 'M_UNKNOWN'],
  ['mentions that are no list', '{"msgtype":"m.text","body":"","m.mentions":{"user_ids":"@a:b"}}', 'M_UNKNOWN'],
])('refuses a message with %s', async (_, body, errcode) => {
  await using pair = await startPair();
  const room = await pair.appservice.room();
  const answer = await pair.appservice.v3('PUT', `/rooms/${room}/send/m.room.message/t`, body);
  expect(answer).toMatchObject({ status: 400, body: { errcode } });
  expect(pair.homeserver.violations).toMatchObject([{ kind: 'bad-json' }]);
});

test('half a surrogate pair is answered with 500, as Synapse does', async () => {
  await using pair = await startPair();
  const room = await pair.appservice.room();
  expect(await pair.appservice.say(room, '\ud83d', undefined, 't')).toMatchObject({
    status: 500,
    body: { errcode: 'M_UNKNOWN' },
  });
  expect(pair.homeserver.violations).toMatchObject([{ kind: 'bad-json' }]);
});

test('a relation needs its target, a reply is let through without', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const room = await appservice.room();
  const send = async (relation: JsonObject) =>
    appservice.v3('PUT', `/rooms/${room}/send/m.room.message/${crypto.randomUUID()}`, {
      msgtype: 'm.text',
      body: 'hi',
      'm.relates_to': relation,
    });
  expect(await send({ rel_type: 'm.replace', event_id: '$gone' })).toMatchObject({ status: 400 });
  expect(await send({ 'm.in_reply_to': { event_id: '$gone' } })).toMatchObject({ status: 200 });
  const kind = 'relation-to-unknown-event';
  expect(homeserver.violations).toMatchObject([{ kind }, { kind }]);
});

test('state that changes nothing gives back the event that stands', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const room = await appservice.room({ name: 'Bob' });
  const before = homeserver.room(room).state('m.room.name')?.id;
  const put = async (name: string) => appservice.v3('PUT', `/rooms/${room}/state/m.room.name/`, { name });
  expect((await put('Bob')).body).toEqual({ event_id: before });
  expect((await put('Bobby')).body).not.toEqual({ event_id: before });
});

test('a reaction is given once', async () => {
  await using pair = await startPair();
  const alice = await pair.homeserver.createUser('alice');
  const room = await alice.createRoom();
  const event = await alice.say(room, 'hi');
  const reaction = await alice.react(room, event, '👍');
  await expect(alice.react(room, event, '👍')).rejects.toMatchObject({ errcode: 'M_DUPLICATE_ANNOTATION' });
  await alice.redact(room, reaction);
  await alice.react(room, event, '👍');
});

test('receipts for unknown events and invites of unknown ghosts are let through, but recorded', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const room = await appservice.room({ invite: ['@msn_nobody:example.com'] });
  await appservice.v3('POST', `/rooms/${room}/receipt/m.read/$gone`, {});
  expect(homeserver.violations.map(({ kind }) => kind)).toEqual(['invited-unknown-user', 'receipt-for-unknown-event']);
});

test('only members type, and only for themselves', async () => {
  await using pair = await startPair();
  const { appservice } = pair;
  const { room, ghost } = await roomWithGhost(pair);
  const path = `/rooms/${room}/typing/${ghost}`;
  expect(await appservice.v3('PUT', path, { typing: true, timeout: 1000 })).toMatchObject({ status: 400 });
  expect(await appservice.v3('PUT', path, { typing: 'yes' }, ghost)).toMatchObject({ status: 400 });
  await appservice.v3('POST', `/rooms/${room}/leave`, {}, ghost);
  expect(await appservice.v3('PUT', path, { typing: true }, ghost)).toMatchObject(FORBIDDEN);
});

test('application services tell the time of events, people do not', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const room = await appservice.room();
  const content = { msgtype: 'm.text', body: 'old' };
  const answer = await appservice.v3('PUT', `/rooms/${room}/send/m.room.message/t?ts=1000`, content);
  expect(homeserver.room(room).event(textAt(answer.body, 'event_id'))?.at).toBe(1000);
  const alice = await homeserver.createUser('alice');
  const own = await alice.createRoom();
  const sent = await alice.client.request('PUT', `/rooms/${own}/send/m.room.message/t?ts=1000`, content);
  expect(homeserver.room(own).event(textAt(sent, 'event_id'))?.at).not.toBe(1000);
});

test('rooms are read by members, and by those who left up to then', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const alice = await homeserver.createUser('alice');
  const room = await appservice.room({ invite: [alice.id], name: 'before' });
  await expect(alice.state(room, 'm.room.name')).rejects.toMatchObject({ status: 403 });
  await alice.join(room);
  await expect(alice.state(room, 'm.nothing')).rejects.toMatchObject({ status: 404, errcode: 'M_NOT_FOUND' });
  for (const text of ['1', '2', '3']) await appservice.say(room, text);
  const page = await alice.client.request('GET', `/rooms/${room}/messages?dir=b&limit=2`);
  expect(page).toMatchObject({ chunk: [{ content: { body: '3' } }, { content: { body: '2' } }] });
  const next = await alice.client.request('GET', `/rooms/${room}/messages?dir=b&limit=1&from=${textAt(page, 'end')}`);
  expect(next).toMatchObject({ chunk: [{ content: { body: '1' } }] });
  await alice.leave(room);
  await appservice.v3('PUT', `/rooms/${room}/state/m.room.name/`, { name: 'after' });
  expect(await alice.state(room, 'm.room.name')).toEqual({ name: 'before' });
});
