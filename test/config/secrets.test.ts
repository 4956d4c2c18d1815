// What the configuration holds that nobody may read: in no form that somebody could print it in by accident.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { beforeAll, expect, test } from 'vitest';
import { readConfig, type Config } from '../../src/config/config.ts';
import { good } from './support.ts';

const CANARY = 'canary-4f1d';
const SECRETS = ['as-token', 'hs-token', 'password', 'provisioning'].map((what) => `${CANARY}-${what}`);
const [asToken = '', hsToken = '', password = '', shared = ''] = SECRETS;
const databaseUrl = `postgres://bridge:${password}@localhost/bridge`;

let config: Config;
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-secrets-'));
  const file = join(folder, 'config.yaml');
  const tokens = good.replace('0123456789abcdef', asToken).replace('fedcba9876543210', hsToken);
  writeFileSync(file, `${tokens}database: { url: '${databaseUrl}' }\nprovisioning: { shared_secret: ${shared} }\n`);
  config = readConfig(file);
  rmSync(folder, { recursive: true });
});

test('its secrets are there for those who ask for them by name', () => {
  const { appservice, database, provisioning } = config;
  const held = [appservice.as_token, appservice.hs_token, database.url, provisioning.shared_secret];
  expect(held.map((secret) => secret?.reveal())).toEqual([asToken, hsToken, databaseUrl, shared]);
});

test.each<[string, (value: unknown) => string]>([
  ['inspected, however deeply', (value) => inspect(value, { depth: Infinity, showHidden: true, getters: true })],
  ['written as JSON', (value) => JSON.stringify({ value })],
  ['made a string', (value) => String(value)],
  ['put among words', (value) => `of ${value as string}`],
  ['joined with others', (value) => [value, value].join()],
  ['spread and inspected', (value) => inspect({ ...(value as object) }, { depth: Infinity })],
  ['logged by itself', (value) => logged((log) => log.info(value, 'read'))],
  ['logged as a field', (value) => logged((log) => log.info({ config: value }, 'read'))],
  ['the cause of an error', (value) => inspect(new Error('x', { cause: value }))],
])('%s, the whole of it and every part show none of them', (_, print) => {
  for (const value of partsOf(config)) expect(print(value)).not.toContain(CANARY);
});

function logged(write: (log: pino.Logger) => void): string {
  let said = '';
  write(pino({ level: 'debug' }, { write: (line) => (said += line) }));
  return said;
}

/** The value itself, and whatever hangs on it. */
function partsOf(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(partsOf)] : [value];
}
