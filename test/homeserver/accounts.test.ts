import { expect, test } from 'vitest';

import { startPair } from '../support/homeserver/fixture.ts';

const ghostBody = (username: string) => ({ type: 'm.login.application_service', username, inhibit_login: true });

test('a ghost is registered once, and is called by its localpart at first', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  expect(await appservice.v3('POST', '/register', ghostBody('msn_bob=40example.net'))).toEqual({
    status: 200,
    body: { user_id: '@msn_bob=40example.net:example.com' },
  });
  expect(homeserver.profile('@msn_bob=40example.net:example.com')).toEqual({ displayname: 'msn_bob=40example.net' });
  expect(await appservice.v3('POST', '/register', ghostBody('msn_bob=40example.net'))).toMatchObject({
    status: 400,
    body: { errcode: 'M_USER_IN_USE' },
  });
  expect(homeserver.violations).toEqual([]);
});

test.each([
  ['a name outside of the namespace', 'bob', 'M_EXCLUSIVE', 'outside-namespace'],
  ['an upper-case letter', 'msn_Bob', 'M_INVALID_USERNAME', 'invalid-localpart'],
  ['a letter outside of the grammar', 'msn_bob@example.net', 'M_INVALID_USERNAME', 'invalid-localpart'],
  ['more than 255 bytes', `msn_${'b'.repeat(250)}`, 'M_INVALID_USERNAME', 'invalid-localpart'],
])('refuses a ghost with %s', async (_, username, errcode, kind) => {
  await using pair = await startPair();
  expect(await pair.appservice.v3('POST', '/register', ghostBody(username))).toMatchObject({
    status: 400,
    body: { errcode },
  });
  expect(pair.homeserver.violations).toMatchObject([{ kind, by: 'appservice' }]);
});

test('a ghost gets no login', async () => {
  await using pair = await startPair();
  const body = { type: 'm.login.application_service', username: 'msn_bob' };
  expect(await pair.appservice.v3('POST', '/register', body)).toMatchObject({
    status: 400,
    body: { errcode: 'M_APPSERVICE_LOGIN_UNSUPPORTED' },
  });
  expect(pair.homeserver.violations).toMatchObject([{ kind: 'login-not-inhibited' }]);
});

test('an application service acts for its sender at once, for ghosts after they are registered, for others never', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  await homeserver.createUser('alice');
  const whoami = async (user?: string) => appservice.v3('GET', '/account/whoami', undefined, user);
  expect(await whoami()).toMatchObject({ status: 200, body: { user_id: '@msnbot:example.com' } });
  expect(await whoami('@msn_bob:example.com')).toMatchObject({ status: 403, body: { errcode: 'M_FORBIDDEN' } });
  expect(await whoami('@alice:example.com')).toMatchObject({ status: 403, body: { errcode: 'M_FORBIDDEN' } });
  const ghost = await appservice.ghost('msn_bob');
  expect(await whoami(ghost)).toMatchObject({ status: 200, body: { user_id: ghost } });
  expect(homeserver.violations.map(({ kind }) => kind)).toEqual(['unregistered-user', 'outside-namespace']);
});

test('a registration without url and with an open namespace acts for real users', async () => {
  await using pair = await startPair();
  const alice = await pair.homeserver.createUser('alice');
  pair.homeserver.setRegistration({
    id: 'double-puppet',
    url: null,
    as_token: 'puppet-secret',
    hs_token: 'unused',
    sender_localpart: 'doublepuppet',
    namespaces: { users: [{ regex: '@.*:example\\.com', exclusive: false }] },
  });
  const response = await fetch(`${pair.homeserver.url}/_matrix/client/v3/account/whoami?user_id=${alice.id}`, {
    headers: { authorization: 'Bearer puppet-secret' },
  });
  expect(await response.json()).toMatchObject({ user_id: alice.id });
});

test('people cannot take names that are reserved', async () => {
  await using pair = await startPair();
  const { homeserver } = pair;
  await expect(homeserver.createUser('msn_eve')).rejects.toThrow('reserved');
  const response = await fetch(`${homeserver.url}/_matrix/client/v3/register`, {
    method: 'POST',
    body: JSON.stringify({ username: 'msn_eve', password: 'secret', auth: { type: 'm.login.dummy' } }),
  });
  expect(await response.json()).toMatchObject({ errcode: 'M_EXCLUSIVE' });
});

