// Every way to write an address of the network that the bridge runs in: none of them is dialled for a server of others.
// The names are asked of the real resolver, which answers from this machine or not at all.

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';

import type { ServerKey } from '../../src/bridge/ids.ts';
import { parseServerAddress } from '../../src/msnp/address.ts';
import { createIo } from '../../src/networks/msn/io.ts';

const io = createIo({
  key: 'others' as ServerKey,
  name: 'Others',
  notification: { host: 'msn.example', port: 1863 },
  nexusUrl: 'https://nexus.example/rdr',
  tls: { minVersion: 'TLSv1.2' },
  dialects: ['MSNP8'],
  privateAddresses: false,
  confirmsDelivery: false,
  credentialHosts: [],
});

const REFUSED = /not well-formed|no address that may be dialled|ENOTFOUND|EAI_AGAIN/;

// prettier-ignore
const SPELLINGS = [
  '127.0.0.1', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '0177.1', '017700000001',
  '127.0.0.1.', '127.0.0.1..', '0', '0.0.0.0', '00.00.00.00', 'localhost', 'LOCALHOST', 'localhost.', 'ip6-localhost',
  '::1', '[::1]', '::', '::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:7f00:0001', '::127.0.0.1',
  '64:ff9b::7f00:1', '64:ff9b:1::7f00:1', '2002:7f00:1::', '2002:a00:1::', 'fe80::1', 'fe80::1%lo', 'fc00::1', 'ff02::1',
  '2001::1', '100::1', '::ffff:0:127.0.0.1', '10.0.0.1', '010.0.0.1', '0xa.0.0.1', '172.16.0.1', '172.31.255.255',
  '192.168.0.1', '169.254.169.254', '169.254.169.254.', '100.64.0.1', '100.100.100.200', '198.18.0.1', '192.0.0.1',
  '224.0.0.1', '240.0.0.1', '255.255.255.255', '①②⑦.⓪.⓪.①', '127。0。0。1', '１２７.0.0.1', '%6c%6f%63%61%6c',
  '127.0.0.1%00.example.com', '127.0.0.1\0.example.com', 'user@127.0.0.1', '127.0.0.1#', '127.0.0.1/', '127.0.0.1:80',
  '[127.0.0.1]', '[[::1]]', '[::1', '::1]', 'localhost\n', ' localhost', '', '.', '..', '-', '256.1.1.1', '1.2.3.4.5',
];

test.each(SPELLINGS)('%j is not dialled', async (host) => {
  const listener = { onBytes: () => undefined, onClosed: () => undefined };
  await expect(io.dial(host, 1863, listener)).rejects.toThrow(REFUSED);
});

test.each(SPELLINGS.filter((host) => URL.canParse(`http://${host}/`)))('http://%s/ is not asked', async (host) => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  let asked = false;
  server.on('connection', () => (asked = true));
  const { host: written } = new URL(`http://${host}/`);
  const bare = written.replace(/:80$/, '');
  const reply = await io.fetch({
    method: 'GET',
    url: `http://${bare}:${(server.address() as AddressInfo).port}/`,
    headers: {},
    timeoutMs: 5_000,
    maxBytes: 1_000,
    credentials: false,
  });
  expect(reply.type).toBe('failed');
  expect(asked).toBe(false);
});

// prettier-ignore
test.each([
  '1.2.3.4:0', '1.2.3.4:65536', '1.2.3.4:-1', '1.2.3.4:+80', '1.2.3.4: 80', '1.2.3.4:0x50', '1.2.3.4:1e3',
  '1.2.3.4:', '::1', '[::1', 'a:b:80', 'http://example.com:80', 'user@example.com:80', '',
])('%j is no server address', (text) => {
  expect(parseServerAddress(text)).toBeUndefined();
});

test.each([21, 22, 23, 25, 53, 110, 139, 143, 389, 445, 465, 587, 993])('port %d is not dialled', async (port) => {
  const listener = { onBytes: () => undefined, onClosed: () => undefined };
  await expect(io.dial('93.184.215.14', port, listener)).rejects.toThrow(`port ${port} is not allowed`);
});
