// The profile message that follows the sign-in: what the server tells of the account. Knows its fields; not what is
// done with them.

import type { Mime } from './mime.ts';

export interface AccountProfile {
  /** MSPAuth: proves to web pages that this session is signed in. Secret. */
  readonly auth: string;
  readonly siteId: string;
  readonly keyVersion: string;
  /** The server's clock at the sign-in, in seconds of Unix time. */
  readonly loginTime: number | undefined;
  /** Our clock when the profile came. */
  readonly receivedAt: Date;
  /** The account has a mailbox. */
  readonly emailEnabled: boolean;
  readonly preferredEmail: string;
  /** False: the account's lists are still kept as they were before MSNP10. */
  readonly migrated: boolean;
}

/** Everything stands among the headers; there is no body. */
export function readProfile({ headers }: Mime, at: Date): AccountProfile {
  const field = (name: string): string => headers.get(name) ?? '';
  const time = /^\d{1,12}$/.test(field('logintime')) ? Number(field('logintime')) : undefined;
  return {
    auth: field('mspauth'),
    siteId: field('sid'),
    keyVersion: field('kv'),
    loginTime: time,
    receivedAt: at,
    emailEnabled: field('emailenabled') === '1',
    preferredEmail: field('preferredemail'),
    migrated: field('abchmigrated') !== '0',
  };
}
