// A sign-in service that wants our password elsewhere, our command line, or our ears for ever.

import type { RequestListener } from 'node:http';
import { expect, test } from 'vitest';

import type { ServerKey } from '../../src/bridge/ids.ts';
import { TweenerSession } from '../../src/msnp/auth-tweener.ts';
import type { FetchReply } from '../../src/msnp/session.ts';
import { createMsnNetwork } from '../../src/networks/msn/network.ts';
import { order } from '../msnp/support/inputs.ts';
import { eventually, makeClient } from '../networks/msn-stage.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';
import { startHostileServer } from './hostile-server.ts';

const PASSWORD = 'canary password';

type Outputs = ReturnType<TweenerSession['handle']>;

function reply(status: number, headers: Readonly<Record<string, string>>): FetchReply {
  return { type: 'response', status, headers: new Map(Object.entries(headers)), body: new Uint8Array(0) };
}

/** What the session wants after these replies of the login service. */
function after(...replies: readonly FetchReply[]): Outputs {
  const session = new TweenerSession({
    address: 'alice@example.com',
    password: PASSWORD,
    nexusUrl: 'https://nexus.example/rdr',
    loginUrl: 'https://login.example/login',
  });
  let outputs: Outputs = session.handle(order({ type: 'start', challenge: 'ct=1\r\nX-Header: 1,pwd=x' }));
  for (const each of replies) {
    const request = outputs.find((output) => output.type === 'fetch');
    outputs = session.handle({ type: 'fetched', at: new Date(0), id: request?.id ?? '', reply: each });
  }
  return outputs;
}

const unavailable = [{ type: 'event', event: { type: 'unavailable', reason: expect.any(String) as string } }];

test.each([
  ['ends the command', "from-PP='t=1\r\nOUT'"],
  ['has a blank', "from-PP='t=1 extra'"],
  ['has a tab', "from-PP='t=1\textra'"],
  ['has a NUL', "from-PP='t=1\0'"],
  ['has a letter that is none of ASCII', "from-PP='t=é'"],
  ['is empty', "from-PP=''"],
  ['is not there', 'from-PP'],
])('a ticket that %s is none', (_rule, info) => {
  expect(after(reply(200, { 'authentication-info': `Passport1.4 da-status=success,${info}` }))).toEqual(unavailable);
});

test.each([
  'http://login.example/login',
  'HTTP://login.example/login',
  'ftp://login.example/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'https://',
  'https://[::1',
])('a redirect to %s gets no password', (location) => {
  expect(after(reply(302, { location }))).toEqual(unavailable);
});

test('a fourth redirect is not followed', () => {
  const on = reply(302, { location: '/again' });
  expect(after(on, on, on)).toMatchObject([{ type: 'fetch', url: 'https://login.example/again' }]);
  expect(after(on, on, on, on)).toEqual(unavailable);
});

test('what the notification server puts into its challenge cannot end the header', () => {
  const [request] = after();
  expect(request).toMatchObject({ type: 'fetch', credentials: true });
  expect(JSON.stringify(request)).not.toMatch(/\\r|\\n/);
});

test('what the service says of a refusal is one line of two hundred letters at most', () => {
  const cbtxt = `%00No%0d%0a%e2%80%aeadmission${'%20x'.repeat(3_000)}`;
  const [refused] = after(reply(401, { 'www-authenticate': `Passport1.4 da-status=failed,cbtxt=${cbtxt}` }));
  const text = refused?.type === 'event' && refused.event.type === 'refused' ? (refused.event.text ?? '') : '';
  expect(text).toMatch(/^No admission x x/);
  expect(text.length).toBeLessThanOrEqual(200);
});

/** The state that a sign-in ends in, and whether the log has the password. */
async function signIn(login: RequestListener): Promise<{ kind: string | undefined; leaked: boolean }> {
  const server = await startHostileServer({ login });
  const log = keptLog();
  const profile = {
    key: 'hostile' as ServerKey,
    name: 'Hostile',
    notification: { host: '127.0.0.1', port: server.port },
    nexusUrl: server.loginUrl,
    loginUrl: server.loginUrl,
    tls: { minVersion: 'TLSv1.2' },
    dialects: ['MSNP8'],
    privateAddresses: true,
    confirmsDelivery: false,
    credentialHosts: [],
  } as const;
  const network = createMsnNetwork({ profiles: [profile], clock: new FakeClock(), log });
  const { client, sink } = makeClient({ network }, { password: PASSWORD });
  client.connect(1, {});
  await eventually(() => sink.kinds.length === 2);
  const said = JSON.stringify([log.lines, sink.states], (_key, value: unknown) =>
    value instanceof Error ? `${value.stack} ${String(value.cause)}` : value,
  );
  return { kind: sink.kinds[1], leaked: said.includes(PASSWORD) || said.includes(encodeURIComponent(PASSWORD)) };
}

let seen = 0;

test.each<[string, RequestListener]>([
  ['a head without end', (request) => void request.socket.end(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`)],
  ['a thousand hints', (request) => void request.socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1_000) + 'X')],
  ['something else than HTTP', (request) => void request.socket.end('GARBAGE\r\n\r\n')],
  ['a change of protocol', (request) => void request.socket.end('HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n')],
  ['a broken connection', (request) => void request.socket.destroy()],
  ['a body of a megabyte', (_request, response) => void response.end('x'.repeat(1024 * 1024))],
  [
    'a redirect to another host',
    (_request, response) => void response.writeHead(302, { location: other(seen++) }).end(),
  ],
  ['a redirect in circles', (request, response) => void response.writeHead(302, { location: request.url }).end()],
])('%s: no ticket is to be had, and the log does not tell the password', async (_what, login) => {
  expect(await signIn(login)).toEqual({ kind: 'server-down', leaked: false });
});

function other(count: number): string {
  return `https://169.254.169.254/${count}`;
}
