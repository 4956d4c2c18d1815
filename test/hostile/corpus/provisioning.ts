// Requests to the provisioning API that are of nobody, for somebody else, or no requests.

import assert from 'node:assert/strict';

import { Door, HS_TOKEN, isPolluted, SECRET } from './door.ts';
import type { Knock } from './door.ts';
import { kind } from './kind.ts';
import type { Entry, HostileCase } from './kind.ts';

interface RequestCase extends HostileCase {
  readonly knock: Partial<Knock> & { readonly path: string };
  readonly status: number;
  readonly errcode?: string;
}

interface OpenIdCase extends HostileCase {
  readonly token: string;
  /** What the homeserver says of it. */
  readonly said: { readonly status: number; readonly body: unknown };
  readonly status: number;
}

const BASE = '/_matrix/provision';
const ALICE = 'user_id=%40alice%3Ahs';
const bearer = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });

/** The right answer, nothing done, nothing told to the log that is secret, and the next honest request is met. */
async function refuses(
  door: Door,
  knock: Knock,
  { status, errcode }: Pick<RequestCase, 'status' | 'errcode'>,
): Promise<void> {
  const answer = await door.knock(knock);
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  if (errcode !== undefined) assert.equal(answer.body['errcode'], errcode);
  assert.ok(JSON.stringify(answer.body).length < 1_000, 'an answer has an end');
  assert.equal(isPolluted(), false);
  assert.deepEqual(door.sink.asked, [], 'nothing is asked of the core');
  assert.ok(!JSON.stringify(door.log.lines).includes(SECRET), 'the log tells no secret');
  const honest = await door.knock({ method: 'GET', path: `${BASE}/v3/whoami?${ALICE}`, headers: bearer(SECRET) });
  assert.equal(honest.status, 200);
}

const WAYS: readonly (readonly [name: string, headers: Readonly<Record<string, string>>, pieces?: number])[] = [
  ['with the shared secret', bearer(SECRET)],
  ['with an OpenID token', bearer('openid:good')],
  ['with the shared secret, in pieces', bearer(SECRET), 5],
];

async function withDoor(work: (door: Door) => Promise<void>, said?: OpenIdCase['said']): Promise<void> {
  const door = await Door.open(said && { ...said, headers: {} });
  try {
    await work(door);
  } finally {
    await door.close();
  }
}

const requestEntries: readonly Entry<RequestCase>[] = WAYS.map(([name, headers, pieces]) => ({
  name,
  enter: async (one) =>
    withDoor(async (door) =>
      refuses(door, { method: 'GET', headers, ...(pieces !== undefined && { pieces }), ...one.knock }, one),
    ),
}));

const PATHS = ['/v3/whoami', '/v3/logins', '/v3/login/flows', '/v3/contacts'];

/** Whoever it is, they get nothing anywhere. */
const strangerEntries: readonly Entry<RequestCase>[] = PATHS.map((path) => ({
  name: path,
  enter: async (one) =>
    withDoor(async (door) =>
      refuses(door, { method: 'GET', headers: {}, ...one.knock, path: `${BASE}${path}${one.knock.path}` }, one),
    ),
}));

const openIdEntries: readonly Entry<OpenIdCase>[] = PATHS.map((path) => ({
  name: path,
  enter: async ({ token, said, status }) =>
    withDoor(
      async (door) =>
        refuses(door, { method: 'GET', path: `${BASE}${path}?${ALICE}`, headers: bearer(token) }, { status }),
      said,
    ),
}));

const request = (
  rule: string,
  name: string,
  knock: RequestCase['knock'],
  status: number,
  errcode?: string,
): RequestCase => ({
  rule,
  name,
  knock: { ...knock, path: `${BASE}${knock.path}` },
  status,
  ...(errcode !== undefined && { errcode }),
});
const stranger = (
  rule: string,
  name: string,
  knock: RequestCase['knock'],
  status: number,
  errcode: string,
): RequestCase => ({ rule, name, knock, status, errcode });
const openId = (name: string, token: string, said: OpenIdCase['said'], status: number): OpenIdCase => ({
  rule: 'our own homeserver is believed, about its own users',
  name,
  token,
  said,
  status,
});

