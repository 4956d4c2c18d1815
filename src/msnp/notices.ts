// What a notification server tells unasked: calls, maintenance, the end. Knows these lines' fields; reacts to none.

import { normalizeAddress, parseServerAddress } from './address.ts';
import { percentDecode } from './encoding.ts';
import { contentType, readFields, readMime } from './mime.ts';
import type { NotificationEvent } from './notification-types.ts';
import { accepted } from './refused.ts';

/** `RNG session host:port CKI ticket address nick …`. */
export function readRing(args: readonly string[]): NotificationEvent | undefined {
  const [session = '', where = '', , ticket = '', address = '', nick = ''] = args;
  const server = parseServerAddress(where);
  if (server === undefined || session === '' || ticket === '' || address === '') return undefined;
  return {
    type: 'rung',
    session,
    ...server,
    ticket,
    address: normalizeAddress(address),
    nick: percentDecode(nick),
  };
}

/** The one MSG of a notification server that matters here; contacts write over switchboards. */
export function readMaintenance(payload: Uint8Array): NotificationEvent | undefined {
  const mime = accepted(readMime(payload));
  if (mime === undefined || contentType(mime) !== 'application/x-msmsgssystemmessage') return undefined;
  const fields = readFields(mime.body);
  const minutes = readMinutes(fields.get('arg1'));
  return fields.get('type') === '1' && minutes !== undefined ? { type: 'maintenance', minutes } : undefined;
}

const OUT_REASONS = new Map<string, Extract<NotificationEvent, { type: 'signed-out' }>['reason']>([
  ['OTH', 'elsewhere'],
  ['SSD', 'shutdown'],
  ['RCT', 'moved'],
  ['MIG', 'moved'],
  ['TOU', 'terms'],
]);

/** `OUT [reason [minutes]]`. */
export function readOut([reason = '', word]: readonly string[]): NotificationEvent {
  const minutes = readMinutes(word);
  return {
    type: 'signed-out',
    reason: OUT_REASONS.get(reason) ?? 'unknown',
    ...(minutes === undefined ? {} : { minutes }),
  };
}

function readMinutes(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
