// BLP and GTC: what holds for people on neither list, and for those who add us. Knows both lines in every dialect.

import type { Privacy } from './contacts.ts';

const VALUES = new Map<string, Privacy>([
  ['BLP AL', { unlisted: 'allow' }],
  ['BLP BL', { unlisted: 'block' }],
  ['GTC A', { newcomers: 'ask' }],
  ['GTC N', { newcomers: 'add' }],
]);

/** `[trid] [version] value`; undefined: no such line. */
export function readPrivacy(verb: 'BLP' | 'GTC', args: readonly string[]): Privacy | undefined {
  return VALUES.get(`${verb} ${args.at(-1) ?? ''}`);
}
