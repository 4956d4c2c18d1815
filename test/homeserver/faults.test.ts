import { expect, test } from 'vitest';

import { startPair } from '../support/homeserver/fixture.ts';

const messagesIn = (room: { readonly timeline: readonly { readonly type: string }[] }) =>
  room.timeline.filter(({ type }) => type === 'm.room.message').length;

test('the next requests are refused, and then it goes on', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const room = await appservice.room();
  homeserver.faults.add({ path: /\/send\//, times: 2 }, { type: 'refuse', status: 429, retryAfterMs: 1500 });
  for (const _ of [1, 2]) {
    expect(await appservice.say(room, 'hi')).toEqual({
      status: 429,
      body: { errcode: 'M_LIMIT_EXCEEDED', error: 'ordered by the test', retry_after_ms: 1500 },
    });
  }
  expect(await appservice.say(room, 'hi')).toMatchObject({ status: 200 });
  expect(messagesIn(homeserver.room(room))).toBe(1);
});

test('a 502 after the work leaves the event behind, and the transaction id finds it', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const room = await appservice.room();
  homeserver.faults.add({ path: '/send/', method: 'PUT' }, { type: 'fail-after-commit', status: 502 });
  const path = `${homeserver.url}/_matrix/client/v3/rooms/${room}/send/m.room.message/t`;
  const put = async () =>
    fetch(path, {
      method: 'PUT',
      headers: { authorization: 'Bearer as-secret' },
      body: JSON.stringify({ msgtype: 'm.text', body: 'hi' }),
    });
  const first = await put();
  expect([first.status, await first.text()]).toEqual([502, '<html>upstream trouble</html>']);
  expect(messagesIn(homeserver.room(room))).toBe(1);
  expect((await put()).status).toBe(200);
  expect(messagesIn(homeserver.room(room))).toBe(1);
});

test.each([
  ['before-commit', 0],
  ['after-commit', 1],
] as const)('the line is cut %s', async (when, count) => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const room = await appservice.room();
  homeserver.faults.add({ path: '/send/' }, { type: 'hang-up', when });
  await expect(appservice.say(room, 'hi')).rejects.toThrow('fetch failed');
  expect(messagesIn(homeserver.room(room))).toBe(count);
  expect(homeserver.log.at(-1)).toMatchObject({ status: 0 });
});

test('a request is held until the test lets it go', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const room = await appservice.room();
  const hold = homeserver.faults.hold({ path: '/send/' });
  const sending = appservice.say(room, 'held');
  await hold.arrived;
  expect(await appservice.say(room, 'overtakes')).toMatchObject({ status: 200 });
  hold.release();
  expect(await sending).toMatchObject({ status: 200 });
  expect(
    homeserver
      .room(room)
      .timeline.slice(-2)
      .map(({ content }) => content['body']),
  ).toEqual(['overtakes', 'held']);
});

test('a fault may be meant for one user', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const ghost = await appservice.ghost('msn_bob');
  homeserver.faults.add({ user: ghost, times: Infinity }, { type: 'refuse', status: 500 });
  expect(await appservice.v3('GET', '/account/whoami')).toMatchObject({ status: 200 });
  expect(await appservice.v3('GET', '/account/whoami', undefined, ghost)).toMatchObject({ status: 500 });
  homeserver.faults.clear();
  expect(await appservice.v3('GET', '/account/whoami', undefined, ghost)).toMatchObject({ status: 200 });
});

test('the homeserver goes away and comes back on the same port, and people find it again', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const alice = await homeserver.createUser('alice');
  const room = await appservice.room({ invite: [alice.id] });
  await alice.waitForInvite();
  await alice.join(room);
  const { url } = homeserver;
  await homeserver.goAway();
  await expect(appservice.say(room, 'hi')).rejects.toThrow('fetch failed');
  await homeserver.comeBack();
  expect(homeserver.url).toBe(url);
  await appservice.say(room, 'back');
  await alice.waitForText(room, 'back');
});

test('every request stands in the log', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const ghost = await appservice.ghost('msn_bob');
  const room = await appservice.room({ preset: 'public_chat' });
  await appservice.say(room, 'hi', ghost, 't');
  const logged = await homeserver.waitForRequest(({ path }) => path.endsWith('/t'));
  expect(logged).toMatchObject({
    method: 'PUT',
    user: ghost,
    status: 403,
    errcode: 'M_FORBIDDEN',
    body: { body: 'hi' },
  });
});

test.each([
  ['before-commit', 0],
  ['after-commit', 1],
] as const)('the test is told of a moment %s, and nothing goes wrong', async (when, count) => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const room = await appservice.room();
  const seen: number[] = [];
  const tell = () => void seen.push(messagesIn(homeserver.room(room)));
  homeserver.faults.add({ where: (path) => path.includes('/send/') }, { type: 'tell', when, tell });
  expect(await appservice.say(room, 'hi')).toMatchObject({ status: 200 });
  expect(seen).toEqual([count]);
});
