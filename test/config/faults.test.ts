// Every key of config.yaml with something else than belongs there, and every other way in which a configuration is wrong:
// each is a line with its place, its key, a sentence, and what to do.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { readConfig } from '../../src/config/config.ts';
import { throwAwayCertificate } from '../support/msn-server/passport/certificate.ts';
import { faults, faultsOf, good } from './support.ts';

/** Every key there is. */
const WHOLE = `${good}        port: 1863
        login_url: https://login.example.com/
        gateway_url: http://example.com/gateway
        gateway_only: true
        services: { mail: https://mail.example.com/ }
        tls: { ca_file: ca.pem, min_version: TLSv1 }
        dialects: [MSNP12]
        hosts: [example.com]
        private_addresses: true
        confirms_delivery: true
        sign_ins_per_second: 5
        credential_hosts: [example.com]
database: { url: postgres://x, directory: data/database }
secrets: { key_file: data/key }
permissions: { example.com: user }
bridge: { message_patience_minutes: 5, spaces: true, logout_rooms: leave }
presence: { mode: board, requests_per_second: 5 }
provisioning: { shared_secret: 0123456789abcdef0, openid: true, origins: [https://app.example.com] }
logging: { level: info }
`.replace(
  '  as_token:',
  `  public_url: https://example.com
  id: msn
  bot: msnbot
  ghost_prefix: x
  listen: { host: 127.0.0.1, port: 29333 }
  as_token:`,
);

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  const own = path.length === 0 ? [] : [path];
  if (typeof value !== 'object' || value === null) return own;
  const inside = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [...own, ...inside.flatMap(([key, one]) => pathsOf(one, [...path, key as string]))];
}

function withValue(text: string, [key = '', ...path]: Path, value: unknown): unknown {
  const copy = parse(text) as Record<string | number, unknown>;
  let at = copy;
  let last = key;
  for (const step of path) {
    at = at[last] as Record<string | number, unknown>;
    last = step;
  }
  at[last] = value;
  return copy;
}

test('the configuration with every key is fine', () => {
  expect(faults(WHOLE)).toEqual([]);
});

