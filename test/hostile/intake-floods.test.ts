// Whoever can reach the bridge's port, beside the homeserver: connections that dawdle, and bodies made to fill memory.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, onTestFinished, test } from 'vitest';

import { Secret } from '../../src/bridge/secret.ts';
import { Intake, type IntakeOptions } from '../../src/matrix/intake.ts';
import { FakeClock, FakeSink } from '../matrix/support.ts';
import { keptLog } from '../support/no-log.ts';

const MOST = 40;
const HEAD = 'PUT /_matrix/app/v1/transactions/1 HTTP/1.1\r\nHost: x\r\n';
const TOKEN = 'Authorization: Bearer token\r\n';

let sink: FakeSink;
let intake: Intake;

async function open(options: Partial<IntakeOptions> = {}): Promise<void> {
  sink = new FakeSink();
  intake = new Intake({
    hsToken: new Secret('token'),
    sink,
    isOurs: () => false,
    knowsUser: () => false,
    onMember: () => undefined,
    onEcho: () => undefined,
    isReady: () => true,
    clock: new FakeClock(),
    log: keptLog(),
    maxConnections: MOST,
    ...options,
  });
  await intake.listen(0, '127.0.0.1', 500);
}

afterEach(() => intake.close());

/** Somebody who connects and writes so much. */
async function comes(words = ''): Promise<Socket> {
  const socket = connect(intake.port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.write(words);
  socket.resume();
  return socket;
}

async function put(txnId: string): Promise<number> {
  const event = {
    type: 'm.room.message',
    room_id: '!r:hs',
    sender: '@a:hs',
    event_id: `$${txnId}`,
    origin_server_ts: 5,
  };
  const response = await fetch(`http://127.0.0.1:${intake.port}/_matrix/app/v1/transactions/${txnId}`, {
    method: 'PUT',
    headers: { authorization: 'Bearer token' },
    body: JSON.stringify({ events: [{ ...event, content: { msgtype: 'm.text', body: 'hello' } }] }),
  });
  await response.text();
  return response.status;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in buffers that something still holds. */
function buffered(): number {
  collect();
  return process.memoryUsage().arrayBuffers;
}

/** All that is answered until the other side hangs up. */
async function answer(socket: Socket): Promise<string> {
  let got = '';
  socket.on('data', (bytes) => (got += bytes.toString('latin1')));
  await once(socket, 'close');
  return got;
}

test.each([
  ['say nothing', ''],
  ['never end their headers', `${HEAD}X: `],
  ['never send the body that they announce', `${HEAD}Content-Length: 100\r\n\r\n{`],
  ['ask for one thing after the other, without a token', `${HEAD}\r\n`],
])('the homeserver is heard beside hundreds who %s', async (_what, words) => {
  await open();
  expect(await put('before')).toBe(200);
  const crowd: Socket[] = [];
  for (let round = 0; round < 10; round++) {
    for (let one = 0; one < MOST; one++) crowd.push(await comes(words));
    expect(await put(`during ${round}`)).toBe(200);
  }
  await expect.poll(() => crowd.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(MOST);
  expect(sink.events).toHaveLength(11);
});

test('a connection that has shown the token is not given up for strangers', async () => {
  await open();
  const homeserver = await comes(`${HEAD}${TOKEN}Content-Length: 13\r\n\r\n`);
  for (let count = 0; count < 5 * MOST; count++) await comes();
  let got = '';
  homeserver.on('data', (bytes) => (got += bytes.toString()));
  homeserver.write('{"events":[]}');
  await expect.poll(() => got).toMatch(/^HTTP\/1.1 200/);
});

test('who has shown the token least lately makes room, if all have', async () => {
  await open({ maxConnections: 3 });
  const ping = `POST /_matrix/app/v1/ping HTTP/1.1\r\nHost: x\r\n${TOKEN}Content-Length: 2\r\n\r\n{}`;
  const [first, second, third] = [await comes(ping), await comes(ping), await comes(ping)];
  await expect.poll(() => [first, second, third].map(({ bytesRead }) => bytesRead > 0)).toEqual([true, true, true]);
  const before = first.bytesRead;
  first.write(ping);
  await expect.poll(() => first.bytesRead).toBeGreaterThan(before);
  await comes(ping);
  await expect.poll(() => [first, second, third].map(({ closed }) => closed)).toEqual([false, true, false]);
});

test('headers must be there in their time, whatever the body may take', async () => {
  await open({ timeouts: { headersMs: 100, requestMs: 60_000 } });
  const slow = await comes(`${HEAD}${TOKEN}Content-Length: 13\r\n\r\n{`);
  expect(await answer(await comes(`${HEAD}X: `))).toMatch(/^HTTP\/1.1 408/);
  expect(await answer(await comes())).not.toMatch(/200/);
  let got = '';
  slow.on('data', (bytes) => (got += bytes.toString()));
  slow.write('"events":[]}');
  await expect.poll(() => got).toMatch(/^HTTP\/1.1 200/);
});

test('nobody who dawdles holds up the end', async () => {
  await open();
  for (const words of ['', `${HEAD}X: `, `${HEAD}Content-Length: 100\r\n\r\n{`]) await comes(words);
  expect(await put('before')).toBe(200);
  await intake.close();
  expect(intake.port).toBe(0);
});

const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
const chunked = 'Transfer-Encoding: chunked\r\n\r\n';
test.each<[string, string | Buffer, RegExp]>([
  ['a body that unpacks to a thousand times its size', bomb, /^HTTP\/1.1 400/],
  ['a million brackets', '['.repeat(1_000_000), /^HTTP\/1.1 400/],
  ['a million brackets that are closed', '['.repeat(1_000_000) + ']'.repeat(1_000_000), /^HTTP\/1.1 400/],
  ['a number of a million digits', `{"events":[${'9'.repeat(1_000_000)}]}`, /^HTTP\/1.1 200/],
  ['a million keys', `{${Array.from({ length: 1_000_000 }, (_, index) => `"${index}":0`).join()}}`, /^HTTP\/1.1 200/],
])('%s is answered, and the homeserver is heard meanwhile', async (_what, body, wanted) => {
  await open();
  const bytes = Buffer.from(body);
  const socket = await comes(
    `${HEAD}${TOKEN}Connection: close\r\nContent-Encoding: gzip\r\nContent-Length: ${bytes.length}\r\n\r\n`,
  );
  const got = answer(socket);
  socket.write(bytes);
  expect(await put('meanwhile')).toBe(200);
  expect(await got).toMatch(wanted);
});

test('a body without an end costs no memory if nobody has shown a token, and is cut off', async () => {
  await open({ timeouts: { headersMs: 500, requestMs: 500 } });
  const socket = await comes(`${HEAD}${chunked}`);
  const [answered] = (await once(socket, 'data')) as [Buffer];
  expect(answered.toString()).toMatch(/^HTTP\/1.1 401/);
  const before = buffered();
  const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
  let most = 0;
  for (let count = 0; !socket.destroyed; count++) {
    if (!socket.write(chunk)) await new Promise((done) => void socket.once('drain', done).once('close', done));
    if (count % 20 === 19) most = Math.max(most, buffered());
  }
  expect(most).toBeGreaterThan(0);
  expect(most - before).toBeLessThan(4 * 1024 * 1024);
  expect(await put('after')).toBe(200);
});
