// What `registration` says of a configuration that is not fine: the same as everybody else, of the text as it stands.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NetworkId } from '../../src/bridge/ids.ts';
import { writeRegistration } from '../../src/cli/registration.ts';
import { faultsOf, good } from './support.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bridge-registration-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function register(text: string): readonly string[] {
  const file = join(folder, 'config.yaml');
  writeFileSync(file, text);
  const problems = faultsOf(() => writeRegistration(file, ['net' as NetworkId]));
  return problems.map((problem) => problem.replaceAll(`${folder}/`, ''));
}

const withoutTokens = good.replaceAll(/ {2}[ah]s_token: \w+\n/gu, '');

test.each([
  [
    'a wrong key below the tokens that were missing',
    withoutTokens.replace('host: 127', 'hots: 127'),
    /^\S+:11:9: .*is “host” meant\?$/u,
  ],
  ['a word where the section belongs', 'appservice: none\n', /^config\.yaml:1:1: homeserver: is missing/u],
  ['no section', '', /^config\.yaml:1:1: the file: must be a section/u],
  ['an alias that leads nowhere', `${withoutTokens}presence: *none\n`, /^config\.yaml:13:11: \*none: /u],
  ['no YAML', `${withoutTokens}presence: [\n`, /^config\.yaml:14:1: /u],
])('%s', (_, text, problem) => {
  expect(register(text)).toContainEqual(expect.stringMatching(problem));
  expect(readFileSync(join(folder, 'config.yaml'), 'utf8')).toBe(text);
});

test('a file that is not there', () => {
  expect(faultsOf(() => writeRegistration(join(folder, 'none.yaml'), []))).toEqual([
    expect.stringMatching(/none\.yaml: cannot be read \(ENOENT\)\. Copy config\.sample\.yaml to /u),
  ]);
});

test('tokens are put where they were missing, and the rest is as it was', () => {
  expect(register(`# ours\n${withoutTokens}`)).toEqual([]);
  const text = readFileSync(join(folder, 'config.yaml'), 'utf8');
  expect(text.replaceAll(/ {2}[ah]s_token: [0-9a-f]{64}\n/gu, '')).toBe(`# ours\n${withoutTokens}`);
});