describe.each(pathsOf(parse(WHOLE)))('something else for the key %s', (...path) => {
  const key = path.join('.');
  const was: unknown = path.reduce<unknown>(
    (value, step) => (value as Record<string | number, unknown>)[step],
    parse(WHOLE),
  );

  test.each([
    ['a list', ['x', ['y']]],
    ['a section', { some: { thing: 1 } }],
    ['nothing', null],
    ['a number', -7.5],
    ['a word', 'some thing that never fits: \u0000'],
    ['a truth', true],
  ])('%s', (what, value) => {
    const isAsBefore = Array.isArray(was) ? Array.isArray(value) : typeof was === typeof value && was !== null;
    const problems = faults(stringify(withValue(WHOLE, path, value)));
    // What is written as a text may hold any; what is read from a file comes later.
    expect(problems.length > 0 || isAsBefore, `${key} may not be ${what}`).toBe(true);
    for (const problem of problems) {
      expect(problem).toMatch(/^config\.yaml:\d+:\d+: [\w.@"-]+: \S.{15,}$/u);
      expect(problem.split(': ')[1]).toMatch(new RegExp(`^${key.replaceAll('.', '\\.')}(\\.|$)`, 'u'));
      expect(problem).not.toMatch(/invalid|expected|received|input|\bstring\b|zod/iu);
    }
  });
});

test.each(pathsOf(parse(good)))('without the key %s it is said what belongs there', (...path) => {
  const [key = '', ...rest] = path.toReversed();
  const copy = parse(good) as Record<string | number, unknown>;
  const parent = rest
    .toReversed()
    .reduce<Record<string | number, unknown>>((at, step) => at[step] as Record<string | number, unknown>, copy);
  delete parent[key];
  const problems = faults(stringify(copy));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^config\.yaml:\d+:\d+: \S+: (is missing: \S.{15,}|needs at least one server; see)/u);
});

test.each([
  [
    'two tokens that are one',
    good.replace('fedcba9876543210', '0123456789abcdef'),
    'config.yaml:7:13: appservice.hs_token: must be another than as_token: remove both and run “npm run registration”',
  ],
  ...[
    'alice',
    '@alice',
    'alice@example.com',
    '@alice:nowhere',
    '*.example.com',
    '@*:example.com',
    'Example.com',
    '',
  ].map((key) => [
    `permissions for “${key}”`,
    `${good}permissions:\n  '${key}': user\n`,
    `config.yaml:16:3: permissions.${key}: is nobody: name a person (@alice:example.com), a server (example.com), or "*" for everybody`,
  ]),
  [
    'an alias that leads nowhere',
    `${good}permissions: *nobody\n`,
    'config.yaml:15:14: *nobody: Unresolved alias (the anchor must be set before the alias): nobody: put a text that begins with * in quotes, or write out what it stands for',
  ],
  [
    'a list for a key',
    `${good}[[1]]: x\n`,
    'config.yaml:15:1: a list or a map cannot be a key: look at quotes, brackets, and how far this line and the one before it are indented',
  ],
  ['a key twice', `${good}homeserver: {}\n`, 'config.yaml:15:1: Map keys must be unique: remove one of the two'],
  [
    'tabs',
    good.replace('  url: http://localhost:8008', '\turl: http://localhost:8008'),
    'config.yaml:2:1: Tabs are not allowed as indentation: indent with blanks, not with tabs',
  ],
  [
    'a quote that does not end',
    good.replace('domain: example.com', 'domain: "example.com'),
    'config.yaml:15:1: Missing closing "quote: look at quotes, brackets, and how far this line and the one before it are indented',
  ],
  [
    'a second document',
    `${good}---\nhomeserver: {}\n`,
    'config.yaml:15:1: Source contains multiple documents; please use YAML.parseAllDocuments(): remove what stands from here on, “---” included',
  ],
])('%s', (_, text, problem) => {
  expect(faults(text)[0]).toBe(problem);
});

test.each([
  ['pressence: {}', '15:1: pressence: unknown key: is “presence” meant?'],
  ['bridge: { space: true }', '15:11: bridge.space: unknown key: is “spaces” meant?'],
  ['provisioning: { sharedSecret: x }', '15:17: provisioning.sharedSecret: unknown key: is “shared_secret” meant?'],
  ['fish: {}', '15:1: fish: unknown key; see config.sample.yaml for those there are'],
  ['constructor: {}', '15:1: constructor: unknown key; see config.sample.yaml for those there are'],
  ['        prot: 1863', '15:9: networks.msn.servers.own.prot: unknown key: is “port” meant?'],
  ['        tls: { ca: x }', '15:16: networks.msn.servers.own.tls.ca: unknown key: is “ca_file” meant?'],
])('a key that there is not names the nearest that there is: %s', (line, problem) => {
  expect(faults(`${good}${line}\n`)).toEqual([`config.yaml:${problem}`]);
});

test.each([
  '*',
  'example.com',
  'sub.example.org:8448',
  '@alice:example.com',
  '@Al.ice_=-/+7:example.org',
  '127.0.0.1',
  '192.0.2.1:8448',
  '[::1]',
  '[2001:db8::1]:8448',
])('permissions for “%s”', (key) => {
  expect(faults(`${good}permissions:\n  '${key}': user\n`)).toEqual([]);
});

test('a homeserver’s own name needs no dot', () => {
  const lone = good.replace('domain: example.com', 'domain: localhost');
  expect(faults(`${lone}permissions: { localhost: user, '@alice:localhost': admin }\n`)).toEqual([]);
  expect(faults(`${good}permissions: { localhost: user }\n`)).toHaveLength(1);
});

describe('what other files hold', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bridge-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function withCa(name: string): readonly string[] {
    const file = join(folder, 'config.yaml');
    writeFileSync(file, `${good}        tls:\n          ca_file: ${name}\n`);
    return faultsOf(() => readConfig(file)).map((problem) => problem.replaceAll(folder, ''));
  }

  test('an authority that is not there, and one that is none', () => {
    const remedy = 'name the authority’s certificate in PEM form, or leave the key out';
    const start = '/config.yaml:16:20: networks.msn.servers.own.tls.ca_file: cannot read a certificate from';
    expect(withCa('none.pem')).toEqual([`${start} /none.pem (ENOENT): ${remedy}`]);
    writeFileSync(join(folder, 'other.pem'), 'no certificate\n');
    expect(withCa('other.pem')).toEqual([expect.stringMatching(/^\S+config\.yaml:16:20: .*\/other\.pem \(ERR_/u)]);
    writeFileSync(join(folder, 'ca.pem'), throwAwayCertificate().certificate);
    expect(withCa('ca.pem')).toEqual([]);
  });

  test('a profile is frozen through and through: nobody changes the policy of a server afterwards', () => {
    const file = join(folder, 'config.yaml');
    writeFileSync(file, WHOLE.replace('ca_file: ca.pem, ', ''));
    const [profile] = readConfig(file).msn.profiles;
    const open: string[] = [];
    const look = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) open.push(path);
      for (const [key, inside] of Object.entries(value)) look(inside, `${path}.${key}`);
    };
    look(profile, 'profile');
    expect(open).toEqual([]);
    expect(profile).toMatchObject({ confirmsDelivery: true, privateAddresses: true, gateway: { only: true } });
  });
});
