// What differs between MSNP versions, as a table: each row is an earlier one spread, plus what changed.

export type DialectName = 'MSNP8' | 'MSNP9' | 'MSNP10' | 'MSNP11' | 'MSNP12';

export interface Dialect {
  readonly name: DialectName;
  /** The word after USR: how one proves who one is. */
  readonly auth: 'TWN';
  /** How we introduce ourselves in CVR. */
  readonly client: { readonly version: string; readonly brand: string };
  /** How many serials SYN takes: one list version, or the time stamps of lists and settings. */
  readonly serials: 1 | 2;
  /** `LST address nick …`, or `LST N=address F=nick C=guid …`. */
  readonly contactLine: 'positional' | 'prefixed';
  /** A network id stands between the list bits and the groups of an LST. */
  readonly contactNetwork: boolean;
  /** `LSG id name 0`, or `LSG name guid`. */
  readonly groupIds: 'number' | 'guid';
  /** ADD, REM and REA carry the list version that the change made. */
  readonly listVersions: boolean;
  /** Own nick: last word of USR OK and REA, or a property of its own. */
  readonly ownNick: 'account' | 'property';
  readonly challenge: { readonly algorithm: 'old' | 'new'; readonly productId: string; readonly productKey: string };
  /** IRO and JOI end in the client's capabilities. */
  readonly chatCapabilities: boolean;
}

const MSNP8: Dialect = {
  name: 'MSNP8',
  auth: 'TWN',
  client: { version: '5.0.0544', brand: 'msmsgs' },
  serials: 1,
  contactLine: 'positional',
  contactNetwork: false,
  groupIds: 'number',
  listVersions: true,
  ownNick: 'account',
  challenge: { algorithm: 'old', productId: 'msmsgs@msnmsgr.com', productKey: 'Q1P7W2E4J9R8U3S5' },
  chatCapabilities: false,
};

const MSNP9: Dialect = {
  ...MSNP8, // display pictures in presence, which are read wherever they stand
  name: 'MSNP9',
  client: { version: '6.0.0602', brand: 'msmsgs' },
};

const MSNP10: Dialect = {
  ...MSNP9, // time stamps instead of list versions, GUIDs, ADC, PRP MFN
  name: 'MSNP10',
  client: { version: '6.2.0137', brand: 'msmsgs' },
  serials: 2,
  contactLine: 'prefixed',
  groupIds: 'guid',
  listVersions: false,
  ownNick: 'property',
};

const MSNP11: Dialect = {
  ...MSNP10, // personal messages, the new challenge
  name: 'MSNP11',
  client: { version: '7.0.0777', brand: 'msmsgs' },
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
const DIALECTS = new Map<string, Dialect>([MSNP8, MSNP9, MSNP10, MSNP11, MSNP12].map((row) => [row.name, row]));

export function dialect(name: DialectName): Dialect {
  const row = DIALECTS.get(name);
  if (row === undefined) throw new RangeError('no such dialect');
  return row;
}

/** The newest row among those offered that the server's answer names; undefined: it names none of them. */
export function chooseDialect(offered: readonly DialectName[], answered: readonly string[]): Dialect | undefined {
  const named = new Set(answered.map((word) => word.toUpperCase()));
  return [...DIALECTS.values()].findLast((row) => offered.includes(row.name) && named.has(row.name));
}
