import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MatrixUserId } from '../../src/bridge/ids.ts';
import { Secret } from '../../src/bridge/secret.ts';
import { Intake, type IntakeOptions } from '../../src/matrix/intake.ts';
import type { OwnEvent, SeenMember } from '../../src/matrix/incoming.ts';
import { type LogLine, keptLog } from '../support/no-log.ts';
import { FakeClock, FakeSink } from './support.ts';

const TOKEN = 'the-hs-token';
const MIB = 1024 * 1024;

let sink: FakeSink;
let intake: Intake;
let lines: readonly LogLine[];
let members: SeenMember[];
let echoes: OwnEvent[];
let ready: boolean;

async function open(options: Partial<IntakeOptions> = {}): Promise<void> {
  const log = keptLog();
  sink = new FakeSink();
  lines = log.lines;
  members = [];
  echoes = [];
  ready = false;
  intake = new Intake({
    hsToken: new Secret(TOKEN),
    sink,
    isOurs: (user) => user === '@bot:hs' || user.startsWith('@msn_'),
    knowsUser: (user) => user === ('@msn_known:hs' as MatrixUserId),
    onMember: (seen) => members.push(seen),
    onEcho: (own) => echoes.push(own),
    isReady: () => ready,
    clock: new FakeClock(),
    log,
    ...options,
  });
  await intake.listen(0, '127.0.0.1', 10);
}

beforeEach(() => open());
afterEach(() => intake.close());

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

async function ask(
  method: string,
  path: string,
  { body, token = `Bearer ${TOKEN}` }: { readonly body?: unknown; readonly token?: string | undefined } = {},
): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${intake.port}${path}`, {
    method,
    headers: token === '' ? {} : { authorization: token },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

const put = (txnId: string, body: unknown): Promise<Answer> =>
  ask('PUT', `/_matrix/app/v1/transactions/${txnId}`, { body });

function message(body: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    type: 'm.room.message',
    content: { msgtype: 'm.text', body },
    room_id: '!room',
    sender: '@alice:hs',
    event_id: `$${body.slice(0, 5)}`,
    origin_server_ts: 5,
    ...more,
  };
}

function typing(user: string): Record<string, unknown> {
  return { type: 'm.typing', room_id: '!room', content: { user_ids: [user] } };
}

describe('who guesses the token', () => {
  const guess = async (token: string, from = '192.0.2.1'): Promise<number> => {
    const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': from };
    const response = await fetch(`http://127.0.0.1:${intake.port}/_matrix/app/v1/ping`, { method: 'POST', headers });
    await response.text();
    return response.status;
  };

  test('is not listened to after twenty wrong ones, be the next one right; the homeserver always is', async () => {
    expect((await put('1', { events: [] })).status).toBe(200);
    for (let count = 0; count < 20; count++) expect(await guess(`${count}`)).toBe(403);
    expect(await guess(TOKEN)).toBe(429);
    expect(await guess(TOKEN, '192.0.2.2')).toBe(200);
    for (let count = 0; count < 50; count++) await ask('POST', '/_matrix/app/v1/ping', { token: 'Bearer wrong' });
    expect((await put('2', { events: [] })).status).toBe(200);
    expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  test('does not keep out a homeserver that has not been heard yet', async () => {
    for (let count = 0; count < 50; count++) expect(await guess(`${count}`)).toBe(403);
    expect(await guess(TOKEN)).toBe(200);
    expect(await guess('wrong', '192.0.2.9')).toBe(403);
  });
});

