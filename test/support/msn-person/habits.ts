// What a client of each dialect says, as a table that reads as the protocol's changelog. Knows words and forms; not when they are said.

export type PersonDialect =
  'MSNP2' | 'MSNP3' | 'MSNP4' | 'MSNP5' | 'MSNP6' | 'MSNP7' | 'MSNP8' | 'MSNP9' | 'MSNP10' | 'MSNP11' | 'MSNP12';

export interface DialectHabits {
  /** By a digest of the password, or by a ticket from the login server. */
  readonly signIn: 'MD5' | 'TWN';
  /** Library, version and brand in CVR. */
  readonly client: string;
  /** What CHG says of the client, where it says it. */
  readonly capabilities: string | undefined;
  /** Undefined where nobody is challenged. */
  readonly challenge: { readonly algorithm: 'old' | 'new'; readonly productId: string } | undefined;
  /** What SYN asks with when nothing is known yet. */
  readonly synchronise: readonly string[];
  /** A line for each list somebody is on, or one line a contact. */
  readonly roster: 'lists' | 'contacts';
  readonly edits: 'ADD' | 'ADC';
  readonly groups: boolean;
  readonly phones: boolean;
  /** Who added us waits on a list of its own, to be taken off it … */
  readonly pendingList: boolean;
  /** … once ADC RL has said that we know. */
  readonly acceptsByReverse: boolean;
  readonly personalMessage: boolean;
}

const MSNP2: DialectHabits = {
  signIn: 'MD5',
  client: 'MSMSGS 1.0.0863',
  capabilities: undefined,
  challenge: undefined,
  synchronise: ['0'],
  roster: 'lists',
  edits: 'ADD',
  groups: false,
  phones: false,
  pendingList: false,
  acceptsByReverse: false,
  personalMessage: false,
};
const MSNP3: DialectHabits = { ...MSNP2, client: 'MSMSGS 2.0.0083' };
/** The brand in CVR. */
const MSNP4: DialectHabits = { ...MSNP3, client: 'MSMSGS 2.2.1053 MSMSGS' };
const MSNP5: DialectHabits = { ...MSNP4, client: 'MSNMSGR 3.0.0286 MSMSGS', phones: true };
const MSNP6: DialectHabits = {
  ...MSNP5,
  client: 'MSNMSGR 4.5.0121 MSMSGS',
  challenge: { algorithm: 'old', productId: 'msmsgs@msnmsgr.com' },
};
const MSNP7: DialectHabits = { ...MSNP6, client: 'MSNMSGR 4.6.0073 MSMSGS', groups: true };
/** Tickets, capabilities, and all lists in one number. */
const MSNP8: DialectHabits = {
  ...MSNP7,
  signIn: 'TWN',
  client: 'MSNMSGR 5.0.0544 msmsgs',
  capabilities: '1073741856',
  challenge: { algorithm: 'old', productId: 'PROD0038W!61ZTF9' },
  roster: 'contacts',
};
const MSNP9: DialectHabits = { ...MSNP8, client: 'MSNMSGR 6.0.0602 msmsgs' };
/** GUIDs, and the pending list. */
const MSNP10: DialectHabits = {
  ...MSNP9,
  client: 'MSNMSGR 6.2.0137 msmsgs',
  capabilities: '1073791020',
  synchronise: ['0', '0'],
  edits: 'ADC',
  pendingList: true,
};
const MSNP11: DialectHabits = {
  ...MSNP10,
  client: 'MSNMSGR 7.0.0777 msmsgs',
  challenge: { algorithm: 'new', productId: 'PROD0101{0RM?UBW' },
  acceptsByReverse: true,
  personalMessage: true,
};
const MSNP12: DialectHabits = { ...MSNP11, client: 'MSNMSGR 7.5.0324 msmsgs' };

export const HABITS: Readonly<Record<PersonDialect, DialectHabits>> = {
  MSNP2,
  MSNP3,
  MSNP4,
  MSNP5,
  MSNP6,
  MSNP7,
  MSNP8,
  MSNP9,
  MSNP10,
  MSNP11,
  MSNP12,
};

export const PERSON_DIALECTS = Object.keys(HABITS) as readonly PersonDialect[];
