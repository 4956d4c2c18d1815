// Sockets and requests as they really are, on loopback.

import { createServer as createHttpServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';

import type { ServerKey } from '../../src/bridge/ids.ts';
import type { FetchRequest } from '../../src/msnp/session.ts';
import { createIo, type Resolver } from '../../src/networks/msn/io.ts';
import type { ServerProfile } from '../../src/networks/msn/profile.ts';
import { throwAwayCertificate } from '../support/msn-server/passport/certificate.ts';
import { Heard } from './heard.ts';
import { eventually } from './msn-stage.ts';

const PROFILE: ServerProfile = {
  key: 'test' as ServerKey,
  name: 'Test',
  notification: { host: '127.0.0.1', port: 1863 },
  nexusUrl: 'http://127.0.0.1/nexus',
  hosts: ['127.0.0.1', 'localhost'],
  tls: { minVersion: 'TLSv1.2' },
  dialects: ['MSNP8'],
  privateAddresses: true,
  confirmsDelivery: false,
  credentialHosts: [],
};

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function tcp(onSocket: (socket: Socket) => void): Promise<number> {
  return listen(
    createServer({ allowHalfOpen: true }, (socket) => {
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => socket.destroy());
      onSocket(socket);
    }),
  );
}

function request(url: string, more: Partial<FetchRequest> = {}): Omit<FetchRequest, 'type' | 'id'> {
  return { method: 'GET', url, headers: {}, timeoutMs: 5_000, maxBytes: 1_000, credentials: false, ...more };
}

async function http(handler: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createHttpServer(handler))}`;
}

test('bytes go both ways, and the end is told once', async () => {
  const port = await tcp((socket) => {
    socket.write('welcome ');
    socket.on('data', (bytes) => socket.write(bytes));
    socket.on('end', () => socket.end(' bye'));
  });
  const heard = new Heard();
  const link = await createIo(PROFILE).dial('localhost', port, heard);
  expect(heard.text).toBe('');
  link.write(Buffer.from('echo'));
  link.close();
  link.write(Buffer.from('too late'));
  await eventually(() => heard.ends.length > 0);
  expect(heard.text).toBe('welcome echo bye');
  expect(heard.ends).toEqual([undefined]);
});

test('what was sent right before the end is not lost', async () => {
  const port = await tcp((socket) => void socket.end('last words'));
  const heard = new Heard();
  await createIo(PROFILE).dial('127.0.0.1', port, heard);
  await eventually(() => heard.ends.length > 0);
  expect(heard.text).toBe('last words');
});

test('a connection that is reset has a reason', async () => {
  const port = await tcp((socket) => void socket.once('data', () => socket.resetAndDestroy()));
  const heard = new Heard();
  const link = await createIo(PROFILE).dial('127.0.0.1', port, heard);
  link.write(Buffer.from('?'));
  await eventually(() => heard.ends.length > 0);
  expect(heard.ends[0]).toContain('ECONNRESET');
});

test('a peer that reads nothing does not fill our memory', async () => {
  const port = await tcp((socket) => void socket.pause());
  const heard = new Heard();
  const link = await createIo(PROFILE).dial('127.0.0.1', port, heard);
  for (let block = 0; block < 400; block++) link.write(Buffer.alloc(64 * 1024));
  await eventually(() => heard.ends.length > 0);
  expect(heard.ends).toEqual(['the peer does not read what we send']);
});

test.each([
  ['localhost', 'the host has no address that may be dialled'],
  ['127.0.0.1', 'the host has no address that may be dialled'],
  ['::1', 'the host has no address that may be dialled'],
  ['[::ffff:127.0.0.1]', 'the host has no address that may be dialled'],
  ['0x7f.1', 'the host name is not well-formed'],
  ['2130706433', 'the host name is not well-formed'],
])('%s is not dialled by a profile of the public net', async (host, reason) => {
  const io = createIo({ ...PROFILE, privateAddresses: false });
  await expect(io.dial(host, 1864, new Heard())).rejects.toThrow(reason);
});

describe('a name that means another address a moment later', () => {
  /** The first answer is one that may be dialled; from then on it is where a cloud keeps its secrets. */
  function turning(): { readonly resolver: Resolver; readonly asked: string[] } {
    const asked: string[] = [];
    return {
      asked,
      resolver: async (host) => {
        asked.push(host);
        return [{ address: asked.length === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }];
      },
    };
  }
  const profile = { ...PROFILE, hosts: ['turns.example.com'] };

  test('is dialled at the one that was checked', async () => {
    const port = await tcp((socket) => void socket.end('the one that was checked'));
    const { resolver, asked } = turning();
    const heard = new Heard();
    await createIo(profile, resolver).dial('turns.example.com', port, heard);
    await eventually(() => heard.ends.length > 0);
    expect(heard.text).toBe('the one that was checked');
    expect(asked).toEqual(['turns.example.com']);
  });

  test('is asked for a page at the one that was checked, and not at all once it means the other', async () => {
    const base = await http((incoming, response) => void response.end(incoming.headers.host));
    const { port } = new URL(base);
    const { resolver, asked } = turning();
    const io = createIo({ ...profile, nexusUrl: `http://turns.example.com:${port}/` }, resolver);
    const reply = await io.fetch(request(`http://turns.example.com:${port}/`));
    expect(reply.type === 'response' && Buffer.from(reply.body).toString()).toBe(`turns.example.com:${port}`);
    expect(asked).toEqual(['turns.example.com']);
    expect(await io.fetch(request(`http://turns.example.com:${port}/`))).toEqual({
      type: 'failed',
      reason: 'the host has no address that may be dialled',
    });
  });
});

