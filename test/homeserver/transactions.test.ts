import { expect, test } from 'vitest';

import { AppserviceDouble } from '../support/homeserver/appservice-double.ts';
import { startPair } from '../support/homeserver/fixture.ts';
import type { JsonObject } from '../support/homeserver/json.ts';

const TO_DEVICE = 'de.sorunome.msc2409.to_device';

const texts = (events: readonly { readonly type: string; readonly content: JsonObject }[]) =>
  events.filter(({ type }) => type === 'm.room.message').map(({ content }) => content['body']);

test('transactions carry the token, and everything that concerns a namespace, in order', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const alice = await homeserver.createUser('alice');
  const ghost = await appservice.ghost('msn_bob');
  const room = await alice.createDirect(ghost);
  await alice.say(room, 'nobody of yours is in here yet');
  await appservice.join(room, ghost);
  await alice.say(room, 'hello');
  await appservice.say(room, 'hi', ghost);
  await appservice.v3('POST', `/rooms/${room}/leave`, {}, ghost);
  await alice.say(room, 'gone?');
  await homeserver.waitUntilPushed();
  expect(appservice.transactions.every(({ token }) => token === 'Bearer hs-secret')).toBe(true);
  expect(texts(appservice.events)).toEqual(['hello', 'hi']);
  const members = appservice.events.filter(({ type }) => type === 'm.room.member');
  expect(members.map(({ sender, content }) => [sender, content['membership']])).toEqual([
    [alice.id, 'invite'],
    [ghost, 'join'],
    [ghost, 'leave'],
  ]);
  expect(members[0]?.unsigned).toMatchObject({
    invite_room_state: [{ type: 'm.room.create' }, { type: 'm.room.join_rules' }, { state_key: alice.id }],
  });
});

test('rooms without anybody of the namespace are nobody’s business', async () => {
  await using pair = await startPair();
  const alice = await pair.homeserver.createUser('alice');
  await alice.say(await alice.createRoom(), 'private');
  await pair.homeserver.waitUntilPushed();
  expect(pair.appservice.transactions).toEqual([]);
});

test('a refused transaction comes again with the same id and content, and only then the next', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const room = await appservice.room();
  await homeserver.waitUntilPushed();
  const before = appservice.transactions.length;
  appservice.refusals.push(500, 503);
  await appservice.say(room, '1');
  await appservice.say(room, '2');
  await homeserver.waitUntilPushed();
  const [first, second, third, fourth] = appservice.transactions.slice(before);
  expect(second).toEqual(first);
  expect(third).toEqual(first);
  expect(texts(third?.body.events ?? [])).toEqual(['1']);
  expect(texts(fourth?.body.events ?? [])).toEqual(['2']);
  expect(Number(fourth?.id)).toBe(Number(first?.id) + 1);
});

test('one transaction is in flight, with at most 100 events', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const room = await appservice.room();
  await homeserver.waitUntilPushed();
  const before = appservice.transactions.length;
  homeserver.transactions().withhold();
  for (let n = 0; n < 250; n++) await appservice.say(room, String(n));
  expect(appservice.transactions).toHaveLength(before);
  homeserver.transactions().release();
  await homeserver.waitUntilPushed();
  const pushed = appservice.transactions.slice(before);
  expect(pushed.map(({ body }) => body.events.length)).toEqual([100, 100, 50]);
  expect(texts(pushed.flatMap(({ body }) => body.events))).toEqual(Array.from({ length: 250 }, (_, n) => String(n)));
});

test('a ping makes a backlog come at once', async () => {
  await using pair = await startPair({ clockFactor: 1000 });
  const { homeserver, appservice } = pair;
  const room = await appservice.room();
  await homeserver.waitUntilPushed();
  appservice.refusals.push(500);
  await appservice.say(room, 'late');
  await homeserver.waitFor(() => homeserver.transactions().isDown);
  await appservice.say(room, 'later');
  expect(await appservice.ask('POST', '/_matrix/client/v1/appservice/msn/ping', { transaction_id: 'p' })).toMatchObject(
    {
      status: 200,
      body: { duration_ms: expect.any(Number) as number },
    },
  );
  await homeserver.waitUntilPushed();
  expect(texts(appservice.events)).toEqual(['late', 'late', 'later']);
  expect(homeserver.transactions().isDown).toBe(false);
});

test('a ping says what is wrong', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const ping = async (id = 'msn') => appservice.ask('POST', `/_matrix/client/v1/appservice/${id}/ping`, {});
  expect(await ping('other')).toMatchObject({ status: 403, body: { errcode: 'M_FORBIDDEN' } });
  homeserver.setRegistration(appservice.registration({ url: null }));
  expect(await ping()).toMatchObject({ status: 400, body: { errcode: 'M_URL_NOT_SET' } });
  homeserver.setRegistration(appservice.registration({ url: 'http://127.0.0.1:1' }));
  expect(await ping()).toMatchObject({ status: 502, body: { errcode: 'M_CONNECTION_FAILED' } });
});

