// What differs between the versions of the protocol, as a table that reads as its changelog. Knows words; not who says them when.

export interface Dialect {
  readonly name: string;
  /** For choosing among those on offer; nothing else may compare it. */
  readonly rank: number;
  /** INF and a digest of the password, or a ticket from the login server. */
  readonly signIn: 'MD5' | 'TWN';
  /** USR OK gives the user's name, or the roster does. */
  readonly nameAtSignIn: boolean;
  /** Verified; not restricted. */
  readonly flagsAtSignIn: readonly number[];
  /** What follows the address in XFR NS: nothing, a zero, or a zero and where one came from. */
  readonly redirectTail: 'none' | 'zero' | 'origin';
  readonly pingInterval: boolean;
  /** CHG, ILN and NLN end in the client's capabilities … */
  readonly capabilities: boolean;
  /** … and the display picture's object. */
  readonly picture: boolean;
  /** IRO and JOI carry capabilities. */
  readonly capabilitiesInChat: boolean;
  /** ADD and REA with serial numbers and numbered groups, or ADC, SBP and GUIDs. */
  readonly edits: 'ADD' | 'ADC';
  /** LST for each list by itself, each line numbered; all lists in one line; or that with two time stamps for SYN's serial number. */
  readonly roster: 'lists' | 'serial' | 'stamps';
  readonly groups: boolean;
  /** PRP, BPR, and payloads from the client. */
  readonly phones: boolean;
  /** NOT goes with every change of the reverse list. */
  readonly noticesOfChange: boolean;
  readonly pendingList: boolean;
  /** May the client say itself that it knows of a pending contact: ADC RL. */
  readonly acceptsByReverse: boolean;
  /** LST lines carry the network's number. */
  readonly networkInRoster: boolean;
  /** SBS, GCF, UUX and UBX. */
  readonly personalMessage: boolean;
  /** The first notice of mail: counts and links by field, or a document. */
  readonly mail: 'fields' | 'document';
  /** URL's answer names the site. */
  readonly siteOfLink: boolean;
  /** IMS: takes calls or not. */
  readonly deafness: boolean;
  /** PAG to a telephone; later PGD. */
  readonly page: 'PAG' | 'PGD' | undefined;
  readonly challenge: 'old' | 'new' | undefined;
}

const MSNP2: Dialect = {
  name: 'MSNP2',
  rank: 2,
  signIn: 'MD5',
  nameAtSignIn: true,
  flagsAtSignIn: [],
  redirectTail: 'none',
  pingInterval: false,
  capabilities: false,
  picture: false,
  capabilitiesInChat: false,
  edits: 'ADD',
  roster: 'lists',
  groups: false,
  phones: false,
  noticesOfChange: false,
  pendingList: false,
  acceptsByReverse: false,
  networkInRoster: false,
  personalMessage: false,
  mail: 'fields',
  siteOfLink: false,
  deafness: false,
  page: undefined,
  challenge: undefined,
};

/** IMS; the site in the answer to URL; a zero at the end of XFR NS. */
const MSNP3: Dialect = {
  ...MSNP2,
  name: 'MSNP3',
  rank: 3,
  redirectTail: 'zero',
  siteOfLink: true,
  deafness: true,
};

/** More words in CVR. */
const MSNP4: Dialect = { ...MSNP3, name: 'MSNP4', rank: 4 };

/** Phone numbers, and pages to them. */
const MSNP5: Dialect = { ...MSNP4, name: 'MSNP5', rank: 5, phones: true, page: 'PAG' };

/** Challenges; USR OK says whether the address is verified. */
const MSNP6: Dialect = { ...MSNP5, name: 'MSNP6', rank: 6, flagsAtSignIn: [1], challenge: 'old' };

/** Groups; XFR NS names the server one came from. */
const MSNP7: Dialect = { ...MSNP6, name: 'MSNP7', rank: 7, groups: true, redirectTail: 'origin' };

/** Tickets; capabilities; one line a contact. */
const MSNP8: Dialect = {
  ...MSNP7,
  name: 'MSNP8',
  rank: 8,
  signIn: 'TWN',
  flagsAtSignIn: [1, 0],
  capabilities: true,
  roster: 'serial',
  noticesOfChange: true,
};

/** Display pictures; QNG says when to ping again. */
const MSNP9: Dialect = { ...MSNP8, name: 'MSNP9', rank: 9, pingInterval: true, picture: true, page: 'PGD' };

/** GUIDs, a pending list and time stamps; the own name comes with the roster. */
const MSNP10: Dialect = {
  ...MSNP9,
  name: 'MSNP10',
  rank: 10,
  nameAtSignIn: false,
  edits: 'ADC',
  roster: 'stamps',
  pendingList: true,
};

/** Personal messages, mail as a document, the second challenge; ADC RL. */
const MSNP11: Dialect = {
  ...MSNP10,
  name: 'MSNP11',
  rank: 11,
  acceptsByReverse: true,
  personalMessage: true,
  mail: 'document',
  challenge: 'new',
};

/** Capabilities in chats, networks in the roster. */
const MSNP12: Dialect = { ...MSNP11, name: 'MSNP12', rank: 12, capabilitiesInChat: true, networkInRoster: true };

export const DIALECTS: ReadonlyMap<string, Dialect> = new Map(
  [MSNP2, MSNP3, MSNP4, MSNP5, MSNP6, MSNP7, MSNP8, MSNP9, MSNP10, MSNP11, MSNP12].map((dialect) => [
    dialect.name,
    dialect,
  ]),
);

/** The newest one both sides speak, whatever the order of the offer. */
export function chooseDialect(offered: readonly string[], spoken: readonly string[]): Dialect | undefined {
  return offered
    .map((name) => name.toUpperCase())
    .filter((name) => spoken.includes(name))
    .map((name) => DIALECTS.get(name))
    .filter((dialect) => dialect !== undefined)
    .sort((a, b) => b.rank - a.rank)[0];
}
