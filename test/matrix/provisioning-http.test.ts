import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import type { LoginId, MatrixUserId, NetworkId, RemoteUserId, RoomId } from '../../src/bridge/ids.ts';
import type { ProvisioningResult } from '../../src/bridge/provisioning-types.ts';
import { Secret } from '../../src/bridge/secret.ts';
import { type HttpReply, type HttpRequest, NoAnswer } from '../../src/matrix/http.ts';
import { addressOf } from '../../src/matrix/guesses.ts';
import { Intake } from '../../src/matrix/intake.ts';
import { type ProvisioningAccess, ProvisioningHttp } from '../../src/matrix/provisioning-http.ts';
import { keptLog } from '../support/no-log.ts';
import { FakeClock, FakeSink } from './support.ts';

const ALICE = '@alice:hs';
const SECRET = 'the secret of the API';

let sink: FakeSink;
let log: ReturnType<typeof keptLog>;
let clock: FakeClock;
let intake: Intake;
/** What the homeserver is asked, and what it answers. */
let questions: HttpRequest[];
let homeserver: (token: string) => Promise<HttpReply> | HttpReply;

async function open(
  access: ProvisioningAccess | 'off' = { sharedSecret: new Secret(SECRET), openId: true, origins: [] },
): Promise<void> {
  await intake?.close();
  sink = new FakeSink();
  log = keptLog();
  clock = new FakeClock();
  questions = [];
  homeserver = () => ({ status: 200, headers: {}, body: { sub: ALICE } });
  const isOurs = (user: string): boolean => user === '@bot:hs' || user.startsWith('@net_');
  const provisioning =
    access === 'off'
      ? undefined
      : new ProvisioningHttp({
          access,
          domain: 'hs',
          bridgeId: 'bridge',
          isOurs,
          http: {
            request: async (request) => {
              questions.push(request);
              return homeserver(new URLSearchParams(request.path.split('?')[1]).get('access_token') ?? '');
            },
          },
          provision: async (user, request) => sink.provision(user, request),
          clock,
          log,
        });
  intake = new Intake({
    hsToken: new Secret('the-hs-token'),
    sink,
    isOurs,
    knowsUser: () => false,
    onMember: () => undefined,
    onEcho: () => undefined,
    isReady: () => true,
    provisioning,
    clock,
    log,
  });
  await intake.listen(0, '127.0.0.1', 10);
}

beforeEach(() => open());
afterEach(() => intake.close());