const WHERE = 'what is nowhere is not found';
const USER = 'a request is for one user';
const PARAM = 'a parameter has a thousand letters at most';
const BODY = 'answers are texts, twenty at most, in an object';
const TOKEN = 'a token stands in the header, and is the right one';

const submit = (body: string | Uint8Array): RequestCase['knock'] => ({
  method: 'POST',
  path: `/v3/login/step/p/s/user_input?${ALICE}`,
  body,
});

const REQUESTS: readonly RequestCase[] = [
  request(WHERE, 'a path that is nowhere', { path: `/nothing?${ALICE}` }, 404, 'M_UNRECOGNIZED'),
  request(WHERE, 'what other bridges have', { path: `/v3/groups?${ALICE}` }, 501, 'M_UNRECOGNIZED'),
  request(WHERE, 'a path out of the path', { path: `/v3/../../../etc/passwd?${ALICE}` }, 501, 'M_UNRECOGNIZED'),
  request(WHERE, 'another method', { method: 'DELETE', path: `/v3/whoami?${ALICE}` }, 405, 'M_UNRECOGNIZED'),
  request(USER, 'nobody', { path: '/v3/whoami' }, 400, 'M_MISSING_PARAM'),
  request(USER, 'two users', { path: `/v3/whoami?${ALICE}&${ALICE}` }, 400, 'M_INVALID_PARAM'),
  request(USER, 'what is no user', { path: '/v3/whoami?user_id=alice' }, 400, 'M_INVALID_PARAM'),
  request(USER, 'a user with a NUL', { path: '/v3/whoami?user_id=%40a%00%3Ahs' }, 400, 'M_INVALID_PARAM'),
  request(
    USER,
    'a user of three hundred letters',
    { path: `/v3/whoami?user_id=%40${'a'.repeat(300)}%3Ahs` },
    400,
    'M_INVALID_PARAM',
  ),
  request(USER, 'the bot', { path: '/v3/whoami?user_id=%40bot%3Ahs' }, 403, 'M_FORBIDDEN'),
  request(USER, 'a ghost', { path: '/v3/whoami?user_id=%40msn_bob%3Ahs' }, 403, 'M_FORBIDDEN'),
  request(PARAM, 'an identifier with a NUL', { path: `/v3/resolve_identifier/a%00b?${ALICE}` }, 400, 'M_INVALID_PARAM'),
  request(
    PARAM,
    'an identifier of two thousand letters',
    { path: `/v3/resolve_identifier/${'x'.repeat(2_000)}?${ALICE}` },
    400,
    'M_INVALID_PARAM',
  ),
  request(
    PARAM,
    'an identifier of broken percent signs',
    { path: `/v3/resolve_identifier/%ff?${ALICE}` },
    400,
    'M_INVALID_PARAM',
  ),
  request(
    PARAM,
    'a login of two thousand letters',
    { path: `/v3/contacts?${ALICE}&login_id=${'x'.repeat(2_000)}` },
    400,
    'M_INVALID_PARAM',
  ),
  request(BODY, 'nothing', submit(''), 400, 'M_NOT_JSON'),
  request(BODY, 'half of it', submit('{"address":'), 400, 'M_NOT_JSON'),
  request(BODY, 'a list', submit('["a"]'), 400, 'M_BAD_JSON'),
  request(BODY, 'null', submit('null'), 400, 'M_BAD_JSON'),
  request(BODY, 'a number for a text', submit('{"address":5}'), 400, 'M_BAD_JSON'),
  request(BODY, 'an object for a text', submit('{"address":{"toString":"x"}}'), 400, 'M_BAD_JSON'),
  request(BODY, 'half a character', submit('{"address":"\\ud800"}'), 400, 'M_BAD_JSON'),
  request(BODY, 'a NUL', submit('{"address":"a\\u0000b"}'), 400, 'M_INVALID_PARAM'),
  request(BODY, 'two thousand letters', submit(JSON.stringify({ address: 'x'.repeat(2_000) })), 400, 'M_INVALID_PARAM'),
  request(
    BODY,
    'a name of two thousand letters',
    submit(JSON.stringify({ ['x'.repeat(2_000)]: 5 })),
    400,
    'M_BAD_JSON',
  ),
  request(
    BODY,
    'twenty-one answers',
    submit(JSON.stringify(Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`a${index}`, 'x'])))),
    400,
    'M_BAD_JSON',
  ),
  request(BODY, 'a prototype', submit('{"__proto__":{"polluted":1}}'), 400, 'M_BAD_JSON'),
  request(BODY, 'twenty thousand bytes', submit(Buffer.alloc(20_000, 0x20)), 413, 'M_TOO_LARGE'),
  request(BODY, 'lists within lists', submit('['.repeat(7_000)), 400, 'M_NOT_JSON'),
  request(
    BODY,
    'a search for a number',
    { method: 'POST', path: `/v3/search_users?${ALICE}`, body: '{"query":5}' },
    400,
    'M_BAD_JSON',
  ),
];