test('tokens are asked for, and looked at', async () => {
  await using pair = await startPair();
  const { homeserver } = pair;
  const whoami = async (headers: Record<string, string>, query = '') => {
    const response = await fetch(`${homeserver.url}/_matrix/client/v3/account/whoami${query}`, { headers });
    return { status: response.status, body: await response.json() };
  };
  expect(await whoami({})).toMatchObject({ status: 401, body: { errcode: 'M_MISSING_TOKEN' } });
  expect(await whoami({ authorization: 'Bearer no' })).toMatchObject({
    status: 401,
    body: { errcode: 'M_UNKNOWN_TOKEN' },
  });
  expect(await whoami({}, '?access_token=as-secret')).toMatchObject({ status: 200 });
  expect(homeserver.violations).toMatchObject([{ kind: 'token-in-query', by: 'appservice' }]);
});

test('a wrong password is refused', async () => {
  await using pair = await startPair();
  await pair.homeserver.createUser('alice', 'right');
  const response = await fetch(`${pair.homeserver.url}/_matrix/client/v3/login`, {
    method: 'POST',
    body: JSON.stringify({ type: 'm.login.password', identifier: { type: 'm.id.user', user: 'alice' }, password: 'x' }),
  });
  expect(response.status).toBe(403);
});

test('unknown paths and wrong methods are told apart, and recorded', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  expect(await appservice.v3('GET', '/nothing')).toMatchObject({ status: 404, body: { errcode: 'M_UNRECOGNIZED' } });
  expect(await appservice.v3('DELETE', '/createRoom')).toMatchObject({
    status: 405,
    body: { errcode: 'M_UNRECOGNIZED' },
  });
  expect(homeserver.violations.map(({ kind }) => kind)).toEqual(['unknown-endpoint', 'wrong-method']);
});

test('a profile is shown in all rooms of its owner, and kept within bounds', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const ghost = await appservice.ghost('msn_bob');
  const room = await appservice.room({ invite: [ghost] });
  await appservice.join(room, ghost);
  const put = async (key: string, value: unknown, user = ghost) =>
    appservice.v3('PUT', `/profile/${ghost}/${key}`, JSON.stringify({ [key]: value }), user);
  expect(await put('displayname', 'Bob')).toMatchObject({ status: 200 });
  expect(homeserver.room(room).member(ghost)?.content).toMatchObject({ membership: 'join', displayname: 'Bob' });
  const count = homeserver.room(room).timeline.length;
  await put('displayname', 'Bob');
  expect(homeserver.room(room).timeline).toHaveLength(count);
  expect(await put('displayname', 'b'.repeat(257))).toMatchObject({ status: 400 });
  expect(await put('displayname', 'Bob', '@msnbot:example.com')).toMatchObject({
    status: 400,
    body: { errcode: 'M_FORBIDDEN' },
  });
  expect(await put('m.status', { text: 'busy' })).toMatchObject({ status: 200 });
  expect(homeserver.profile(ghost)).toEqual({ displayname: 'Bob', 'm.status': { text: 'busy' } });
});

test('presence takes only the keys that Synapse takes, and is seen by those who share a room', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const alice = await homeserver.createUser('alice');
  const ghost = await appservice.ghost('msn_bob');
  const put = async (body: { [key: string]: string }) => appservice.v3('PUT', `/presence/${ghost}/status`, body, ghost);
  expect(await put({ presence: 'online', mood: 'good' })).toMatchObject({ status: 400 });
  expect(await put({ presence: 'away' })).toMatchObject({ status: 400 });
  expect(await put({ presence: 'unavailable', status_msg: 'lunch' })).toMatchObject({ status: 200 });
  await expect(alice.presenceOf(ghost)).rejects.toMatchObject({ status: 403 });
  const room = await alice.createDirect(ghost);
  await appservice.join(room, ghost);
  expect(await alice.presenceOf(ghost)).toMatchObject({ presence: 'unavailable', status_msg: 'lunch' });
  await put({ presence: 'online' });
  await alice.until(() => alice.seenPresence(ghost)?.['presence'] === 'online');
});

test('media come back only with a token', async () => {
  await using pair = await startPair();
  const { homeserver } = pair;
  const alice = await homeserver.createUser('alice');
  const bytes = Uint8Array.of(1, 2, 3);
  const uri = await alice.client.upload(bytes, 'image/png');
  expect(await alice.client.download(uri)).toEqual(bytes);
  expect(homeserver.media.byUri(uri)).toMatchObject({ contentType: 'image/png', uploader: alice.id });
  const path = uri.slice('mxc://'.length);
  expect((await fetch(`${homeserver.url}/_matrix/client/v1/media/download/${path}`)).status).toBe(401);
  expect((await fetch(`${homeserver.url}/_matrix/media/v3/download/${path}`)).status).toBe(404);
});
