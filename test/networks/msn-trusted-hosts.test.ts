// Whom a server may send us to, and what is said when it may not.

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';

import { createIo } from '../../src/networks/msn/io.ts';
import type { LinkListener } from '../../src/networks/msn/io.ts';
import type { ServerProfile } from '../../src/networks/msn/profile.ts';
import {
  isTrustedAddress,
  isTrustedName,
  isTrustedPort,
  isTrustedUrl,
  readTrustedHost,
} from '../../src/networks/msn/trusted-hosts.ts';
import { ConnectAudit } from '../hostile/audit.ts';
import { hostileProfile } from '../hostile/hostile-server.ts';
import { BOB, eventually, makeClient, say, setStage, signInPerson } from './msn-stage.ts';

const LISTENER: LinkListener = { onBytes: () => undefined, onClosed: () => undefined };

function profile(more: Partial<ServerProfile> = {}): ServerProfile {
  return { ...hostileProfile({ port: 1863, loginUrl: 'https://login.example/login' }), ...more };
}

test.each([
  ['ms.example.com', { host: 'ms.example.com', port: undefined }],
  ['MS.Example.com.', { host: 'ms.example.com', port: undefined }],
  ['*.example.com:1864', { host: '*.example.com', port: 1864 }],
  ['10.0.0.5', { host: '10.0.0.5', port: undefined }],
  ['10.0.0.5:1864', { host: '10.0.0.5', port: 1864 }],
  ['::1', { host: '::1', port: undefined }],
  ['[::1]:1864', { host: '::1', port: 1864 }],
])('%s may stand on the list', (text, wanted) => {
  expect(readTrustedHost(text)).toEqual(wanted);
});

test.each([
  '',
  '*',
  'a b',
  'http://a.b',
  'a.b/c',
  'a.b:0',
  'a.b:65536',
  'a.b:x',
  '[a.b]',
  'user@a.b',
  '*.*.a',
  'a.*.b',
])('%j may not', (text) => {
  expect(readTrustedHost(text)).toBeUndefined();
});

test('a name is trusted as it is, or by its end', () => {
  const one = profile({
    notification: { host: 'ms.own.example', port: 1863 },
    hosts: ['*.more.example', 'sb.example:1864'],
  });
  const trusted = (host: string, port = 1864): boolean => isTrustedName(one, host, port);
  expect(
    ['ms.own.example', 'MS.OWN.EXAMPLE.', 'a.more.example', 'a.b.more.example', 'sb.example'].filter(
      (host) => !trusted(host),
    ),
  ).toEqual([]);
  expect(
    ['own.example', 'more.example', 'evilmore.example', 'more.example.evil.example', 'sb.example.evil', ''].filter(
      (host) => trusted(host),
    ),
  ).toEqual([]);
  expect(trusted('sb.example', 1865)).toBe(false);
});

test('an address is trusted if the server has it itself, or if it is on the list, however it is written', () => {
  const one = profile({ hosts: ['10.0.0.5', '[fd00::5]:1864'] });
  expect(isTrustedAddress(one, '93.184.215.14', 1863, ['93.184.215.14'])).toBe(true);
  expect(isTrustedAddress(one, '::ffff:93.184.215.14', 1863, ['93.184.215.14'])).toBe(true);
  expect(isTrustedAddress(one, '93.184.215.15', 1863, ['93.184.215.14'])).toBe(false);
  expect(isTrustedAddress(one, '::ffff:a00:5', 5432, [])).toBe(true);
  expect(isTrustedAddress(one, 'fd00:0::5', 1864, [])).toBe(true);
  expect(isTrustedAddress(one, 'fd00::5', 5432, [])).toBe(false);
});

test('within our own walls a server has its own port and the usual ones', () => {
  const one = profile({ notification: { host: '127.0.0.1', port: 11_863 }, hosts: ['127.0.0.1:2000', 'db.lan:5432'] });
  const open = [1, 80, 443, 1863, 1864, 2000, 5432, 6379, 8008, 11_863].filter((port) =>
    isTrustedPort(one, '127.0.0.1', '127.0.0.1', port),
  );
  expect(open).toEqual([1863, 1864, 2000, 11_863]);
  expect(isTrustedPort(one, 'db.lan', '127.0.0.1', 5432)).toBe(true);
  expect(isTrustedPort(one, 'ms.example', '93.184.215.14', 5432)).toBe(true);
});

