// The five lists of a contact list, merged, and what a change makes of them. Pure; knows bits and names, not how they
// came over the wire.

export const LISTS = { forward: 1, allow: 2, block: 4, reverse: 8, pending: 16 } as const;
export type ListName = keyof typeof LISTS;

/** The lists as commands name them. */
export const LIST_CODES: ReadonlyMap<string, ListName> = new Map([
  ['FL', 'forward'],
  ['AL', 'allow'],
  ['BL', 'block'],
  ['RL', 'reverse'],
  ['PL', 'pending'],
]);

export interface RosterContact {
  /** Lower case. */
  readonly address: string;
  readonly nick: string;
  /** Sum of `LISTS` bits. */
  readonly lists: number;
  /** The server's id of the contact (MSNP10 and later, forward list only). */
  readonly guid?: string;
  readonly groups: readonly string[];
  /** PHH, PHW, PHM, MOB … as sent. */
  readonly properties: Readonly<Record<string, string>>;
}

/** Numbered groups only: where people are who are in no group of their own. It is always there. */
export const NO_GROUP = '0';

export interface RosterGroup {
  readonly id: string;
  readonly name: string;
}

/** What holds for people who are on neither of the lists for it; absent: not told yet. */
export interface Privacy {
  /** BLP: whether people on neither the allow nor the block list see us and can call us. */
  readonly unlisted?: 'allow' | 'block';
  /** GTC: whether we want to be asked about people who add us. Kept by the server, heeded by clients only. */
  readonly newcomers?: 'ask' | 'add';
}

export interface ContactList {
  readonly contacts: readonly RosterContact[];
  readonly groups: readonly RosterGroup[];
  readonly privacy: Privacy;
  /** Our own PHH, PHW, PHM, MOB, MBE. */
  readonly properties: Readonly<Record<string, string>>;
}

export const EMPTY_LIST: ContactList = { contacts: [], groups: [], privacy: {}, properties: {} };

export interface ListChange {
  readonly type: 'list-changed';
  readonly list: ListName;
  readonly change: 'added' | 'removed';
  readonly address: string;
  readonly nick?: string;
  /** With an addition to the forward list, from MSNP10 on. */
  readonly guid?: string;
}

/** Somebody on the forward list is put into a group or taken out of it. */
export interface GroupingChange {
  readonly type: 'contact-grouped';
  readonly change: 'added' | 'removed';
  readonly address: string;
  readonly group: string;
}

export type ContactChange =
  | ListChange
  | GroupingChange
  /** Under which name the list keeps somebody; what they call themselves comes with their presence. */
  | { readonly type: 'contact-renamed'; readonly address: string; readonly nick: string }
  /** A telephone number or flag of somebody; empty: they have none any more. */
  | {
      readonly type: 'contact-property-changed';
      readonly address: string;
      readonly name: string;
      readonly value: string;
    }
  | { readonly type: 'own-property-changed'; readonly name: string; readonly value: string }
  | { readonly type: 'group-added' | 'group-renamed'; readonly group: string; readonly name: string }
  | { readonly type: 'group-removed'; readonly group: string }
  | { readonly type: 'privacy-changed'; readonly privacy: Privacy };

/** More than any server allows; whoever sends more means harm. */
export const MAX_GROUPS = 1_000;
/** Of one person. */
export const MAX_PROPERTIES = 32;

export function isOn(list: ListName, contact: RosterContact | undefined): boolean {
  return contact !== undefined && (contact.lists & LISTS[list]) !== 0;
}

/** Undefined: on no list any more. */
export function changeList(known: RosterContact | undefined, change: ListChange): RosterContact | undefined {
  const before = known ?? stranger(change.address);
  const bit = LISTS[change.list];
  const lists = change.change === 'added' ? before.lists | bit : before.lists & ~bit;
  if (lists === 0) return undefined;
  if (change.list !== 'forward') return { ...before, lists, nick: nickOf(known, change) };
  if (change.change === 'removed') {
    const { guid: _, ...rest } = before; // the next addition brings another
    return { ...rest, lists, groups: [] };
  }
  const { nick = before.nick, guid = before.guid } = change;
  return { ...before, lists, nick, ...(guid === undefined ? {} : { guid }) };
}

export function changeGrouping(known: RosterContact, { change, group }: GroupingChange): RosterContact {
  const others = known.groups.filter((id) => id !== group);
  return { ...known, groups: change === 'added' && others.length < MAX_GROUPS ? [...others, group] : others };
}

/** An empty value takes the property away. */
export function withProperty(
  properties: Readonly<Record<string, string>>,
  name: string,
  value: string,
): Readonly<Record<string, string>> {
  const { [name]: before, ...others } = properties;
  if (value === '') return others;
  return before === undefined && Object.keys(others).length >= MAX_PROPERTIES
    ? properties
    : { ...others, [name]: value };
}

function stranger(address: string): RosterContact {
  return { address, nick: address, lists: 0, groups: [], properties: {} };
}

/** Names on the other lists are of the day they were put there; the forward list's own counts. */
function nickOf(known: RosterContact | undefined, { address, nick }: ListChange): string {
  return known?.nick ?? nick ?? address;
}
