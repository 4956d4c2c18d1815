// The form that opens a mail page without another sign-in. Pure; knows the form's fields, shows and posts nothing.

import { createHash } from 'node:crypto';
import type { AccountProfile } from './account-profile.ts';
import type { MailPage } from './service-types.ts';

export interface MailLoginForm {
  /** To be posted there by a browser. */
  readonly action: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

export interface MailAccount {
  readonly address: string;
  readonly password: string;
}

/** Undefined: this server has no such page, or none that one can be signed in to. The password is not in it. */
export function mailLoginForm(
  page: MailPage,
  profile: AccountProfile,
  { address, password }: MailAccount,
  at: Date,
): MailLoginForm | undefined {
  const action = URL.parse(page.postUrl);
  if (action === null || !['http:', 'https:'].includes(action.protocol) || profile.auth === '') return undefined;
  const seconds = String(Math.max(0, Math.floor((at.getTime() - profile.receivedAt.getTime()) / 1000)));
  return {
    action: action.href,
    fields: [
      ['mode', 'ttl'],
      ['login', address.split('@')[0] ?? ''],
      ['username', address],
      ['sid', profile.siteId],
      ['kv', profile.keyVersion],
      ['id', page.id],
      ['sl', seconds],
      ['rru', page.path],
      ['auth', profile.auth],
      ['creds', mailCredentials(profile.auth, seconds, password)],
      ['svc', 'mail'],
      ['js', 'yes'],
    ],
  };
}

export function mailCredentials(auth: string, seconds: string, password: string): string {
  return createHash('md5').update(auth).update(seconds).update(password).digest('hex');
}