test('a forbidden port and a closed one are not had', async () => {
  const io = createIo(PROFILE);
  await expect(io.dial('127.0.0.1', 25, new Heard())).rejects.toThrow('port 25 is not allowed');
  const port = await tcp(() => undefined);
  const closed = createServer();
  const other = await listen(closed);
  await new Promise((resolve) => closed.close(resolve));
  await expect(io.dial('127.0.0.1', other, new Heard())).rejects.toThrow('ECONNREFUSED');
  expect(port).not.toBe(other);
});

test('a reply comes with its headers, redirects included', async () => {
  const base = await http((_, response) => {
    response.writeHead(302, [
      ['Location', 'http://127.0.0.1/elsewhere'],
      ['PassportURLs', 'a'],
      ['PassportURLs', 'b'],
    ]);
    response.end('moved');
  });
  const reply = await createIo(PROFILE).fetch(request(`${base}/x`));
  if (reply.type !== 'response') throw new Error(reply.reason);
  expect(reply.status).toBe(302);
  expect(reply.headers.get('location')).toBe('http://127.0.0.1/elsewhere');
  expect(reply.headers.get('passporturls')).toBe('a, b');
  expect(Buffer.from(reply.body).toString()).toBe('moved');
});

test('a body is sent', async () => {
  const base = await http((incoming, response) => {
    void incoming
      .toArray()
      .then((chunks) => response.end(`${incoming.method} ${Buffer.concat(chunks as Buffer[]).toString()}`));
  });
  const reply = await createIo(PROFILE).fetch(request(base, { method: 'POST', body: 'ünï' }));
  expect(reply.type === 'response' && Buffer.from(reply.body).toString()).toBe('POST ünï');
});

test.each<[string, RequestListener, string]>([
  ['too long a reply', (_, response) => void response.end('x'.repeat(1_001)), 'the reply is too long'],
  [
    'an endless reply',
    (_, response) => {
      const more = (): void => void (response.write('x'.repeat(500)) && setImmediate(more));
      more();
    },
    'the reply is too long',
  ],
  ['silence', () => undefined, 'timed out'],
  ['a reply that never ends', (_, response) => void response.write('x'), 'timed out'],
  ['too long a head', (_, response) => void response.setHeader('X', 'x'.repeat(20_000)).end(), 'overflow'],
])('%s is a failure', async (_, handler, reason) => {
  const base = await http(handler);
  const reply = await createIo(PROFILE).fetch(request(base, { timeoutMs: 300 }));
  expect(reply.type === 'failed' && reply.reason).toContain(reason);
});

test('credentials are kept from hosts that the profile does not name', async () => {
  let asked = 0;
  const base = await http((_, response) => {
    asked += 1;
    response.end();
  });
  const url = base.replace('127.0.0.1', 'localhost');
  const reply = await createIo(PROFILE).fetch(request(url, { credentials: true }));
  expect(reply).toEqual({ type: 'failed', reason: `the profile does not let credentials go to ${url}` });
  expect(asked).toBe(0);
  expect(await createIo(PROFILE).fetch(request(base, { credentials: true }))).toMatchObject({ status: 200 });
});

test('an encrypted server is trusted by the profile’s authority only', async () => {
  const { key, certificate: cert } = throwAwayCertificate();
  const ca = cert;
  const port = await listen(
    createHttpsServer(
      { key, cert, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
      (_, response) => void response.end('ok'),
    ),
  );
  const url = `https://127.0.0.1:${port}/`;
  expect(await createIo({ ...PROFILE, tls: { minVersion: 'TLSv1.2', ca } }).fetch(request(url))).toMatchObject({
    status: 200,
  });
  expect(await createIo({ ...PROFILE, tls: { minVersion: 'TLSv1', ca } }).fetch(request(url))).toMatchObject({
    status: 200,
  });
  expect(await createIo(PROFILE).fetch(request(url))).toMatchObject({ type: 'failed' });
});

test('an old server is spoken to only where the profile says so', async () => {
  const { key, certificate: cert } = throwAwayCertificate();
  const ca = cert;
  const old = { key, cert, minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  const port = await listen(createHttpsServer(old, (_, response) => void response.end('ok')));
  const url = `https://127.0.0.1:${port}/`;
  expect(await createIo({ ...PROFILE, tls: { minVersion: 'TLSv1', ca } }).fetch(request(url))).toMatchObject({
    status: 200,
  });
  expect(await createIo({ ...PROFILE, tls: { minVersion: 'TLSv1.2', ca } }).fetch(request(url))).toMatchObject({
    type: 'failed',
  });
});

test('nonsense is a failure, never an exception', async () => {
  const io = createIo(PROFILE);
  for (const url of ['', 'not a url', 'ftp://127.0.0.1/', 'http://169.254.169.254/latest', 'http://127.0.0.1:22/']) {
    expect(await io.fetch(request(url))).toMatchObject({ type: 'failed' });
  }
});
