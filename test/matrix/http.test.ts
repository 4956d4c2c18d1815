import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HomeserverHttp, NoAnswer } from '../../src/matrix/http.ts';
import { FakeClock } from './support.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let handlers: Handler[];
let asked: string[];
let clock: FakeClock;
let http: HomeserverHttp;

/** Each answers one request; the last one all that follow. */
function answers(...list: Handler[]): void {
  handlers = list;
}

function answer(status: number, body: unknown = {}, headers: Record<string, string> = {}): Handler {
  return (_, response) => {
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

const breakOff: Handler = (request) => request.socket.destroy();

function ask(path: string, method: 'PUT' | 'POST' | 'GET' = 'PUT'): Promise<{ status: number; body: unknown }> {
  return http.request({ method, path, headers: { authorization: 'x' }, ...(method === 'GET' ? {} : { body: '{}' }) });
}

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const handler = handlers.length > 1 ? handlers.shift() : handlers[0];
    request.resume().on('end', () => handler?.(request, response));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  clock = new FakeClock({ impatient: true });
  const { port } = server.address() as AddressInfo;
  http = new HomeserverHttp({ homeserverUrl: `http://127.0.0.1:${port}/base/`, clock });
});

afterEach(async () => {
  await http.close();
  server.close();
});

describe('requests to the homeserver', () => {
  test('go below its base and give what was answered', async () => {
    answers(answer(200, { a: 1 }));
    expect(await ask('/_matrix/x?y=z')).toMatchObject({ status: 200, body: { a: 1 } });
    expect(asked).toEqual(['PUT /base/_matrix/x?y=z']);
  });

  test('give text that is no JSON as it is', async () => {
    answers(answer(502, '<html>'));
    expect(await ask('/versions', 'GET')).toMatchObject({ status: 502, body: '<html>' });
  });

  test.each([429, 502, 503, 504])('are made again after %i', async (status) => {
    answers(answer(status), answer(status), answer(200));
    expect((await ask('/x')).status).toBe(200);
    expect(asked).toHaveLength(3);
    expect(clock.pauses).toEqual([500, 1000]);
  });

  test('are made again when the connection breaks', async () => {
    answers(breakOff, answer(200));
    expect((await ask('/x')).status).toBe(200);
  });

  test('are not made for ever', async () => {
    answers(answer(503));
    expect((await ask('/x')).status).toBe(503);
    expect(asked).toHaveLength(5);
  });

  test('wait as long as they are asked to', async () => {
    answers(
      answer(429, { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 1234 }),
      answer(429, {}, { 'retry-after': '3' }),
      answer(503, {}, { 'retry-after': new Date(clock.now().getTime() + 2000).toUTCString() }),
      answer(200),
    );
    expect((await ask('/x')).status).toBe(200);
    expect(clock.pauses).toEqual([1234, 3000, 2000]);
  });

  test('do not wait longer than is bearable', async () => {
    answers(answer(429, { retry_after_ms: 600_000 }));
    expect((await ask('/x')).status).toBe(429);
    expect(asked).toHaveLength(1);
  });

  test.each([400, 403, 404, 413, 500])('are not made again after %i', async (status) => {
    answers(answer(status));
    expect((await ask('/x')).status).toBe(status);
    expect(asked).toHaveLength(1);
  });

  test('that make something are made again only if it was surely not made', async () => {
    answers(answer(429), answer(503));
    expect((await ask('/upload', 'POST')).status).toBe(503);
    expect(asked).toHaveLength(2);
    answers(breakOff);
    await expect(ask('/upload', 'POST')).rejects.toThrow(NoAnswer);
    expect(asked).toHaveLength(3);
  });

  test('that ask how things are take the first answer', async () => {
    answers(answer(502, { errcode: 'M_BAD_STATUS' }));
    expect((await ask('/v1/appservice/x/ping', 'POST')).status).toBe(502);
    expect(asked).toHaveLength(1);
  });

  test('to nobody end with an error', async () => {
    server.close();
    server.closeAllConnections();
    await expect(ask('/x')).rejects.toThrow('no answer from the homeserver (ECONNREFUSED)');
    expect(clock.pauses).toHaveLength(4);
  });
});
