// `registration`: makes the tokens, writes them into config.yaml and the registration file for the homeserver.

import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseDocument, stringify } from 'yaml';
import type { NetworkId } from '../bridge/ids.ts';
import { parseConfig } from '../config/config.ts';
import { ConfigError } from '../config/errors.ts';
import { registration } from '../matrix/registration.ts';

const TOKEN_BYTES = 32;

export interface WrittenRegistration {
  readonly path: string;
  /** True if config.yaml got new tokens. */
  readonly fresh: boolean;
}

/** Keeps tokens that are there already; everything else in the configuration stays as it is, comments included. */
export function writeRegistration(configFile: string, networks: readonly NetworkId[]): WrittenRegistration {
  const text = readConfigText(configFile);
  const document = parseDocument(text);
  let fresh = false;
  for (const name of ['as_token', 'hs_token']) {
    const token: unknown = document.getIn(['appservice', name]);
    if (document.errors.length > 0 || (typeof token === 'string' && !token.startsWith('CHANGE'))) continue;
    document.setIn(['appservice', name], randomBytes(TOKEN_BYTES).toString('hex'));
    fresh = true;
  }
  const filled = fresh ? document.toString({ lineWidth: 0 }) : text;
  const { appservice, homeserver } = parseConfig(configFile, filled);
  const data = registration({
    id: appservice.id,
    url: appservice.url.replace(/\/$/u, ''),
    asToken: appservice.as_token,
    hsToken: appservice.hs_token,
    domain: homeserver.domain,
    botLocalpart: appservice.bot,
    ghostPrefix: appservice.ghost_prefix,
    networks,
  });
  const path = resolve(dirname(configFile), 'data', 'registration.yaml');
  if (fresh) writeFileSync(configFile, filled);
  chmodSync(configFile, 0o600); // it holds the tokens
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, stringify(data), { mode: 0o640 });
  return { path, fresh };
}

function readConfigText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError([`${file}: cannot be read. Copy config.sample.yaml to ${file} and fill it in first.`]);
  }
}
