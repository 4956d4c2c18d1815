// A configuration that is fine, and what is said of one that is not.

import { checkConfig } from '../../src/config/config.ts';
import { ConfigSource } from '../../src/config/source.ts';
import { ConfigError } from '../../src/config/errors.ts';

export const good = `homeserver:
  url: http://localhost:8008
  domain: example.com
appservice:
  url: http://localhost:29333
  as_token: 0123456789abcdef
  hs_token: fedcba9876543210
networks:
  msn:
    servers:
      own:
        name: Own
        host: 127.0.0.1
        nexus_url: http://127.0.0.1/nexus
`;

export function faults(text: string): readonly string[] {
  return faultsOf(() => checkConfig(new ConfigSource('config.yaml', text)));
}

export function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