describe('transactions', () => {
  test('are handed on whole and in order, and answered with an empty object', async () => {
    const answer = await put('t%2F1', { events: [message('a'), message('b')] });
    expect(answer).toMatchObject({ status: 200, body: {} });
    expect(sink.transactions).toMatchObject([[{ id: '$a' }, { id: '$b' }]]);
  });

  test('come on the old path too', async () => {
    expect((await ask('PUT', '/transactions/1', { body: { events: [] } })).status).toBe(200);
    expect(sink.transactions).toHaveLength(1);
  });

  test('are not answered before the sink has them', async () => {
    const gate = Promise.withResolvers<void>();
    sink.gate = () => gate.promise;
    let answered = false;
    const answer = put('1', { events: [message('a')] }).then((reply) => {
      answered = true;
      return reply;
    });
    await fetch(`http://127.0.0.1:${intake.port}/_matrix/mau/live`);
    expect(answered).toBe(false);
    gate.resolve();
    expect((await answer).status).toBe(200);
  });

  test('are answered with 503 when the sink has them not, and taken when they come again', async () => {
    sink.gate = () => Promise.reject(new Error('the database is away'));
    expect(await put('1', { events: [message('a')], ephemeral: [typing('@alice:hs')] })).toMatchObject({
      status: 503,
      body: { errcode: 'M_UNKNOWN' },
    });
    expect(sink.ephemerals).toEqual([]);
    sink.gate = () => Promise.resolve();
    expect((await put('1', { events: [message('a')] })).status).toBe(200);
    expect(sink.events).toHaveLength(1);
  });

  test('that come twice go to the sink twice: it knows what it has', async () => {
    await put('1', { events: [message('a')] });
    await put('1', { events: [message('a')] });
    expect(sink.transactions).toMatchObject([[{ id: '$a' }], [{ id: '$a' }]]);
  });

  test('that hold nothing of interest are taken all the same', async () => {
    expect((await put('1', { events: [message('a', { sender: '@bot:hs' })] })).status).toBe(200);
    expect((await put('2', {})).status).toBe(200);
    expect(sink.transactions).toEqual([[], []]);
  });

  test('lose an event that makes no sense, and say so', async () => {
    expect((await put('1', { events: [message('a'), message('b', { sender: 5 }), 7, message('c')] })).status).toBe(200);
    expect(sink.events.map(({ id }) => id)).toEqual(['$a', '$c']);
    expect(lines).toMatchObject([
      { level: 'warn', fields: { event: '$b', txn: '1', why: 'its sender cannot be used' } },
      { level: 'warn', fields: { event: 'unknown', txn: '1' } },
    ]);
  });

  test('tell of memberships, those of our own too', async () => {
    const member = message('m', { type: 'm.room.member', content: { membership: 'leave' }, state_key: '@msn_bob:hs' });
    await put('1', { events: [member] });
    expect(members).toEqual([{ room: '!room', user: '@msn_bob:hs', membership: 'leave' }]);
  });

  test('bring news of the moment under either key, the stable one first', async () => {
    const unstable = 'de.sorunome.msc2409.ephemeral';
    await put('1', { events: [], ephemeral: [typing('@a:hs')], [unstable]: [typing('@a:hs')] });
    await put('2', { events: [], [unstable]: [typing('@b:hs')] });
    await put('3', { events: [], ephemeral: [], [unstable]: [typing('@c:hs')] });
    expect(sink.ephemerals.flatMap((event) => (event.type === 'typing' ? event.users : []))).toEqual([
      '@a:hs',
      '@b:hs',
    ]);
  });

  test.each([
    ['{', 'M_NOT_JSON'],
    ['', 'M_NOT_JSON'],
    ['[]', 'M_BAD_JSON'],
    ['{"events":{}}', 'M_BAD_JSON'],
    ['{"events":[],"ephemeral":5}', 'M_BAD_JSON'],
  ])('that are %j are refused', async (body, errcode) => {
    expect(await put('1', body)).toMatchObject({ status: 400, body: { errcode } });
    expect(sink.transactions).toEqual([]);
  });

  test('may have 16 MiB and not a byte more', async () => {
    const empty = JSON.stringify({ events: [], x: '' });
    const fill = (bytes: number): string => JSON.stringify({ events: [], x: 'x'.repeat(bytes - empty.length) });
    expect((await put('1', fill(16 * MIB))).status).toBe(200);
    expect(await put('2', fill(16 * MIB + 1))).toMatchObject({ status: 413, body: { errcode: 'M_TOO_LARGE' } });
    expect(sink.transactions).toHaveLength(1);
  });

  test('may not be longer for not saying how long they are', async () => {
    await intake.close();
    await open({ maxBodyBytes: 1000 });
    const chunk = new TextEncoder().encode('x'.repeat(600));
    const response = await fetch(`http://127.0.0.1:${intake.port}/transactions/1`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: ReadableStream.from([chunk, chunk, chunk]),
      duplex: 'half',
    });
    expect(response.status).toBe(413);
  });

  test('that dawdle are cut off', async () => {
    await intake.close();
    await open({ timeouts: { requestMs: 100, headersMs: 100 } });
    const socket = connect(intake.port, '127.0.0.1');
    const head = `PUT /transactions/1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: 100\r\n\r\n{`;
    socket.write(head);
    const answer = await new Promise<string>((resolve, reject) => {
      let got = '';
      socket.on('data', (data) => (got += data.toString()));
      socket.on('close', () => resolve(got));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1.1 (408|400)/);
    expect(sink.transactions).toEqual([]);
  });
});

