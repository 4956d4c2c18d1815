// What differs between MSNP versions, as a table: each row is an earlier one spread, plus what changed.

import type { ChallengeKey } from './challenge.ts';

export type DialectName = `MSNP${2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12}`;

export interface Dialect {
  readonly name: DialectName;
  /** The word after USR: how one proves who one is. */
  readonly auth: 'MD5' | 'TWN';
  /** What stands between VER and USR: asking how to prove it, or saying what client we are. */
  readonly greeting: 'INF' | 'CVR';
  /** How we introduce ourselves in CVR. */
  readonly client: { readonly version: string; readonly brand: string };
  /** How many serials SYN takes: one list version, or the time stamps of lists and settings. */
  readonly serials: 1 | 2;
  /** A line for each list that somebody is on, or one a person: `LST address nick …`, `LST N=address F=nick C=guid …`. */
  readonly contactLine: 'listed' | 'positional' | 'prefixed';
  /** A network id stands between the list bits and the groups of an LST. */
  readonly contactNetwork: boolean;
  /** `LSG id name 0`, or `LSG name guid`. */
  readonly groupIds: 'none' | 'number' | 'guid';
  /** ADD, REM and REA carry the list version that the change made. */
  readonly listVersions: boolean;
  /** How many people the service let onto a forward list in the days of this version. */
  readonly maxContacts: number;
  /** `ADD list address nick`, or `ADC list N=address F=nick`. */
  readonly addition: 'ADD' | 'ADC';
  /** What names somebody on the forward list when they are removed, renamed or put into a group. */
  readonly contactIds: 'address' | 'guid';
  /** What is otherwise for accounts whose lists the service has not moved to its newer books. */
  readonly unmigrated: Partial<Dialect>;
  /** How somebody leaves the pending list: there is none, they are removed, or put on the reverse list and removed. */
  readonly pending: 'none' | 'removed' | 'reversed';
  /** Own nick: last word of USR OK and REA, or a property of its own. */
  readonly ownNick: 'account' | 'property';
  /** PRP and BPR: telephone numbers. */
  readonly properties: boolean;
  /** CHG carries the client's capabilities. */
  readonly capabilities: boolean;
  /** UUX and UBX. */
  readonly personalMessage: boolean;
  readonly challenge: ChallengeKey;
  /** IRO and JOI end in the client's capabilities. */
  readonly chatCapabilities: boolean;
}

const MSNP2: Dialect = {
  name: 'MSNP2',
  auth: 'MD5',
  greeting: 'INF',
  client: { version: '1.0.0863', brand: 'MSMSGS' },
  serials: 1,
  contactLine: 'listed',
  contactNetwork: false,
  groupIds: 'none',
  listVersions: true,
  maxContacts: 150,
  addition: 'ADD',
  contactIds: 'address',
  unmigrated: {},
  pending: 'none',
  ownNick: 'account',
  properties: false,
  capabilities: false,
  personalMessage: false,
  challenge: { algorithm: 'old', productId: 'msmsgs@msnmsgr.com', productKey: 'Q1P7W2E4J9R8U3S5' },
  chatCapabilities: false,
};

const MSNP3: Dialect = { ...MSNP2, name: 'MSNP3' }; // a further word in XFR NS and URL, which nobody reads
const MSNP4: Dialect = { ...MSNP3, name: 'MSNP4' }; // a brand in CVR, which is not sent yet
const MSNP5: Dialect = { ...MSNP4, name: 'MSNP5', properties: true }; // telephone numbers
const MSNP6: Dialect = { ...MSNP5, name: 'MSNP6' }; // challenges, and a flag at the end of USR OK
const MSNP7: Dialect = { ...MSNP6, name: 'MSNP7', groupIds: 'number' }; // groups

const MSNP8: Dialect = {
  ...MSNP7, // Passport, one LST a person, capabilities
  name: 'MSNP8',
  auth: 'TWN',
  greeting: 'CVR',
  client: { version: '5.0.0544', brand: 'msmsgs' },
  contactLine: 'positional',
  capabilities: true,
};

const MSNP9: Dialect = {
  ...MSNP8, // display pictures in presence, which are read wherever they stand
  name: 'MSNP9',
  client: { version: '6.0.0602', brand: 'msmsgs' },
};

const MSNP10: Dialect = {
  ...MSNP9, // time stamps instead of list versions, GUIDs, ADC, a pending list, PRP MFN
  name: 'MSNP10',
  client: { version: '6.2.0137', brand: 'msmsgs' },
  serials: 2,
  contactLine: 'prefixed',
  groupIds: 'guid',
  listVersions: false,
  addition: 'ADC',
  contactIds: 'guid',
  unmigrated: { groupIds: 'number', listVersions: true, contactIds: 'address' },
  pending: 'removed',
  ownNick: 'property',
};

const MSNP11: Dialect = {
  ...MSNP10, // personal messages, the new challenge, the reverse list open to those who were pending, longer lists
  name: 'MSNP11',
  client: { version: '7.0.0777', brand: 'msmsgs' },
  maxContacts: 600,
  unmigrated: {},
  pending: 'reversed',
  personalMessage: true,
  challenge: { algorithm: 'new', productId: 'PROD0101{0RM?UBW', productKey: 'CFHUR$52U_{VIX5T' },
};

const MSNP12: Dialect = {
  ...MSNP11, // network ids in the contact list, capabilities in the switchboard
  name: 'MSNP12',
  client: { version: '7.5.0324', brand: 'msmsgs' },
  contactNetwork: true,
  chatCapabilities: true,
};

/** Oldest first. */
const ROWS = [MSNP2, MSNP3, MSNP4, MSNP5, MSNP6, MSNP7, MSNP8, MSNP9, MSNP10, MSNP11, MSNP12];
const DIALECTS = new Map<string, Dialect>(ROWS.map((row) => [row.name, row]));

export const DIALECT_NAMES: readonly DialectName[] = ROWS.map(({ name }) => name);

export function dialect(name: DialectName): Dialect {
  const row = DIALECTS.get(name);
  if (row === undefined) throw new RangeError('no such dialect');
  return row;
}

/** How a row is spoken with an account whose lists were not moved. */
export function unmigrated(row: Dialect): Dialect {
  return { ...row, ...row.unmigrated };
}

/** The newest row among those offered that the server's answer names; undefined: it names none of them. */
export function chooseDialect(offered: readonly DialectName[], answered: readonly string[]): Dialect | undefined {
  const named = new Set(answered.map((word) => word.toUpperCase()));
  return [...DIALECTS.values()].findLast((row) => offered.includes(row.name) && named.has(row.name));
}