const STRANGERS: readonly RequestCase[] = [
  stranger(TOKEN, 'no token', { path: `?${ALICE}` }, 401, 'M_MISSING_TOKEN'),
  stranger(
    TOKEN,
    'the secret in the query',
    { path: `?${ALICE}&access_token=${encodeURIComponent(SECRET)}` },
    401,
    'M_MISSING_TOKEN',
  ),
  stranger(
    TOKEN,
    'the secret by another scheme',
    { path: `?${ALICE}`, headers: { authorization: `Basic ${SECRET}` } },
    401,
    'M_MISSING_TOKEN',
  ),
  stranger(
    TOKEN,
    'a part of the secret',
    { path: `?${ALICE}`, headers: bearer(SECRET.slice(0, -1)) },
    401,
    'M_UNKNOWN_TOKEN',
  ),
  stranger(TOKEN, 'the secret and more', { path: `?${ALICE}`, headers: bearer(`${SECRET}x`) }, 401, 'M_UNKNOWN_TOKEN'),
  stranger(
    TOKEN,
    'the token of the homeserver',
    { path: `?${ALICE}`, headers: bearer(HS_TOKEN) },
    401,
    'M_UNKNOWN_TOKEN',
  ),
  stranger(TOKEN, 'an empty OpenID token', { path: `?${ALICE}`, headers: bearer('openid:') }, 401, 'M_UNKNOWN_TOKEN'),
  stranger(
    TOKEN,
    'an OpenID token of ten thousand letters',
    { path: `?${ALICE}`, headers: bearer(`openid:${'x'.repeat(10_000)}`) },
    401,
    'M_UNKNOWN_TOKEN',
  ),
];

const good = 'openid:good';
const OPEN_IDS: readonly OpenIdCase[] = [
  openId('a token that it does not know', good, { status: 401, body: { errcode: 'M_UNKNOWN_TOKEN' } }, 401),
  openId('a token of another user', good, { status: 200, body: { sub: '@mallory:hs' } }, 403),
  openId('a token of another server', good, { status: 200, body: { sub: '@alice:evil.example' } }, 403),
  openId(
    'a token of a server with our name in its own',
    good,
    { status: 200, body: { sub: '@alice:hs.evil.example' } },
    403,
  ),
  openId('a token of a user with our name in their own', good, { status: 200, body: { sub: '@alice:evil:hs' } }, 403),
  openId('an answer that names nobody', good, { status: 200, body: {} }, 502),
  openId('an answer that names a list', good, { status: 200, body: { sub: ['@alice:hs'] } }, 502),
  openId('an answer that is a page', good, { status: 200, body: '<html>' }, 502),
  openId('an answer that is null', good, { status: 200, body: null }, 502),
  openId('a redirect', good, { status: 302, body: {} }, 502),
  openId('a mistake of the homeserver', good, { status: 500, body: {} }, 502),
];

export const provisioning = [
  ...kind('provisioning', REQUESTS, () => requestEntries),
  ...kind('provisioning by strangers', STRANGERS, () => strangerEntries),
  ...kind('provisioning by OpenID', OPEN_IDS, () => openIdEntries),
];