describe('tokens', () => {
  const ping = '/_matrix/app/v1/ping';

  test.each([
    ['none', '', ping, 401, 'M_MISSING_TOKEN'],
    ['a wrong one', 'Bearer wrong', ping, 403, 'M_FORBIDDEN'],
    ['another scheme', `Basic ${TOKEN}`, ping, 401, 'M_MISSING_TOKEN'],
    ['the right one in the query', '', `${ping}?access_token=${TOKEN}`, 401, 'M_MISSING_TOKEN'],
    ['a wrong one, whatever the query says', 'Bearer wrong', `${ping}?access_token=${TOKEN}`, 403, 'M_FORBIDDEN'],
    ['none for nothing', '', '/nothing', 401, 'M_MISSING_TOKEN'],
  ])('%s: refused', async (_, token, path, status, errcode) => {
    expect(await ask('POST', path, { token, body: {} })).toMatchObject({ status, body: { errcode } });
  });

  test.each([
    ['in the header', `Bearer ${TOKEN}`, ping],
    ['in lower case', `bearer ${TOKEN}`, ping],
    ['in the header, whatever the query says', `Bearer ${TOKEN}`, `${ping}?access_token=wrong`],
  ])('%s: taken', async (_, token, path) => {
    expect(await ask('POST', path, { token, body: { transaction_id: 'x' } })).toMatchObject({ status: 200, body: {} });
  });

  test('are asked for before the body is looked at', async () => {
    const answer = await ask('PUT', '/transactions/1', { token: 'Bearer wrong', body: 'x'.repeat(20 * MIB) });
    expect(answer.status).toBe(403);
  });
});

describe('other requests', () => {
  test.each([
    ['GET', '/_matrix/app/v1/users/%40msn_known%3Ahs', 200, undefined],
    ['GET', '/_matrix/app/v1/users/%40msn_other%3Ahs', 404, 'M_NOT_FOUND'],
    ['GET', '/_matrix/app/v1/users/%ff', 400, 'M_INVALID_PARAM'],
    ['GET', '/_matrix/app/v1/rooms/%23portal_x%3Ahs', 404, 'M_NOT_FOUND'],
    ['GET', '/_matrix/app/v1/thirdparty/protocol/x', 404, 'M_UNRECOGNIZED'],
    ['GET', '/', 404, 'M_UNRECOGNIZED'],
    ['GET', '//', 404, 'M_UNRECOGNIZED'],
    ['GET', '/_matrix/app/v1/ping', 405, 'M_UNRECOGNIZED'],
    ['POST', '/_matrix/app/v1/transactions/1', 405, 'M_UNRECOGNIZED'],
  ])('%s %s: %i', async (method, path, status, errcode) => {
    const answer = await ask(method, path);
    expect(answer).toMatchObject({ status, body: errcode === undefined ? {} : { errcode } });
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  test('say which method would do', async () => {
    expect((await ask('GET', '/_matrix/app/v1/ping')).headers.get('allow')).toBe('POST');
  });

  test('life and readiness are told to anybody', async () => {
    expect((await ask('GET', '/_matrix/mau/live', { token: '' })).status).toBe(200);
    expect((await ask('GET', '/_matrix/mau/ready', { token: '' })).status).toBe(500);
    ready = true;
    expect((await ask('GET', '/_matrix/mau/ready', { token: '' })).status).toBe(200);
  });
});

describe('closing', () => {
  test('lets what was taken be answered, and takes no more', async () => {
    const arrived = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    sink.gate = () => {
      arrived.resolve();
      return gate.promise;
    };
    const { port } = intake;
    const answer = put('1', { events: [message('a')] });
    await arrived.promise;
    const closed = intake.close();
    await expect(fetch(`http://127.0.0.1:${port}/_matrix/mau/live`)).rejects.toThrow('fetch failed');
    gate.resolve();
    expect((await answer).status).toBe(200);
    await closed;
    await intake.close();
  });
});
