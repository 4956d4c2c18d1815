// Between a server's contact list and the core's contacts. Pure; knows statuses and list bits, not how they came.

import type { Availability, Contact, Presence } from '../../bridge/events.ts';
import type { ServerKey } from '../../bridge/ids.ts';
import type { RosterContact } from '../../msnp/contacts.ts';
import { readCurrentMedia } from '../../msnp/current-media.ts';
import type { StatusCode } from '../../msnp/notification-types.ts';
import { chatWith, userId } from './ids.ts';

/** What is known of somebody at the moment; lost with the connection. */
export interface Standing {
  readonly status: StatusCode;
  readonly message?: string;
  /** What they listen to or play, as it came. */
  readonly media?: string;
}

export const OFFLINE: Standing = { status: 'FLN' };

const STATUSES: Readonly<Record<StatusCode, Presence>> = {
  NLN: { availability: 'online', label: 'Online' },
  BSY: { availability: 'busy', label: 'Busy' },
  IDL: { availability: 'away', label: 'Idle' },
  BRB: { availability: 'away', label: 'Be right back' },
  AWY: { availability: 'away', label: 'Away' },
  PHN: { availability: 'busy', label: 'On the phone' },
  LUN: { availability: 'away', label: 'Out to lunch' },
  // Of others one never hears it; one's own is said so.
  HDN: { availability: 'offline', label: 'Appear offline' },
  FLN: { availability: 'offline', label: 'Offline' },
};

/** What a Matrix presence is by itself. */
const BY_ITSELF = new Map<StatusCode, Availability>([
  ['NLN', 'online'],
  ['BSY', 'busy'],
  ['AWY', 'away'],
]);

/** What a user may choose. */
export const OWN_STATUSES = (['NLN', 'BSY', 'BRB', 'AWY', 'PHN', 'LUN', 'IDL', 'HDN'] as const).map((code) => {
  const when = BY_ITSELF.get(code);
  return { label: STATUSES[code].label, ...(when !== undefined && { when }) };
});

/** Before what somebody listens to or does. */
const SIGNS = new Map([
  ['music', '♫ '],
  ['games', '🎮 '],
]);

export function toPresence({ status, message = '', media = '' }: Standing): Presence {
  const presence = STATUSES[status];
  if (message === '' && media === '') return presence; // nearly everybody
  const said = [message, toPlaying(media)].filter((words) => words !== '').join(' – ');
  return said === '' ? presence : { ...presence, message: said };
}

function toPlaying(media: string): string {
  const played = readCurrentMedia(media);
  const what = toName(played?.text ?? '');
  return what === '' ? '' : `${SIGNS.get(played?.type.toLowerCase() ?? '') ?? ''}${what}`;
}

/** The status that a person names by its label or its code; undefined: no such status. */
export function toOwnStatus(words: string): Exclude<StatusCode, 'FLN'> | undefined {
  const wanted = words.trim().toLowerCase();
  const entries = Object.entries(STATUSES) as [StatusCode, { readonly label: string }][];
  const found = entries.find(([code, { label }]) => code.toLowerCase() === wanted || label.toLowerCase() === wanted);
  const code = found?.[0];
  return code === 'FLN' ? 'HDN' : code;
}

/** @param groups the names of those that the contact is in; undefined: the user has none. */
export function toContact(
  server: ServerKey,
  { address, nick }: RosterContact,
  standing: Standing,
  groups: readonly string[] | undefined,
): Contact {
  const contact: Omit<Contact, 'groups'> & { groups?: readonly string[] } = {
    id: userId(server, address),
    chat: chatWith(address),
    address,
    name: toName(nick) || address,
    presence: toPresence(standing),
    data: undefined, // all that we keep of people is kept with the session
  };
  if (groups !== undefined) contact.groups = groups;
  return contact;
}

/** A nick for people: no control characters, and nothing that turns the text around it. */
export function toName(nick: string): string {
  return nick
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, '')
    .toWellFormed()
    .trim();
}
