// The HTTP gateway of the double: its requests and answers, its rules, and what a test may script.
import { expect, test } from 'vitest';

import { fetchTicket } from '../support/msn-person/passport.ts';
import type { GatewayRules } from '../support/msn-server/gateway/gateway-server.ts';
import type { MsnServerDouble } from '../support/msn-server/msn-server-double.ts';
import { ALICE, BOB, signIn, startServer } from './stage.ts';

interface Answer {
  readonly status: number;
  /** `SessionID=…; GW-IP=…`. */
  readonly session: string;
  readonly id: string;
  readonly body: string;
}

async function post(server: MsnServerDouble, query: string, body = '', method = 'POST'): Promise<Answer> {
  const headers = { 'Content-Type': 'application/x-msn-messenger' };
  const content = method === 'POST' ? { body } : {};
  const response = await fetch(`${server.gateway.url}?${query}`, { method, headers, ...content });
  const session = response.headers.get('x-msn-messenger') ?? '';
  const id = /SessionID=([^;]*)/u.exec(session)?.[1] ?? '';
  return { status: response.status, session, id, body: await response.text() };
}

async function start(gateway: GatewayRules = {}) {
  const server = await startServer({ login: 'http', gateway });
  const open = async () => post(server, 'Action=open&Server=NS&IP=messenger.example.com', 'VER 1 MSNP8 CVR0\r\n');
  return { server, open };
}

/** Signed in and online over the gateway; the number to go on with. */
async function online(server: MsnServerDouble): Promise<string> {
  const opened = await post(server, 'Action=open&Server=NS&IP=here', `VER 1 MSNP8 CVR0\r\nUSR 2 TWN I ${ALICE}\r\n`);
  const ticket = await fetchTicket(server, ALICE, 'secret', 'none');
  const body = `USR 3 TWN S ${ticket}\r\nCHG 4 NLN 0\r\n`;
  const signedIn = await post(server, `SessionID=${opened.id}`, body);
  expect(signedIn.body).toMatch(new RegExp(`^USR 3 OK ${ALICE} .*ClientPort: 0\r\n.*CHG 4 NLN 0\r\n`, 'su'));
  return signedIn.id;
}

test('a session signs in, calls and talks in requests and answers', async () => {
  const { server } = await start();
  const bob = await signIn(server, BOB);
  let session = await online(server);
  await bob.waitForPresence(ALICE, 'NLN');
  const transfer = await post(server, `SessionID=${session}`, 'XFR 5 SB\r\n');
  session = transfer.id;
  const ticket = transfer.body.trim().split(' ').at(-1);
  const room = await post(server, 'Action=open&Server=SB&IP=127.0.0.1', `USR 1 ${ALICE} ${ticket}\r\nCAL 2 ${BOB}\r\n`);
  expect(room.body).toMatch(/^USR 1 OK .*\r\nCAL 2 RINGING [0-9a-f]{31}\r\n$/u);
  const chat = await bob.waitForChat([ALICE]);
  const joined = await post(server, `Action=poll&Lifespan=3&SessionID=${room.id}`);
  expect(joined.body).toBe(`JOI ${BOB} Bob\r\n`);
  const text = 'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nover HTTP';
  const said = await post(server, `SessionID=${joined.id}`, `MSG 3 A ${text.length}\r\n${text}`);
  expect(said.body).toBe('ACK 3\r\n');
  await bob.waitForText('over HTTP');
  await chat.say('heard');
  expect((await post(server, `Action=poll&SessionID=${said.id}`)).body).toMatch(/heard$/u);
  await post(server, `SessionID=${session}`, 'OUT\r\n');
  await bob.waitForPresence(ALICE, 'FLN');
  expect(server.violations).toEqual([]);
});

