// Configurations that are none, or that would undo what keeps us safe: each is refused with its place and a remedy.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { checkConfig, readConfig } from '../../../src/config/config.ts';
import { ConfigSource } from '../../../src/config/source.ts';
import { ConfigError } from '../../../src/config/errors.ts';
import { good } from '../../config/support.ts';
import { kind } from './kind.ts';
import type { Entry, HostileCase } from './kind.ts';

interface ConfigCase extends HostileCase {
  readonly text: string | Uint8Array;
  readonly says: RegExp;
}

function isRefused(says: RegExp, work: () => unknown): void {
  assert.throws(work, (error: unknown) => {
    assert.ok(error instanceof ConfigError, String(error));
    assert.match(error.message, says);
    for (const line of error.problems) assert.ok(line.length < 2_000, 'a line has an end');
    assert.ok(error.problems.length <= 100, 'so has the list of them');
    assert.doesNotMatch(error.message, /0123456789abcdef|fedcba9876543210|canary/, 'no token is told');
    return true;
  });
}

const ENTRIES: readonly Entry<ConfigCase>[] = [
  {
    name: 'as a text',
    enter: ({ text, says }) =>
      isRefused(says, () => checkConfig(new ConfigSource('config.yaml', Buffer.from(text as string).toString()))),
  },
  {
    name: 'as a file',
    enter: async ({ text, says }) => {
      const folder = await mkdtemp(join(tmpdir(), 'hostile-config-'));
      try {
        const file = join(folder, 'config.yaml');
        await writeFile(file, text);
        isRefused(says, () => readConfig(file));
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  },
];

const config = (rule: string, name: string, text: string | Uint8Array, says: RegExp): ConfigCase => ({
  rule,
  name,
  text,
  says,
});
const change = (from: string, to: string): string => good.replace(from, to);

const YAML = 'YAML is YAML, and no more than data';
const BOMBS = 'what is small in the file is small in memory';
const SHAPE = 'what stands there is what is expected';
const SAFE = 'nothing that keeps us safe can be mistyped away';
const laughs = Array.from(
  { length: 9 },
  (_, index) => `l${index + 1}: &l${index + 1} [${Array(9).fill(`*l${index}`).join(', ')}]`,
).join('\n');

const CASES: readonly ConfigCase[] = [
  config(YAML, 'nothing', '', /homeserver|the file/),
  config(YAML, 'a list', '- a\n- b\n', /the file/),
  config(YAML, 'a string', 'homeserver', /the file/),
  config(YAML, 'binary', Buffer.from([0, 1, 2, 255, 254]), /config\.yaml/),
  config(YAML, 'a program', 'homeserver: !!js/function "function () { process.exit() }"', /homeserver/),
  config(YAML, 'a tag of another language', 'homeserver: !!python/object/apply:os.system ["id"]', /homeserver/),
  config(
    YAML,
    'a quote that does not end',
    change('http://localhost:8008', '"http://localhost'),
    /config\.yaml:\d+:\d+/,
  ),
  config(YAML, 'tabs', change('  url', '\turl'), /config\.yaml/),
  config(YAML, 'the same key twice', `${good}homeserver: {}\n`, /unique/),
  config(YAML, 'two documents', `${good}---\nhomeserver: {}\n`, /config\.yaml/),
  config(YAML, 'an alias that leads nowhere', `${good}permissions: *nobody\n`, /nobody/),
  config(BOMBS, 'a billion laughs', `l0: &l0 ha\n${laughs}\n${good}`, /alias/i),
  config(BOMBS, 'an alias of itself', 'a: &a [*a]\n', /config\.yaml/),
  config(BOMBS, 'lists within lists', `homeserver: ${'['.repeat(500)}${']'.repeat(500)}\n`, /homeserver/),
  config(SHAPE, 'a prototype', `${good}__proto__: { polluted: 1 }\n`, /__proto__: unknown key/),
  config(SHAPE, 'a number for a name', change('domain: example.com', 'domain: 7'), /homeserver\.domain/),
  config(SHAPE, 'a port beyond the last', change('host: 127.0.0.1', 'host: 127.0.0.1\n        port: 65536'), /port/),
  config(SHAPE, 'a port of no number', change('host: 127.0.0.1', 'host: 127.0.0.1\n        port: 18e2x'), /port/),
  config(SHAPE, 'a host with a path', change('host: 127.0.0.1', 'host: 127.0.0.1/x'), /must be a host name/),
  config(SHAPE, 'a host with a line end', change('host: 127.0.0.1', 'host: "127.0.0.1\\r\\nx"'), /must be a host name/),
  config(SHAPE, 'an address of a file', change('nexus_url: http', 'nexus_url: file'), /http/),
  config(SHAPE, 'a server with a slash in its key', change('own:', 'own/../x:'), /must be lower-case/),
  config(SHAPE, 'a domain with a slash', change('domain: example.com', 'domain: example.com/x'), /homeserver\.domain/),
  config(SHAPE, 'a ghost of capital letters', change('  as_token', '  ghost_prefix: A\n  as_token'), /ghost_prefix/),
  config(
    SHAPE,
    'a version that there is not',
    change('name: Own', 'name: Own\n        dialects: [MSNP99]'),
    /dialects/,
  ),
  config(SAFE, 'an empty token', change('as_token: 0123456789abcdef', 'as_token: ""'), /too short/),
  config(
    SAFE,
    'the placeholder of the sample',
    change('0123456789abcdef', 'CHANGE-ME-npm-run-registration'),
    /placeholder/,
  ),
  config(SAFE, 'a level that there is not', `${good}permissions: { example.com: owner }\n`, /permissions/),
  config(
    SAFE,
    'a secret of the API that is a token',
    `${good}provisioning: { shared_secret: fedcba9876543210 }\n`,
    /another than the tokens/,
  ),
  config(SAFE, 'a short secret of the API', `${good}provisioning: { shared_secret: canary }\n`, /too short/),
  config(
    SAFE,
    'private addresses, misspelt',
    change('name: Own', 'name: Own\n        private_adresses: false'),
    /unknown key/,
  ),
  config(
    SAFE,
    'private addresses, in a word',
    change('name: Own', 'name: Own\n        private_addresses: "no"'),
    /private_addresses/,
  ),
  config(
    SAFE,
    'a version of TLS that there is not',
    change('name: Own', 'name: Own\n        tls: { min_version: SSLv3 }'),
    /min_version/,
  ),
];

export const configs = kind(
  'config.yaml',
  CASES,
  () => ENTRIES,
  ({ text }) => text,
);
