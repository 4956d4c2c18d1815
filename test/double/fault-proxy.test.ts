// The proxy that makes links bad, between a server that answers with what it hears and somebody who counts.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';

import { FaultProxy } from '../support/fault-proxy.ts';
import { Listener } from '../support/msn-server/listener.ts';

interface End {
  readonly socket: Socket;
  readonly pieces: string[];
  fault: string | undefined;
}

function listen(socket: Socket): End {
  const end: End = { socket, pieces: [], fault: undefined };
  socket.on('data', (bytes) => end.pieces.push(bytes.toString()));
  socket.on('error', (error: NodeJS.ErrnoException) => (end.fault = error.code));
  return end;
}

async function start() {
  const seen: End[] = [];
  const server = new Listener((socket) => {
    seen.push(listen(socket));
    socket.on('data', (bytes) => socket.write(bytes));
  });
  await server.open();
  const proxy = await FaultProxy.start({ host: '127.0.0.1', port: server.port });
  onTestFinished(async () => {
    await proxy.stop();
    await server.close();
  });
  const call = async (): Promise<End> => {
    const end = listen(connect({ host: proxy.host, port: proxy.port, noDelay: true }));
    await once(end.socket, 'connect');
    return end;
  };
  return { proxy, seen, call };
}

const heard = (end: End, words: string): Promise<void> =>
  vi.waitFor(() => expect(end.pieces.join('')).toBe(words), { timeout: 5_000, interval: 5 });

const closed = (...ends: End[]): Promise<void> =>
  vi.waitFor(() => expect(ends.every(({ socket }) => socket.destroyed)).toBe(true), { timeout: 5_000, interval: 5 });

test('in clear weather everything goes through, and so does an end', async () => {
  const { proxy, seen, call } = await start();
  const one = await call();
  one.socket.write('hello');
  await heard(one, 'hello');
  one.socket.end();
  await closed(one, seen[0]!);
  expect([proxy.accepted, proxy.open]).toEqual([1, 0]);
});

test('an end of one side does not cut off what the other still says', async () => {
  const { seen, call } = await start();
  const one = await call();
  one.socket.end('question');
  await heard(one, 'question');
  await closed(one, seen[0]!);
});

test.each([
  ['split', { type: 'split' }, 20], // the system may join some
  ['drip', { type: 'drip', bytes: 20, everyMs: 1 }, 2],
  ['latency', { type: 'latency', ms: 5 }, 1],
] as const)('in %s everything arrives, in order, in pieces', async (_, weather, pieces) => {
  const { proxy, seen, call } = await start();
  proxy.weather = weather;
  const words = 'forty letters that come one by one, or so';
  const one = await call();
  one.socket.write(words);
  await heard(one, words);
  expect(seen[0]!.pieces.length).toBeGreaterThanOrEqual(pieces);
});

test('a lost connection stays, and nothing comes through any more, while a new one works', async () => {
  const { proxy, seen, call } = await start();
  const one = await call();
  one.socket.write('before');
  await heard(one, 'before');
  proxy.loseConnections();
  one.socket.write('after');
  seen[0]!.socket.write('from the other side');
  const two = await call();
  two.socket.write('new');
  await heard(two, 'new');
  expect(one.pieces).toEqual(['before']);
  expect(seen[0]!.pieces).toEqual(['before']);
  one.socket.end();
  two.socket.write('!');
  await heard(two, 'new!');
  expect(seen.map(({ socket }) => socket.destroyed)).toEqual([false, false]);
});

test('in the void connections stand and say nothing, and those that lost something never work again', async () => {
  const { proxy, call } = await start();
  proxy.weather = { type: 'void' };
  const one = await call();
  one.socket.write('lost');
  await expect.poll(() => proxy.vanished).toBe(4);
  proxy.weather = { type: 'clear' };
  const two = await call();
  two.socket.write('found');
  await heard(two, 'found');
  one.socket.write('?');
  two.socket.write('!');
  await heard(two, 'found!');
  expect(one.pieces).toEqual([]);
});

test('a connection that halts is silent in the middle of what is said', async () => {
  const { proxy, seen, call } = await start();
  const one = await call();
  one.socket.write('before ');
  await heard(one, 'before ');
  proxy.weather = { type: 'halt', bytes: 4 };
  one.socket.write('after');
  await heard(one, 'before afte');
  seen[0]!.socket.write('further');
  await expect.poll(() => proxy.vanished).toBe(1 + 7);
  expect(one.pieces.join('')).toBe('before afte');
});

test('a cut is an end at both ends, and a reset is a reset', async () => {
  const { proxy, seen, call } = await start();
  const one = await call();
  one.socket.write('x');
  await heard(one, 'x');
  proxy.cut();
  await closed(one, seen[0]!);
  expect(one.fault).toBeUndefined();
  const two = await call();
  two.socket.write('x');
  await heard(two, 'x');
  proxy.reset();
  await closed(two, seen[1]!);
  expect([two.fault, seen[1]!.fault]).toEqual(['ECONNRESET', 'ECONNRESET']);
});
