// Where a server may send us.

import { describe, expect, test } from 'vitest';

import {
  addressKind,
  isHostName,
  mayDial,
  mayGiveCredentials,
  mayUsePort,
} from '../../src/networks/msn/address-policy.ts';

const KINDS = {
  public: [
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001:80b::200e',
    '::ffff:8.8.8.8',
    '::ffff:808:808',
    '64:ff9b::808:808',
    '2002:808:808::1',
  ],
  private: [
    '10.0.0.0',
    '10.255.255.255',
    '100.64.0.0',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::0.0.0.1',
    'fc00::1',
    'fdff:ffff::1',
    '::ffff:127.0.0.1',
    '::FFFF:7F00:1',
    '::ffff:10.0.0.1',
    '64:ff9b::10.0.0.1',
    '2002:7f00:1::',
    '2002:c0a8:101::5',
  ],
  special: [
    '0.0.0.0',
    '0.1.2.3',
    '169.254.169.254',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::7f00:1',
    '::127.0.0.1',
    '::ffff:0.0.0.0',
    '::ffff:169.254.169.254',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::1',
    '2002:a9fe:a9fe::',
    '100::1',
    '2001::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    '2001:db8::1',
    '3fff::1',
    '4000::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    // not in the form that a resolver answers in
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.0.0.01',
    '256.0.0.1',
    '1.2.3.4.5',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8:9',
    '12345::',
    ':::',
    '::1.2.3',
    '1.2.3.4::',
    '32.1.72.96::',
    '2001:4860:32.1.72.96::8888',
    'localhost',
    '',
  ],
} as const;

describe.each(Object.entries(KINDS))('%s', (kind, addresses) => {
  test.each([...addresses])('%s', (address) => {
    expect(addressKind(address)).toBe(kind);
  });
});

test('private addresses are dialled only where the operator says so, special ones never', () => {
  const table = (['1.1.1.1', '127.0.0.1', '169.254.169.254'] as const).map((address) => [
    mayDial({ privateAddresses: false }, address),
    mayDial({ privateAddresses: true }, address),
  ]);
  expect(table).toEqual([
    [true, true],
    [false, true],
    [false, false],
  ]);
});

test.each([
  'msnmsgr.example.com',
  'a',
  'xn--bcher-kva.example',
  '1st.example',
  'a_b.example',
  'host.',
  '10.0.0.1',
  '[::1]',
  '::1',
])('%s is a host', (host) => {
  expect(isHostName(host)).toBe(true);
});

test.each([
  '',
  '.',
  'a..b',
  '-a.example',
  'a-.example',
  'a b',
  'a\r\nb',
  'a/b',
  'user@host',
  'bücher.example',
  'a'.repeat(64),
  `${'a.'.repeat(130)}a`,
  '127.1',
  '2130706433',
  '0x7f000001',
  'evil.0x7f',
  '1.2.3.4.5',
  '[a.example]',
  '[1.0.0.1]',
  'fe80::1%eth0',
])('%j is none', (host) => {
  expect(isHostName(host)).toBe(false);
});

const PROFILE = {
  notification: { host: 'ms.example', port: 563 },
  nexusUrl: 'https://nexus.example:444/rdr/pprdr.asp',
  credentialHosts: ['login.example'],
  privateAddresses: false,
};

test('ports of old services stay closed, those that the operator wrote down do not', () => {
  const open = [0, 22, 25, 79, 80, 443, 444, 445, 563, 1023, 1024, 1863, 65_535, 65_536, 1.5, Number.NaN].filter(
    (port) => mayUsePort(PROFILE, port),
  );
  expect(open).toEqual([80, 443, 444, 563, 1024, 1863, 65_535]);
});

test('credentials go to hosts of the profile only, and encrypted', () => {
  const may = (url: string): boolean => mayGiveCredentials(PROFILE, new URL(url), 'public');
  expect(may('https://nexus.example/login')).toBe(true);
  expect(may('https://login.example/login')).toBe(true);
  expect(may('https://LOGIN.example/login')).toBe(true);
  expect(may('https://login.example.evil.example/login')).toBe(false);
  expect(may('https://evil.example/login')).toBe(false);
  expect(may('http://nexus.example/login')).toBe(false);
  expect(may('ftp://nexus.example/login')).toBe(false);
});

test('in the clear only to the host of a nexus in the clear, within the own walls', () => {
  const own = { ...PROFILE, nexusUrl: 'http://msn.lan/nexus', privateAddresses: true };
  expect(mayGiveCredentials(own, new URL('http://msn.lan:8080/login'), 'private')).toBe(true);
  expect(mayGiveCredentials(own, new URL('http://msn.lan/login'), 'public')).toBe(false);
  expect(mayGiveCredentials(own, new URL('http://other.lan/login'), 'private')).toBe(false);
  expect(mayGiveCredentials({ ...own, privateAddresses: false }, new URL('http://msn.lan/login'), 'private')).toBe(
    false,
  );
});
