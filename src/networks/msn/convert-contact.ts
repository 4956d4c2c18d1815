// Between a server's contact list and the core's contacts. Pure; knows statuses and list bits, not how they came.

import type { Availability, Contact, Presence } from '../../bridge/events.ts';
import type { ServerKey } from '../../bridge/ids.ts';
import { LISTS } from '../../msnp/contacts.ts';
import type { ListName, RosterContact } from '../../msnp/contacts.ts';
import type { StatusCode } from '../../msnp/notification-types.ts';
import { chatWith, userId } from './ids.ts';

/** What is kept with a contact for ourselves. A later version reads this one, too. */
export interface ContactData {
  readonly version: 1;
  readonly lists: number;
  readonly guid?: string;
  readonly groups: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
}

/** What is known of somebody at the moment; lost with the connection. */
export interface Standing {
  readonly status: StatusCode;
  readonly message?: string;
}

export const OFFLINE: Standing = { status: 'FLN' };

const STATUSES: Readonly<Record<StatusCode, { readonly availability: Availability; readonly label: string }>> = {
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

/** What a user may choose. Idle is what somebody becomes who looks away from Matrix. */
export const OWN_STATUSES: readonly { readonly label: string; readonly when?: Availability }[] = [
  { label: STATUSES.NLN.label, when: 'online' },
  ...(['BSY', 'BRB', 'AWY', 'PHN', 'LUN'] as const).map((code) => ({ label: STATUSES[code].label })),
  { label: STATUSES.IDL.label, when: 'away' },
  { label: STATUSES.HDN.label },
];

export function toPresence({ status, message }: Standing): Presence {
  const { availability, label } = STATUSES[status];
  return { availability, label, ...(message !== undefined && message !== '' && { message }) };
}

/** The status that a person names by its label or its code; undefined: no such status. */
export function toOwnStatus(words: string): Exclude<StatusCode, 'FLN'> | undefined {
  const wanted = words.trim().toLowerCase();
  const entries = Object.entries(STATUSES) as [StatusCode, { readonly label: string }][];
  const found = entries.find(([code, { label }]) => code.toLowerCase() === wanted || label.toLowerCase() === wanted);
  const code = found?.[0];
  return code === 'FLN' ? 'HDN' : code;
}

export function toContact(server: ServerKey, known: RosterContact, standing: Standing): Contact {
  const { address, lists, guid, groups, properties } = known;
  const data: ContactData = { version: 1, lists, ...(guid !== undefined && { guid }), groups, properties };
  return {
    id: userId(server, address),
    chat: chatWith(address),
    address,
    name: toName(known.nick) || address,
    presence: toPresence(standing),
    data,
  };
}

/** A contact as it was kept; what cannot be read is taken for a plain member of the list. */
export function fromContact(contact: Contact): RosterContact {
  const data = contact.data as Partial<ContactData> | null | undefined;
  const known = data?.version === 1 ? data : undefined;
  return {
    address: contact.address.toLowerCase(),
    nick: contact.name,
    lists: known?.lists ?? LISTS.forward,
    ...(known?.guid !== undefined && { guid: known.guid }),
    groups: known?.groups ?? [],
    properties: known?.properties ?? {},
  };
}

export function isOn(list: ListName, known: Pick<RosterContact, 'lists'> | undefined): boolean {
  return known !== undefined && (known.lists & LISTS[list]) !== 0;
}

/** A nick for people: no control characters, and nothing that turns the text around it. */
export function toName(nick: string): string {
  return nick
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '')
    .toWellFormed()
    .trim();
}
