// Signing in to the web from the messenger: a form that proves the password without showing it. Knows the form's fields;
// not how it came, nor what is behind it.
import { createHash } from 'node:crypto';

import type { World } from '../world.ts';

/** Seconds the client's clock may be off. */
const TOLERANCE_SECONDS = 120;

export type WebVerdict =
  | { readonly type: 'welcome'; readonly address: string; readonly path: string }
  | { readonly type: 'refused'; readonly rule: string };

export function judgeWebSignIn(form: URLSearchParams, world: World, now: number): WebVerdict {
  const field = (name: string) => form.get(name) ?? '';
  const refuse = (rule: string): WebVerdict => ({ type: 'refused', rule: `web sign-in: ${rule}` });
  const address = field('username');
  const session = world.session(address);
  if (!session) return refuse('nobody who is signed in');
  const { account, webTicket, since } = session;
  const wanted = {
    mode: 'ttl',
    login: address.split('@')[0] ?? '',
    sid: '507',
    kv: '4',
    id: '2',
    svc: 'mail',
    js: 'yes',
  };
  const wrong = Object.entries(wanted).find(([name, value]) => field(name) !== value);
  if (wrong) return refuse(`${wrong[0]} is not ${wrong[1]}`);
  if (!field('rru').startsWith('/')) return refuse('rru is no path');
  if (field('auth') !== webTicket) return refuse('auth is not the profile’s MSPAuth');
  const elapsed = field('sl');
  if (!/^\d+$/u.test(elapsed)) return refuse('sl is no number of seconds');
  if (Math.abs(Number(elapsed) - (now / 1_000 - since)) > TOLERANCE_SECONDS) return refuse('sl is not since LoginTime');
  const creds = createHash('md5').update(`${webTicket}${elapsed}${account.password}`).digest('hex');
  if (field('creds') !== creds) return refuse('creds');
  return { type: 'welcome', address: account.address, path: field('rru') };
}
