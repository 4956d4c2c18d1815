import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkConfig } from '../../src/config/config.ts';
import { ConfigSource } from '../../src/config/source.ts';
import { faults, good } from './support.ts';

test('what is left out has a default, and nobody is permitted', () => {
  const config = checkConfig(new ConfigSource('config.yaml', good));
  expect(config.permissions).toEqual({});
  expect(config.appservice.listen).toEqual({ host: '127.0.0.1', port: 29_333 });
  expect(config.networks.msn.servers['own']).toMatchObject({
    port: 1863,
    private_addresses: false,
    dialects: ['MSNP12', 'MSNP11', 'MSNP10', 'MSNP9', 'MSNP8'],
  });
});

test.each([
  [
    'a wrong type is named where it stands',
    good.replace('domain: example.com', 'domain: 7'),
    'config.yaml:3:11: homeserver.domain: must be the part after the colon',
  ],
  ['an unknown key is named where it stands', `${good}mns: 1\n`, 'config.yaml:15:1: mns: unknown key'],
  [
    'a missing key points to its parent',
    good.replace('  domain: example.com\n', ''),
    'config.yaml:1:1: homeserver.domain: is missing: it must be the part after the colon of your Matrix ids, like example.com',
  ],
  ['a repeated key is refused', `${good}homeserver: {}\n`, 'config.yaml:15:1: Map keys must be unique'],
  ['bad YAML says where', good.replace('homeserver:', 'homeserver: ['), 'config.yaml:'],
  [
    'placeholder tokens are refused with the remedy',
    good.replace('0123456789abcdef', 'CHANGE-ME-npm-run-registration'),
    'npm run registration',
  ],
  [
    'a server key must fit into a Matrix id',
    good.replace('own:', 'Own_1:'),
    'config.yaml:11:7: networks.msn.servers.Own_1: ',
  ],
  [
    'a server whose versions sign in with Passport needs somebody who tells where',
    good.replace('        nexus_url: http://127.0.0.1/nexus\n', '        dialects: [MSNP8, MSNP7]\n'),
    'config.yaml:11:7: networks.msn.servers.own.nexus_url: is missing: MSNP8 sign in with what it tells.',
  ],
  [
    'only a gateway that is named can be the only way',
    `${good}        gateway_only: true\n`,
    'config.yaml:11:7: networks.msn.servers.own.gateway_url: is missing: gateway_only leaves no other way',
  ],
  [
    'what browsers get there is not for everybody who listens',
    good.replace('  as_token', '  public_url: http://bridge.example.com\n  as_token'),
    'config.yaml:6:15: appservice.public_url: must be an https:// address, unless it is on this machine',
  ],
  [
    'a secret of the provisioning API must not be short',
    `${good}provisioning:\n  shared_secret: short\n`,
    'config.yaml:16:18: provisioning.shared_secret: is too short',
  ],
  [
    'nor be a token that others have',
    `${good}provisioning:\n  shared_secret: fedcba9876543210\n`,
    'config.yaml:16:18: provisioning.shared_secret: must be another',
  ],
  [
    'an origin has no path',
    `${good}provisioning:\n  origins: [https://x.example.com/app]\n`,
    'config.yaml:16:13: provisioning.origins.0: must be like https://app.example.com',
  ],
])('%s', (_, text, start) => {
  expect(faults(text).join('\n')).toContain(start);
});

test.each([
  ['versions without Passport', '        dialects: [MSNP7, MSNP2]\n'],
  ['a login service that is known', '        login_url: https://login.example.com/login\n'],
])('no nexus is needed for %s', (_, lines) => {
  expect(faults(good.replace('        nexus_url: http://127.0.0.1/nexus\n', lines))).toEqual([]);
});

test('the sample lacks nothing but real tokens', () => {
  const problems = faults(readFileSync(new URL('../../config.sample.yaml', import.meta.url), 'utf8'));
  expect(problems.map((problem) => problem.split(': ')[1])).toEqual(['appservice.as_token', 'appservice.hs_token']);
});
