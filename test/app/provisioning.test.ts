// Programs that manage a user's accounts and chats over HTTP, between both doubles.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../support/homeserver/json.ts';
import type { Person } from '../support/homeserver/person.ts';
import { House } from './house.ts';

const SECRET = 'the secret of the programs';

let house: House;
let alice: Person;
let bob: Person;
let stranger: Person;

beforeAll(async () => {
  house = await House.build({ provisioning: { shared_secret: SECRET, openid: true } });
  stranger = await house.homeserver.createUser('stranger');
});
afterAll(async () => house.pullDown());

// New ones each time: what one may ask for is limited.
let count = 0;
beforeEach(async () => {
  count += 1;
  alice = await house.homeserver.createUser(`alice${count}`);
  bob = await house.homeserver.createUser(`bob${count}`);
});
afterEach(async () => {
  for (const { id } of [alice, bob]) await ask(id, 'POST logout/all');
});

interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

async function ask(
  user: string,
  call: `${'GET' | 'POST'} ${string}`,
  { token = SECRET, body }: { readonly token?: string; readonly body?: unknown } = {},
): Promise<Answer> {
  const [method = '', path = ''] = call.split(' ');
  const url = new URL(`${house.url}/_matrix/provision/v3/${path}`);
  url.searchParams.set('user_id', user);
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as JsonObject };
}

/** Up to the step at which address and password are asked for. */
async function begin(user: string): Promise<string> {
  const { status, body } = await ask(user, 'POST login/start/msn');
  expect({ status, body }).toMatchObject({
    status: 200,
    body: {
      type: 'user_input',
      step_id: 'msn.login.address',
      user_input: {
        fields: [
          { type: 'username', id: 'address' },
          { type: 'password', id: 'password' },
        ],
      },
    },
  });
  return body['login_id'] as string;
}

async function signIn(user: string, address: string, password = 'secret'): Promise<Answer> {
  const process = await begin(user);
  return ask(user, `POST login/step/${process}/msn.login.address/user_input`, { body: { address, password } });
}

const LOGIN = 'msn/test/alice@example.com';
const LOGOUT = `POST logout/${encodeURIComponent(LOGIN)}` as const;