test('typing and receipts come under both keys, once, and never again after a failure', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const alice = await homeserver.createUser('alice');
  const ghost = await appservice.ghost('msn_bob');
  const room = await alice.createDirect(ghost);
  await appservice.join(room, ghost);
  const event = await alice.say(room, 'hi');
  await homeserver.waitUntilPushed();

  const before = appservice.transactions.length;
  await alice.setTyping(room, true);
  await homeserver.waitUntilPushed();
  const typing = [{ type: 'm.typing', room_id: room, content: { user_ids: [alice.id] } }];
  expect(appservice.transactions.slice(before).map(({ body }) => body)).toEqual([
    { events: [], ephemeral: typing, 'de.sorunome.msc2409.ephemeral': typing, [TO_DEVICE]: [] },
  ]);

  appservice.refusals.push(500);
  await alice.read(room, event);
  await homeserver.waitUntilPushed();
  const [failed, again, ...rest] = appservice.transactions.slice(before + 1);
  expect(failed?.body['ephemeral']).toMatchObject([
    { type: 'm.receipt', room_id: room, content: { [event]: { 'm.read': { [alice.id]: {} } } } },
  ]);
  expect(again?.id).toBe(failed?.id);
  expect(again?.body).toEqual({ events: [], ephemeral: [], 'de.sorunome.msc2409.ephemeral': [], [TO_DEVICE]: [] });
  expect(rest).toEqual([]);
});

test('private receipts are told to nobody, and without the flags nothing ephemeral comes', async () => {
  await using pair = await startPair({
    changes: { receive_ephemeral: false, 'de.sorunome.msc2409.push_ephemeral': true },
  });
  const { homeserver, appservice } = pair;
  const alice = await homeserver.createUser('alice');
  const ghost = await appservice.ghost('msn_bob');
  const room = await alice.createDirect(ghost);
  await appservice.join(room, ghost);
  const event = await alice.say(room, 'hi');
  await homeserver.waitUntilPushed();
  const before = appservice.transactions.length;
  await alice.read(room, event, 'm.read.private');
  await alice.setTyping(room, true);
  await homeserver.waitUntilPushed();
  expect(appservice.transactions.slice(before).map(({ body }) => Object.keys(body))).toEqual([
    ['events', 'de.sorunome.msc2409.ephemeral', TO_DEVICE],
  ]);
  homeserver.setRegistration(
    appservice.registration({ 'de.sorunome.msc2409.push_ephemeral': false, receive_ephemeral: false }),
  );
  const count = appservice.transactions.length;
  await alice.setTyping(room, false);
  await homeserver.waitUntilPushed();
  expect(appservice.transactions).toHaveLength(count);
});

test('an unknown user of the namespace is asked for before the invite is pushed', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const alice = await homeserver.createUser('alice');
  const pushedBefore: number[] = [];
  appservice.onQuestion = async () => {
    pushedBefore.push(appservice.events.length);
    await appservice.ghost('msn_carol');
    return 200;
  };
  await alice.createDirect('@msn_carol:example.com');
  await homeserver.waitFor(() => appservice.events.length > 0);
  expect(appservice.questions).toEqual(['/_matrix/app/v1/users/%40msn_carol%3Aexample.com']);
  expect(pushedBefore).toEqual([0]);
  expect(appservice.events.map(({ type }) => type)).toEqual(['m.room.member']);
});

test('transactions can be repeated, their answers lost, and waiting events dropped', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const queue = homeserver.transactions();
  const room = await appservice.room();
  await homeserver.waitUntilPushed();
  const before = appservice.transactions.length;
  queue.repeatNext();
  await appservice.say(room, 'twice');
  await homeserver.waitUntilPushed();
  queue.loseAnswers();
  await appservice.say(room, 'answer lost');
  await homeserver.waitUntilPushed();
  queue.withhold();
  await appservice.say(room, 'dropped');
  expect(queue.dropQueued()).toBe(1);
  queue.release();
  await appservice.say(room, 'last');
  await homeserver.waitUntilPushed();
  const pushed = appservice.transactions.slice(before);
  expect(texts(pushed.flatMap(({ body }) => body.events))).toEqual([
    'twice',
    'twice',
    'answer lost',
    'answer lost',
    'last',
  ]);
  expect(new Set(pushed.map(({ id }) => id)).size).toBe(3);
});

test('an answer that is no JSON object is recorded', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  appservice.transactionBody = 'ok';
  await appservice.room();
  await homeserver.waitUntilPushed();
  expect(homeserver.violations[0]).toMatchObject({ kind: 'bad-transaction-answer' });
});

test('an application service that comes back elsewhere gets what it missed', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const room = await appservice.room();
  await homeserver.waitUntilPushed();
  await appservice.stop();
  await appservice.say(room, '1');
  await homeserver.waitFor(() => homeserver.transactions().isDown);
  await appservice.say(room, '2');
  const successor = await AppserviceDouble.start();
  homeserver.setRegistration(successor.registration());
  await homeserver.waitUntilPushed();
  expect(texts(successor.events)).toEqual(['1', '2']);
  await successor.stop();
});

test('what is ephemeral is dropped while the application service is down', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const alice = await homeserver.createUser('alice');
  const ghost = await appservice.ghost('msn_bob');
  const room = await alice.createDirect(ghost);
  await appservice.join(room, ghost);
  await homeserver.waitUntilPushed();
  const before = appservice.transactions.length;
  homeserver.transactions().clockFactor = 1000;
  appservice.refusals.push(500);
  await alice.say(room, 'hi');
  await homeserver.waitFor(() => homeserver.transactions().isDown);
  await alice.setTyping(room, true);
  await appservice.ask('POST', '/_matrix/client/v1/appservice/msn/ping', {});
  await homeserver.waitUntilPushed();
  const pushed = appservice.transactions.slice(before);
  expect(new Set(pushed.map(({ id }) => id)).size).toBe(1);
  expect(pushed.flatMap(({ body }) => body['ephemeral'])).toEqual([]);
});
