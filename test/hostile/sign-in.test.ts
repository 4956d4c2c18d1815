// A sign-in service that speaks HTTP as it likes. What its answers say is in the corpus.

import type { RequestListener } from 'node:http';
import { expect, test } from 'vitest';

import { createMsnNetwork } from '../../src/networks/msn/network.ts';
import { eventually, makeClient } from '../networks/msn-stage.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';
import { startHostileServer } from './stage.ts';

const PASSWORD = 'canary password';

/** The state that a sign-in ends in, and whether the log has the password. */
async function signIn(login: RequestListener): Promise<{ kind: string | undefined; leaked: boolean }> {
  const server = await startHostileServer({ login });
  const log = keptLog();
  const network = createMsnNetwork({ profiles: [server.profile], clock: new FakeClock(), log });
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
