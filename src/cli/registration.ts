// `registration`: makes the tokens, writes them into config.yaml and the registration file for the homeserver.

import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { NetworkId } from '../bridge/ids.ts';
import { checkConfig, readSource } from '../config/config.ts';
import { PLACEHOLDER } from '../config/schema.ts';
import { registration } from '../matrix/registration.ts';

const TOKEN_BYTES = 32;

export interface WrittenRegistration {
  readonly path: string;
  /** True if config.yaml got new tokens. */
  readonly fresh: boolean;
}

/** Keeps tokens that are there already; everything else in the configuration stays as it is, comments included. */
export function writeRegistration(configFile: string, networks: readonly NetworkId[]): WrittenRegistration {
  const source = readSource(configFile);
  let fresh = false;
  for (const name of ['as_token', 'hs_token']) {
    const token = source.get(['appservice', name]);
    if (typeof token === 'string' && !token.startsWith(PLACEHOLDER)) continue;
    source.set(['appservice', name], randomBytes(TOKEN_BYTES).toString('hex'));
    fresh = true;
  }
  const { appservice, homeserver } = checkConfig(source);
  const data = registration({
    id: appservice.id,
    url: appservice.url.replace(/\/$/u, ''),
    asToken: appservice.as_token.reveal(),
    hsToken: appservice.hs_token.reveal(),
    domain: homeserver.domain,
    botLocalpart: appservice.bot,
    ghostPrefix: appservice.ghost_prefix,
    networks,
  });
  const path = resolve(dirname(configFile), 'data', 'registration.yaml');
  if (fresh) writeFileSync(configFile, source.text());
  chmodSync(configFile, 0o600); // it holds the tokens
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, stringify(data), { mode: 0o640 });
  return { path, fresh };
}
