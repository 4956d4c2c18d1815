// Lines that tell how somebody is: ILN, NLN, FLN. Knows their fields; not who is told.

import { normalizeAddress } from './address.ts';
import { percentDecode } from './encoding.ts';
import type { NotificationEvent, StatusCode } from './notification-types.ts';

type StatusChanged = Extract<NotificationEvent, { type: 'status-changed' }>;

const STATUSES: ReadonlySet<string> = new Set<StatusCode>([
  'NLN',
  'BSY',
  'IDL',
  'BRB',
  'AWY',
  'PHN',
  'LUN',
  'HDN',
  'FLN',
]);

/** A word that nobody knows still means that somebody is there. */
export function readStatus(word: string): StatusCode {
  const upper = word.toUpperCase();
  return STATUSES.has(upper) ? (upper as StatusCode) : 'NLN';
}

/** `status address nick capabilities [object]`; undefined: no such line. */
export function readPresence(args: readonly string[]): StatusChanged | undefined {
  const [word = '', address = '', nick = '', capabilities, object] = args;
  if (address === '') return undefined;
  const status = readStatus(word);
  if (status === 'FLN' || status === 'HDN') return offline(address);
  const number = readCapabilities(capabilities);
  const picture = readObject(object);
  return {
    type: 'status-changed',
    address: normalizeAddress(address),
    status,
    nick: percentDecode(nick),
    ...(number === undefined ? {} : { capabilities: number }),
    ...(picture === undefined ? {} : { object: picture }),
  };
}

export function offline(address: string): StatusChanged {
  return { type: 'status-changed', address: normalizeAddress(address), status: 'FLN' };
}

/** Unsigned 32 bits; what may follow a colon is the extended word. */
export function readCapabilities(text: string | undefined): number | undefined {
  const digits = /^(\d{1,10})(?::\d*)?$/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function readObject(text: string | undefined): string | undefined {
  const object = percentDecode(text ?? '');
  return /^<msnobj\s+\w/i.test(object) ? object : undefined; // `0`, `1` and `<msnobj/>` mean none
}