test('only the latest number of a session is good, unless numbers stay the same', async () => {
  const { server, open } = await start();
  const first = await open();
  expect(first).toMatchObject({ status: 200, body: 'VER 1 MSNP8\r\n' });
  expect(first.session).toMatch(/^SessionID=\d{7}\.\d{6}; GW-IP=messenger\.example\.com$/u);
  const second = await post(server, `Action=poll&SessionID=${first.id}`);
  expect(second.status).toBe(200);
  expect(second.id.split('.')[0]).toBe(first.id.split('.')[0]);
  expect((await post(server, `Action=poll&SessionID=${first.id}`)).status).toBe(400);
  expect(server.violations.map(({ rule }) => rule)).toEqual(['gateway: a session that does not exist']);

  const observed = await start({ sessionIds: 'constant' });
  const { id } = await observed.open();
  expect((await post(observed.server, `Action=poll&SessionID=${id}`)).id).toBe(id);
});

test.each([
  [true, '; Session=close'],
  [false, ''],
])('the end of a session is told or not (%s), and it is gone then', async (saysClose, ending) => {
  const { server, open } = await start({ saysClose });
  const { id } = await open();
  const last = await post(server, `SessionID=${id}`, 'OUT\r\n');
  expect(last.session).toMatch(new RegExp(`GW-IP=messenger\\.example\\.com${ending}$`, 'u'));
  expect((await post(server, `Action=poll&SessionID=${last.id}`)).status).toBe(400);
});

test('a session is served one request at a time', async () => {
  const { server, open } = await start({ sessionIds: 'constant' });
  const { id } = await open();
  const patient = post(server, `Action=poll&Lifespan=5&SessionID=${id}`);
  await server.waitFor(({ line }) => line.includes('Lifespan'));
  expect((await post(server, `SessionID=${id}`, 'CVR 2 x\r\n')).status).toBe(400);
  await server.goDown();
  await expect(patient).rejects.toThrow('fetch failed');
  expect(server.violations.map(({ rule }) => rule)).toEqual(['gateway: two requests of a session at once']);
});

test('a session nobody asks for ends, and is signed off', async () => {
  const { server } = await start();
  const bob = await signIn(server, BOB);
  const session = await online(server);
  server.gateway.idleOut();
  await bob.waitForPresence(ALICE, 'FLN');
  expect(server.isSignedIn(ALICE)).toBe(false);
  expect((await post(server, `Action=poll&SessionID=${session}`)).status).toBe(400);
});

test.each([
  ['GET', 'Action=open&Server=NS&IP=x', 405],
  ['POST', 'Action=open&Server=DS&IP=x', 400],
  ['POST', 'Action=open&Server=NS', 400],
  ['POST', 'Action=poll', 400],
])('refuses and writes down: %s %s', async (method, query, status) => {
  const { server } = await start();
  expect((await post(server, query, '', method)).status).toBe(status);
  expect(server.violations).toHaveLength(1);
});

test('requests are refused, cut, or done without an answer, as scripted', async () => {
  const { server, open } = await start({ sessionIds: 'constant' });
  server.gateway.script({ type: 'refuse', status: 503 }, 1);
  expect((await open()).status).toBe(503);
  const { id } = await open();
  server.gateway.script({ type: 'drop' }, 1);
  const ask = () => post(server, `SessionID=${id}`, `USR 2 TWN I ${ALICE}\r\n`);
  await expect(ask()).rejects.toThrow('fetch failed');
  const done = () => server.received.filter(({ verb }) => verb === 'USR');
  expect(done()).toEqual([]);
  server.gateway.script({ type: 'lose' }, 1);
  await expect(ask()).rejects.toThrow('fetch failed');
  expect(done()).toHaveLength(1);
  expect((await post(server, `Action=poll&SessionID=${id}`)).body).toBe('');
});

test('faults of commands strike through the gateway too', async () => {
  const { server, open } = await start();
  server.faults.add({ side: 'NS', verb: 'USR' }, { type: 'delay', ms: 30 });
  const { id } = await open();
  const asked = await post(server, `SessionID=${id}`, `USR 2 TWN I ${ALICE}\r\n`);
  expect(asked.body).toBe('');
  expect((await post(server, `Action=poll&Lifespan=3&SessionID=${asked.id}`)).body).toMatch(/^USR 2 TWN S /u);
});