test('a page is asked only if the profile names its host', () => {
  const one = profile({
    nexusUrl: 'https://nexus.example/rdr',
    loginUrl: 'https://login.example/login',
    services: { book: 'https://book.example/ab' },
    credentialHosts: ['more.example'],
    hosts: ['*.wide.example'],
  });
  const asked = (url: string): boolean => isTrustedUrl(one, new URL(url));
  expect(
    [
      'https://nexus.example/x',
      'https://LOGIN.example',
      'https://book.example/y',
      'https://more.example',
      'http://a.wide.example',
      'http://127.0.0.1/x',
    ].filter((url) => !asked(url)),
  ).toEqual([]);
  expect(
    [
      'https://evil.example',
      'https://nexus.example.evil.example',
      'http://169.254.169.254/latest',
      'http://[::1]/',
    ].filter(asked),
  ).toEqual([]);
});

test('what is dialled is seen where the socket layer is asked, and the operator is told what to write down', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const audit = new ConnectAudit();
  onTestFinished(() => audit.stop());
  await expect(createIo(profile()).dial('127.0.0.1', port, LISTENER)).rejects.toThrow(
    `the server may not send us to "127.0.0.1" at port ${port}; if that is right, name it in networks.msn.servers.hostile.hosts`,
  );
  expect(audit.connects).toEqual([]);
  await createIo(profile({ hosts: [`127.0.0.1:${port}`] })).dial('127.0.0.1', port, LISTENER);
  expect(audit.connects).toEqual([`127.0.0.1 ${port}`]);
});

test('a name is asked for once: what was checked is what is dialled, whatever it would lead to a moment later', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const asked: string[] = [];
  const answers = ['127.0.0.1', '169.254.169.254'];
  const resolver = async (host: string): Promise<{ address: string; family: number }[]> => {
    asked.push(host);
    return [{ address: answers.shift() ?? '', family: 4 }];
  };
  const audit = new ConnectAudit();
  onTestFinished(() => audit.stop());
  const io = createIo(profile({ notification: { host: 'ms.example', port } }), resolver);
  await io.dial('ms.example', port, LISTENER);
  expect(asked).toEqual(['ms.example']);
  expect(audit.connects).toEqual([`127.0.0.1 ${port}`]);
  await expect(io.dial('ms.example', port, LISTENER)).rejects.toThrow('no address that may be dialled');
  expect(audit.connects).toHaveLength(1);
});

test('another name of the server’s own address is the server', async () => {
  const resolver = async (host: string): Promise<{ address: string; family: number }[]> => [
    { address: host === 'evil.example' ? '10.0.0.9' : '127.0.0.1', family: 4 },
  ];
  const audit = new ConnectAudit();
  onTestFinished(() => audit.stop());
  const io = createIo(profile({ notification: { host: 'ms.example', port: 1863 } }), resolver);
  await io.dial('also.example', 1864, LISTENER).catch(() => undefined);
  await expect(io.dial('evil.example', 1864, LISTENER)).rejects.toThrow('may not send us to "evil.example"');
  expect(audit.connects).toEqual(['127.0.0.1 1864']);
});

test('a sign-in that is sent elsewhere ends with a sentence, and no ticket has gone there', async () => {
  const stage = await setStage({ dispatch: true, profile: { hosts: [] } });
  const { client, sink } = makeClient(stage);
  client.connect(1, {});
  await eventually(() => sink.kinds.includes('server-down'));
  expect(sink.states.at(-1)?.sentence).toBe(
    'Double sends us to a host that the bridge does not trust it with. Its administrator can change that.',
  );
  const line = stage.log.lines.find(({ text }) => text === 'server sends us to a host that it is not trusted with');
  expect(line?.level).toBe('warn');
  expect(JSON.stringify(line?.fields)).toContain('networks.msn.servers.double.hosts');
});

test('a message for whose conversation we are sent elsewhere fails at once', async () => {
  const stage = await setStage({ profile: { hosts: [] } });
  await signInPerson(stage, BOB);
  const ours = makeClient(stage);
  ours.client.connect(1, {});
  await eventually(() => ours.sink.kinds.includes('connected'));
  await expect(say(ours, BOB, 'hello')).rejects.toMatchObject({
    code: 'network',
    retriable: false,
    message:
      'The server wants to hold the conversation on a host that the bridge does not trust it with. Its administrator can change that.',
  });
});