interface Ask {
  readonly token?: string;
  readonly user?: string;
  readonly body?: unknown;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask(
  method: string,
  path: string,
  { token = SECRET, user = ALICE, body, query, headers }: Ask = {},
): Promise<{ readonly status: number; readonly body: unknown; readonly headers: Headers }> {
  const asked = query ?? `user_id=${encodeURIComponent(user)}`;
  const response = await fetch(`http://127.0.0.1:${intake.port}/_matrix/provision${path}?${asked}`, {
    method,
    headers: { ...(token !== '' && { authorization: `Bearer ${token}` }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

const whoami = async (how?: Ask) => ask('GET', '/v3/whoami', how);

describe('who guesses', () => {
  const from = (address: string): Ask => ({ headers: { 'x-forwarded-for': address } });

  test('is not listened to after twenty wrong tokens, be the next one right; a right one costs nothing', async () => {
    for (let count = 0; count < 39; count++)
      expect(await whoami(count % 2 === 0 ? { token: `${count}` } : {})).toBeDefined();
    const refused = await whoami();
    expect(refused).toMatchObject({ status: 429, body: { errcode: 'M_LIMIT_EXCEEDED' } });
    expect(refused.headers.get('retry-after')).toBe('6');
    expect(await whoami({ token: 'openid:good' })).toMatchObject({ status: 429 });
    expect(sink.asked).toHaveLength(19);
    expect(questions).toEqual([]);
    const warned = log.lines.filter(({ level }) => level === 'warn');
    expect(warned.map(({ fields }) => fields)).toEqual([{ address: '127.0.0.1' }]);
    clock.pass(6_000);
    expect(await whoami()).toMatchObject({ status: 200 });
  });

  test('keeps nobody else from asking: a proxy of this machine says whose request it is', async () => {
    for (let count = 0; count < 30; count++)
      await whoami({ token: 'wrong', ...from(`2001:db8::${count % 7}, 192.0.2.1`) });
    expect(await whoami(from('192.0.2.1'))).toMatchObject({ status: 429 });
    expect(await whoami(from('192.0.2.1, 192.0.2.2'))).toMatchObject({ status: 200 });
    expect(await whoami(from('no address'))).toMatchObject({ status: 200 });
  });

  test('with tokens that the homeserver does not know is the same', async () => {
    homeserver = () => ({ status: 401, headers: {}, body: {} });
    for (let count = 0; count < 30; count++) await whoami({ token: `openid:${count}` });
    expect(questions).toHaveLength(20);
  });
});

test('only a proxy of this machine is believed whose request it is', () => {
  const request = (remoteAddress: string | undefined, forwarded?: string): Parameters<typeof addressOf>[0] =>
    ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as never;
  expect(addressOf(request('::1', '192.0.2.1'))).toBe('192.0.2.1');
  expect(addressOf(request('::ffff:127.0.0.1', ' 192.0.2.1 , ::ffff:192.0.2.2 '))).toBe('192.0.2.2');
  expect(addressOf(request('192.0.2.9', '192.0.2.1'))).toBe('192.0.2.9');
  expect(addressOf(request('127.0.0.1'))).toBe('127.0.0.1');
  expect(addressOf(request(undefined))).toBe('');
});

test('all the addresses that one network has are one', () => {
  const request = (address: string): Parameters<typeof addressOf>[0] =>
    ({ socket: { remoteAddress: address }, headers: {} }) as never;
  for (const address of ['2001:DB8::1', '2001:db8:0:0:5:6:7:8', '2001:db8::5:6:7:8'])
    expect(addressOf(request(address))).toBe('2001:db8:0:0::/64');
  expect(addressOf(request('2001:db8:0:1::1'))).toBe('2001:db8:0:1::/64');
  expect(addressOf(request('1::2:3:4:5:6:7'))).toBe('1:0:2:3::/64');
  for (const address of ['fe80::1%eth0', 'fe80::%a:b:c', 'fe80:0000::1.2.3.4'])
    expect(addressOf(request(address))).toBe('fe80:0:0:0::/64');
  expect(addressOf(request('::2:3:4:5:192.0.2.1'))).toBe('0:0:2:3::/64');
});

describe('who asks', () => {
  test.each<[string, Ask, number, string]>([
    ['nobody', { token: '' }, 401, 'M_MISSING_TOKEN'],
    [
      'somebody with another scheme',
      { token: '', headers: { authorization: `Basic ${SECRET}` } },
      401,
      'M_MISSING_TOKEN',
    ],
    ['somebody with a token in the query', { token: '', query: `access_token=${SECRET}` }, 401, 'M_MISSING_TOKEN'],
    ['somebody with a wrong token', { token: 'wrong' }, 401, 'M_UNKNOWN_TOKEN'],
    ['somebody with the token of the homeserver', { token: 'the-hs-token' }, 401, 'M_UNKNOWN_TOKEN'],
    ['somebody with a part of the secret', { token: SECRET.slice(0, -1) }, 401, 'M_UNKNOWN_TOKEN'],
    ['for nobody', { query: '' }, 400, 'M_MISSING_PARAM'],
    ['for what is no user', { user: 'alice' }, 400, 'M_INVALID_PARAM'],
    ['for two users', { query: 'user_id=@alice:hs&user_id=@bob:hs' }, 400, 'M_INVALID_PARAM'],
    ['for the bot', { user: '@bot:hs' }, 403, 'M_FORBIDDEN'],
    ['for a ghost', { user: '@net_bob:hs' }, 403, 'M_FORBIDDEN'],
    ['with an empty OpenID token', { token: 'openid:' }, 401, 'M_UNKNOWN_TOKEN'],
    ['with an endless OpenID token', { token: `openid:${'x'.repeat(2_000)}` }, 401, 'M_UNKNOWN_TOKEN'],
    ['with an OpenID token for another user', { token: 'openid:good', user: '@bob:hs' }, 403, 'M_FORBIDDEN'],
  ])('%s is refused', async (_, how, status, errcode) => {
    expect(await whoami(how)).toMatchObject({ status, body: { errcode } });
    expect(sink.asked).toEqual([]);
  });

  test('with the secret may speak for any user', async () => {
    expect(await whoami({ user: '@carol:elsewhere' })).toMatchObject({ status: 200 });
    expect(sink.asked).toEqual([{ user: '@carol:elsewhere', request: { type: 'whoami' } }]);
    expect(questions).toEqual([]);
  });

  test('with an OpenID token of our homeserver may speak for its user, and nobody else is asked', async () => {
    expect(await whoami({ token: 'openid:a b&c' })).toMatchObject({ status: 200 });
    expect(questions).toEqual([
      {
        method: 'GET',
        path: '/_matrix/federation/v1/openid/userinfo?access_token=a%20b%26c',
        headers: {},
        timeoutMs: 10_000,
      },
    ]);
  });

  test.each<[string, HttpReply['status'], unknown, number, string]>([
    ['does not know the token', 401, { errcode: 'M_UNKNOWN_TOKEN' }, 401, 'M_UNKNOWN_TOKEN'],
    ['names a user of another server', 200, { sub: '@alice:elsewhere' }, 403, 'M_FORBIDDEN'],
    ['names a user of a server that only ends as ours', 200, { sub: '@alice:evil:hs' }, 403, 'M_FORBIDDEN'],
    ['names nobody', 200, {}, 502, 'M_UNKNOWN'],
    ['is no homeserver', 200, '<html>', 502, 'M_UNKNOWN'],
    ['does not offer that', 404, { errcode: 'M_UNRECOGNIZED' }, 502, 'M_UNKNOWN'],
    ['fails', 500, { sub: ALICE }, 502, 'M_UNKNOWN'],
  ])('is refused when the homeserver %s', async (_, status, body, expected, errcode) => {
    homeserver = () => ({ status, headers: {}, body });
    for (const user of [ALICE, '@alice:elsewhere', '@alice:evil:hs']) {
      expect(await whoami({ token: 'openid:x', user })).toMatchObject({ status: expected, body: { errcode } });
    }
    expect(sink.asked).toEqual([]);
  });

  test('is refused when the homeserver does not answer, or is asked too much at once', async () => {
    homeserver = () => Promise.reject(new NoAnswer('ECONNRESET', undefined));
    expect(await whoami({ token: 'openid:x' })).toMatchObject({ status: 502, body: { errcode: 'M_UNKNOWN' } });
    const gate = Promise.withResolvers<HttpReply>();
    const all = Promise.withResolvers<void>();
    questions.length = 0;
    homeserver = () => {
      if (questions.length === 16) all.resolve();
      return gate.promise;
    };
    const waiting = Array.from({ length: 16 }, async () => whoami({ token: 'openid:x' }));
    await all.promise;
    expect(await whoami({ token: 'openid:x' })).toMatchObject({ status: 429, body: { errcode: 'M_LIMIT_EXCEEDED' } });
    gate.resolve({ status: 200, headers: {}, body: { sub: ALICE } });
    for (const { status } of await Promise.all(waiting)) expect(status).toBe(200);
  });

  test('is believed by what the configuration allows only', async () => {
    await open({ openId: true, origins: [] });
    expect(await whoami()).toMatchObject({ status: 401 });
    expect(await whoami({ token: 'openid:x' })).toMatchObject({ status: 200 });
    await open({ sharedSecret: new Secret(SECRET), openId: false, origins: [] });
    expect(await whoami()).toMatchObject({ status: 200 });
    expect(await whoami({ token: 'openid:x' })).toMatchObject({ status: 401, body: { errcode: 'M_UNKNOWN_TOKEN' } });
    expect(questions).toEqual([]);
  });

  test('is told that there is nothing here when nobody is let in', async () => {
    await open('off');
    for (const token of ['', SECRET, 'the-hs-token', 'openid:x']) {
      expect(await whoami({ token })).toMatchObject({ status: 404, body: { errcode: 'M_UNRECOGNIZED' } });
    }
    expect((await ask('OPTIONS', '/v3/whoami')).status).toBe(404);
  });
});

describe('a request', () => {
  test.each<[string, string, Ask, object]>([
    ['POST', '/v3/login/start/net', {}, { type: 'start-login', flow: 'net' }],
    [
      'POST',
      '/v3/login/start/net',
      { query: 'user_id=@alice:hs&login_id=net%2Fa' },
      { type: 'start-login', flow: 'net', login: 'net/a' },
    ],
    ['POST', '/v3/login/cancel/p', {}, { type: 'cancel-login', process: 'p' }],
    ['POST', '/v3/logout/net%2Fcave%2Falice', {}, { type: 'logout', login: 'net/cave/alice' }],
    ['GET', '/v3/logins', {}, { type: 'logins' }],
    ['GET', '/v3/login/flows', {}, { type: 'flows' }],
    ['GET', '/v3/capabilities', {}, { type: 'capabilities' }],
    ['GET', '/v3/contacts', { query: 'user_id=@alice:hs&login_id=x' }, { type: 'contacts', login: 'x' }],
    ['POST', '/v3/search_users', { body: { query: 'bob' } }, { type: 'search', query: 'bob' }],
    ['GET', '/v3/resolve_identifier/bob%40x', {}, { type: 'resolve', identifier: 'bob@x' }],
    ['POST', '/v3/create_dm/bob@x', {}, { type: 'create-dm', identifier: 'bob@x' }],
  ])('%s %s is read', async (method, path, how, request) => {
    expect((await ask(method, path, how)).status).toBe(200);
    expect(sink.asked).toEqual([{ user: ALICE, request }]);
  });

  test('with the answers of a step keeps each as a secret', async () => {
    await ask('POST', '/v3/login/step/p/net.login.address/user_input', {
      body: { address: 'alice', password: 'cave' },
    });
    const [asked] = sink.asked;
    if (asked?.request.type !== 'submit') throw new Error('nothing was submitted');
    const { process, step, values } = asked.request;
    expect([process, step, values.get('password')?.reveal()]).toEqual(['p', 'net.login.address', 'cave']);
    expect(JSON.stringify([...values])).not.toContain('cave');
  });

  test.each<[string, string, string, unknown, number, string]>([
    ['no JSON', 'POST', '/v3/search_users', '{', 400, 'M_NOT_JSON'],
    ['no body', 'POST', '/v3/search_users', undefined, 400, 'M_NOT_JSON'],
    ['a list', 'POST', '/v3/search_users', [], 400, 'M_BAD_JSON'],
    ['a query that is no text', 'POST', '/v3/search_users', { query: 5 }, 400, 'M_BAD_JSON'],
    ['half a letter', 'POST', '/v3/search_users', '{"query":"\\ud800"}', 400, 'M_BAD_JSON'],
    ['an endless query', 'POST', '/v3/search_users', { query: 'x'.repeat(1_025) }, 400, 'M_INVALID_PARAM'],
    ['an answer that is no text', 'POST', '/v3/login/step/p/s/user_input', { a: {} }, 400, 'M_BAD_JSON'],
    [
      'too many answers',
      'POST',
      '/v3/login/step/p/s/user_input',
      Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`f${index}`, 'x'])),
      400,
      'M_BAD_JSON',
    ],
    ['too large a body', 'POST', '/v3/search_users', { query: 'x'.repeat(17_000) }, 413, 'M_TOO_LARGE'],
    ['a path that cannot be decoded', 'GET', '/v3/resolve_identifier/%ff', undefined, 400, 'M_INVALID_PARAM'],
    ['a zero in the path', 'GET', '/v3/resolve_identifier/%00', undefined, 400, 'M_INVALID_PARAM'],
    ['an endless path', 'GET', `/v3/resolve_identifier/${'x'.repeat(1_025)}`, undefined, 400, 'M_INVALID_PARAM'],
    ['the wrong method', 'POST', '/v3/whoami', undefined, 405, 'M_UNRECOGNIZED'],
    ['something that others have', 'POST', '/v3/create_group/dm', undefined, 501, 'M_UNRECOGNIZED'],
    ['a step of another kind', 'POST', '/v3/login/step/p/s/cookies', {}, 501, 'M_UNRECOGNIZED'],
    ['another version', 'GET', '/v1/whoami', undefined, 404, 'M_UNRECOGNIZED'],
  ])('with %s is refused', async (_, method, path, body, status, errcode) => {
    expect(await ask(method, path, { body })).toMatchObject({ status, body: { errcode } });
    expect(sink.asked).toEqual([]);
  });

  test('is not even looked at without a token', async () => {
    expect((await ask('POST', '/v3/nothing', { token: '' })).status).toBe(401);
    expect((await ask('POST', '/v3/search_users', { token: 'x', body: 'x'.repeat(100_000) })).status).toBe(401);
  });

  test('too many of one user are refused for a while, and of nobody else', async () => {
    const step = { body: { a: 'x' } };
    for (let count = 0; count < 10; count++) {
      expect((await ask('POST', '/v3/login/step/p/s/user_input', step)).status).toBe(200);
    }
    const refused = await whoami();
    expect(refused).toMatchObject({ status: 429, body: { errcode: 'M_LIMIT_EXCEEDED' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await whoami({ user: '@bob:hs' })).status).toBe(200);
    clock.pass(1_000);
    expect((await whoami()).status).toBe(200);
  });

  test.each<[string, BridgeError, number, string]>([
    ['not-permitted', new BridgeError('not-permitted', 'No.'), 403, 'M_FORBIDDEN'],
    ['not-found', new BridgeError('not-found', 'No.'), 404, 'M_NOT_FOUND'],
    ['bad-input', new BridgeError('bad-input', 'No.'), 400, 'M_INVALID_PARAM'],
    ['bad-state', new BridgeError('bad-state', 'No.'), 400, 'M_BAD_STATE'],
    ['unsupported', new BridgeError('unsupported', 'No.'), 501, 'M_UNRECOGNIZED'],
    ['database', new BridgeError('database', 'No.', { retriable: true }), 503, 'M_UNKNOWN'],
    ['network', new BridgeError('network', 'No.'), 502, 'M_UNKNOWN'],
  ])('that the core refuses as %s is answered with its sentence', async (_, error, status, errcode) => {
    sink.result = () => Promise.reject(error);
    expect(await whoami()).toMatchObject({ status, body: { errcode, error: 'No.' } });
  });

  test('that shows a mistake of ours is answered without telling what, and logged', async () => {
    sink.result = () => Promise.reject(new Error('inner workings'));
    const answer = await whoami();
    expect(answer).toMatchObject({ status: 500, body: { errcode: 'M_UNKNOWN', error: 'The bridge made a mistake.' } });
    expect(log.lines).toMatchObject([{ level: 'error', text: 'a provisioning request failed' }]);
  });
});

describe('an answer', () => {
  const at = new Date(1_790_000_000_500);
  const bob = {
    network: 'net' as NetworkId,
    id: 'cave/bob' as RemoteUserId,
    address: 'bob',
    name: 'Bob',
    ghost: '@net_bob:hs' as MatrixUserId,
  };
  const flows = [{ id: 'net', name: 'Net', description: 'Sign in' }];
  const person = { id: 'cave/bob', name: 'Bob', identifiers: ['net:bob'], mxid: '@net_bob:hs' };

  test.each<[ProvisioningResult, object]>([
    [
      {
        type: 'whoami',
        networks: [{ id: 'net' as NetworkId, name: 'Net' }],
        bot: '@bot:hs' as MatrixUserId,
        flows,
        managementRoom: '!commands' as RoomId,
        logins: [
          {
            id: 'net/cave/alice' as LoginId,
            address: 'alice',
            serverName: 'Cave',
            nick: 'Al',
            state: { kind: 'connected', sentence: '', at },
          },
          {
            id: 'net/cave/alicia' as LoginId,
            address: 'alicia',
            serverName: 'Cave',
            nick: undefined,
            state: { kind: 'server-down', sentence: 'It is dark.', at },
          },
        ],
      },
      {
        network: {
          displayname: 'Net',
          network_url: '',
          network_icon: '',
          network_id: 'net',
          beeper_bridge_type: 'bridge',
        },
        login_flows: flows,
        homeserver: 'hs',
        bridge_bot: '@bot:hs',
        command_prefix: '',
        management_room: '!commands',
        logins: [
          {
            id: 'net/cave/alice',
            name: 'alice (Cave)',
            profile: { username: 'alice', name: 'Al' },
            state: { state_event: 'CONNECTED', timestamp: 1_790_000_000 },
          },
          {
            id: 'net/cave/alicia',
            name: 'alicia (Cave)',
            profile: { username: 'alicia' },
            state: {
              state_event: 'TRANSIENT_DISCONNECT',
              timestamp: 1_790_000_000,
              error: 'server-down',
              message: 'It is dark.',
            },
          },
        ],
      },
    ],
    [{ type: 'flows', flows }, { flows }],
    [{ type: 'logins', logins: ['a' as LoginId] }, { login_ids: ['a'] }],
    [{ type: 'contacts', people: [{ ...bob, room: undefined }] }, { contacts: [person] }],
    [{ type: 'found', people: [{ ...bob, room: undefined }] }, { results: [person] }],
    [
      { type: 'person', person: { ...bob, room: '!bob' as RoomId } },
      { ...person, dm_room_mxid: '!bob' },
    ],
    [{ type: 'done' }, {}],
    [
      {
        type: 'step',
        step: { type: 'complete', process: 'p', id: 'net.login.complete', instructions: 'In.', login: 'a' as LoginId },
      },
      {
        login_id: 'p',
        step_id: 'net.login.complete',
        instructions: 'In.',
        type: 'complete',
        complete: { user_login_id: 'a' },
      },
    ],
    [
      {
        type: 'step',
        step: {
          type: 'fields',
          process: 'p',
          id: 'net.login.server',
          instructions: 'Sign in.',
          fields: [
            {
              id: 'server',
              kind: 'choice',
              prompt: 'Where?',
              options: [
                { value: 'a', label: 'Cave' },
                { value: 'b', label: 'Pit' },
                { value: 'c', label: 'Pit' },
              ],
            },
            { id: 'address', kind: 'address', prompt: 'Who?' },
            { id: 'password', kind: 'password', prompt: 'How?' },
          ],
        },
      },
      {
        login_id: 'p',
        step_id: 'net.login.server',
        instructions: 'Sign in.',
        type: 'user_input',
        user_input: {
          fields: [
            { type: 'select', id: 'server', name: 'Server', description: 'Where?', options: ['Cave', 'b', 'c'] },
            { type: 'username', id: 'address', name: 'Address', description: 'Who?' },
            { type: 'password', id: 'password', name: 'Password', description: 'How?' },
          ],
        },
      },
    ],
  ])('%# has the shape of the API', async (result, body) => {
    sink.result = async () => result;
    const answer = await whoami();
    expect(answer.body).toEqual(body);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});

describe('a web page', () => {
  const PAGE = 'https://app.example.com';

  test('of an origin that the configuration names may look at answers, errors too', async () => {
    await open({ sharedSecret: new Secret(SECRET), openId: false, origins: [PAGE] });
    const preflight = await ask('OPTIONS', '/v3/whoami', { token: '', headers: { origin: PAGE } });
    expect(preflight.status).toBe(200);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization, content-type');
    for (const token of [SECRET, 'wrong']) {
      expect((await whoami({ token, headers: { origin: PAGE } })).headers.get('access-control-allow-origin')).toBe(
        PAGE,
      );
    }
  });

  test('of another origin may not', async () => {
    await open({ sharedSecret: new Secret(SECRET), openId: false, origins: [PAGE] });
    const origin = 'https://evil.example.com';
    for (const method of ['OPTIONS', 'GET']) {
      const { headers } = await ask(method, '/v3/whoami', { headers: { origin } });
      expect(headers.get('access-control-allow-origin')).toBe(null);
    }
    await open({ sharedSecret: new Secret(SECRET), openId: false, origins: ['*'] });
    expect((await whoami({ headers: { origin } })).headers.get('access-control-allow-origin')).toBe(origin);
  });
});