describe('a user', () => {
  test('is signed in step by step, and out again', async () => {
    expect(await ask(alice.id, 'GET login/flows')).toMatchObject({
      status: 200,
      body: { flows: [{ id: 'msn', name: 'MSN Messenger' }, { id: 'echo' }] },
    });
    expect(await signIn(alice.id, 'alice@example.com')).toMatchObject({
      status: 200,
      body: { type: 'complete', complete: { user_login_id: LOGIN } },
    });
    expect(await ask(alice.id, 'GET logins')).toEqual({ status: 200, body: { login_ids: [LOGIN] } });
    expect(await ask(alice.id, 'GET whoami')).toMatchObject({
      status: 200,
      body: {
        network: { network_id: 'msn', beeper_bridge_type: 'msn' },
        homeserver: house.homeserver.serverName,
        bridge_bot: house.bot,
        logins: [{ id: LOGIN, state: { state_event: 'CONNECTED' }, profile: { username: 'alice@example.com' } }],
      },
    });
    expect(await ask(alice.id, LOGOUT)).toEqual({ status: 200, body: {} });
    expect(await ask(alice.id, 'GET logins')).toEqual({ status: 200, body: { login_ids: [] } });
    expect(await ask(alice.id, LOGOUT)).toMatchObject({ status: 404, body: { errcode: 'M_NOT_FOUND' } });
  });

  test('with a wrong password hears why, and may begin again', async () => {
    expect(await signIn(alice.id, 'alice@example.com', 'wrong')).toMatchObject({
      status: 403,
      body: { errcode: 'M_FORBIDDEN', error: expect.stringMatching(/password/) as string },
    });
    expect(await ask(alice.id, 'GET whoami')).toMatchObject({
      body: { logins: [{ state: { state_event: 'BAD_CREDENTIALS' } }] },
    });
    expect(await signIn(alice.id, 'alice@example.com')).toMatchObject({ status: 200, body: { type: 'complete' } });
  });

  test('whose password was refused gives another for the account', async () => {
    await signIn(alice.id, 'alice@example.com', 'wrong');
    const { body } = await ask(alice.id, `POST login/start/msn?login_id=${encodeURIComponent(LOGIN)}`);
    expect(body).toMatchObject({ user_input: { fields: [{ id: 'password' }] } });
    const step = `POST login/step/${body['login_id'] as string}/msn.login.password/user_input` as const;
    expect(await ask(alice.id, step, { body: { password: 'secret' } })).toMatchObject({
      status: 200,
      body: { complete: { user_login_id: LOGIN } },
    });
  });

  test('with an address that is none is asked again at the same step', async () => {
    const process = await begin(alice.id);
    const step = `POST login/step/${process}/msn.login.address/user_input` as const;
    const body = { address: 'nobody', password: 'secret' };
    expect(await ask(alice.id, step, { body })).toMatchObject({ status: 400, body: { errcode: 'M_INVALID_PARAM' } });
    expect(await ask(alice.id, step, { body: { ...body, address: 'alice@example.com' } })).toMatchObject({
      status: 200,
      body: { type: 'complete' },
    });
  });

  test('finds people, and gets a room with them', async () => {
    await signIn(alice.id, 'alice@example.com');
    const msnBob = await house.onMsn('bob');
    const found = { id: 'test/bob@example.com', identifiers: ['msn:bob@example.com'] };
    const mxid = house.ghost('msn', 'test', 'bob@example.com');
    const { body: list } = await ask(alice.id, 'GET contacts');
    expect((list['contacts'] as readonly JsonObject[]).map(({ id }) => id)).toEqual([
      'test/bob@example.com',
      'test/carol@example.com',
    ]);
    expect(await ask(alice.id, 'POST search_users', { body: { query: 'BOB' } })).toMatchObject({
      body: { results: [{ ...found, mxid }] },
    });
    expect(await ask(alice.id, 'GET resolve_identifier/bob%40example.com')).toMatchObject({
      status: 200,
      body: { ...found, mxid },
    });
    expect(await ask(alice.id, 'GET resolve_identifier/nobody')).toMatchObject({ status: 404 });
    const made = await ask(alice.id, 'POST create_dm/bob%40example.com');
    expect(made).toMatchObject({ status: 200, body: { ...found, mxid } });
    const room = made.body['dm_room_mxid'] as string;
    await alice.waitForInvite((invite) => invite.room === room);
    await alice.join(room);
    await alice.say(room, 'hello from a program');
    await msnBob.waitForText('hello from a program');
    expect(await ask(alice.id, 'POST create_dm/bob%40example.com')).toMatchObject({ body: { dm_room_mxid: room } });
    expect(await ask(alice.id, 'GET resolve_identifier/bob%40example.com')).toMatchObject({
      body: { dm_room_mxid: room },
    });
  });

  test('who signs in twice at once has one connection and one account', async () => {
    const both = await Promise.all([begin(alice.id), begin(alice.id)]);
    const body = { address: 'alice@example.com', password: 'secret' };
    const answers = await Promise.all(
      both.map(async (process) => ask(alice.id, `POST login/step/${process}/msn.login.address/user_input`, { body })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await ask(alice.id, 'GET logins')).toMatchObject({ body: { login_ids: [LOGIN] } });
    await Promise.all([ask(alice.id, LOGOUT), ask(alice.id, LOGOUT)]);
    const signedIn = await house.onMsn('bob');
    expect(signedIn.presenceOf('alice@example.com').status).toBe('FLN');
  });

  test('cannot touch what is another’s', async () => {
    await signIn(alice.id, 'alice@example.com');
    const process = await begin(alice.id);
    const body = { address: 'bob@example.com', password: 'secret' };
    for (const call of [
      LOGOUT,
      `POST login/cancel/${process}`,
      `POST login/step/${process}/msn.login.address/user_input`,
      `POST login/start/msn?login_id=${encodeURIComponent(LOGIN)}`,
      `GET contacts?login_id=${encodeURIComponent(LOGIN)}`,
    ] as const) {
      expect(await ask(bob.id, call, { body: call.startsWith('GET') ? undefined : body })).toMatchObject({
        status: 404,
        body: { errcode: 'M_NOT_FOUND' },
      });
    }
    expect(await signIn(bob.id, 'alice@example.com')).toMatchObject({ status: 403, body: { errcode: 'M_FORBIDDEN' } });
    expect(await ask(alice.id, 'GET whoami')).toMatchObject({
      body: { logins: [{ state: { state_event: 'CONNECTED' } }] },
    });
  });

  test('who signed in by a program is told so in the room with the bot, and a command sees it', async () => {
    const visitor = await house.visitor('dora');
    await signIn(visitor.person.id, 'carol@example.com');
    await visitor.hears(/You are signed in as carol@example\.com/);
    await visitor.asks('status', /carol@example\.com.*signed in/);
    await visitor.asks('logout', /signed out of carol@example\.com/);
    expect(await ask(visitor.person.id, 'GET logins')).toEqual({ status: 200, body: { login_ids: [] } });
  });
});

describe('a program', () => {
  test('with a wrong token, or for a user who is not permitted, gets nothing', async () => {
    expect(await ask(alice.id, 'GET whoami', { token: 'wrong' })).toMatchObject({
      status: 401,
      body: { errcode: 'M_UNKNOWN_TOKEN' },
    });
    for (const call of ['GET whoami', 'GET logins', 'POST login/start/msn', 'POST logout/all'] as const) {
      expect(await ask(stranger.id, call)).toMatchObject({ status: 403, body: { errcode: 'M_FORBIDDEN' } });
    }
  });

  test('with a user’s OpenID token speaks for that user, and for nobody else', async () => {
    const token = `openid:${await alice.openId()}`;
    expect((await ask(alice.id, 'GET whoami', { token })).status).toBe(200);
    expect(await ask(bob.id, 'GET whoami', { token })).toMatchObject({ status: 403, body: { errcode: 'M_FORBIDDEN' } });
    expect(await ask(stranger.id, 'GET whoami', { token: `openid:${await stranger.openId()}` })).toMatchObject({
      status: 403,
    });
  });

  test('with an OpenID token that is made up, or of another server, gets nothing', async () => {
    expect(await ask(alice.id, 'GET whoami', { token: 'openid:made-up' })).toMatchObject({
      status: 401,
      body: { errcode: 'M_UNKNOWN_TOKEN' },
    });
    const foreign = house.homeserver.issueOpenId('@alice:elsewhere.test');
    for (const user of [alice.id, '@alice:elsewhere.test']) {
      expect(await ask(user, 'GET whoami', { token: `openid:${foreign}` })).toMatchObject({
        status: 403,
        body: { errcode: 'M_FORBIDDEN' },
      });
    }
  });

  test('that asks too much waits', async () => {
    const erin = `@erin:${house.homeserver.serverName}`;
    const answers: number[] = [];
    while (answers.length < 70 && !answers.includes(429)) {
      answers.push((await ask(erin, 'GET logins')).status);
    }
    expect(answers.slice(0, 60).every((status) => status === 200)).toBe(true);
    expect(answers.at(-1)).toBe(429);
  });

  test('leaves no password in the log, and breaks no rule', () => {
    const printed = JSON.stringify(house.log.lines);
    expect(printed).not.toContain(SECRET);
    expect(printed).not.toContain('"secret"');
    expect(house.msn.violations).toEqual([]);
    expect(house.homeserver.violations).toEqual([]);
  });
});
