// What differs between the versions of the protocol, as a table that reads as its changelog. Knows words; not who says them when.

export interface Dialect {
  readonly name: string;
  /** For choosing among those on offer; nothing else may compare it. */
  readonly rank: number;
  /** USR OK gives the user's name, or the roster does. */
  readonly nameAtSignIn: boolean;
  readonly pingInterval: boolean;
  /** CHG, ILN and NLN end in the client's capabilities … */
  readonly capabilities: boolean;
  /** … and the display picture's object. */
  readonly picture: boolean;
  /** IRO and JOI carry capabilities. */
  readonly capabilitiesInChat: boolean;
  /** ADD and REA with serial numbers and numbered groups, or ADC, SBP and GUIDs. */
  readonly edits: 'ADD' | 'ADC';
  /** SYN compares one serial number, or two time stamps. */
  readonly roster: 'serial' | 'stamps';
  readonly pendingList: boolean;
  /** May the client say itself that it knows of a pending contact: ADC RL. */
  readonly acceptsByReverse: boolean;
  /** LST lines carry the network's number. */
  readonly networkInRoster: boolean;
  /** SBS, GCF, UUX and UBX, mail data. */
  readonly personalMessage: boolean;
  readonly challenge: 'old' | 'new';
}

const MSNP8: Dialect = {
  name: 'MSNP8',
  rank: 8,
  nameAtSignIn: true,
  pingInterval: false,
  capabilities: true,
  picture: false,
  capabilitiesInChat: false,
  edits: 'ADD',
  roster: 'serial',
  pendingList: false,
  acceptsByReverse: false,
  networkInRoster: false,
  personalMessage: false,
  challenge: 'old',
};

/** Display pictures; QNG says when to ping again. */
const MSNP9: Dialect = { ...MSNP8, name: 'MSNP9', rank: 9, pingInterval: true, picture: true };

/** The first of those with GUIDs, a pending list and time stamps; with the rest of 11 it makes 12. */
const MSNP12: Dialect = {
  ...MSNP9,
  name: 'MSNP12',
  rank: 12,
  nameAtSignIn: false,
  capabilitiesInChat: true,
  edits: 'ADC',
  roster: 'stamps',
  pendingList: true,
  acceptsByReverse: true,
  networkInRoster: true,
  personalMessage: true,
  challenge: 'new',
};

export const DIALECTS: ReadonlyMap<string, Dialect> = new Map(
  [MSNP8, MSNP9, MSNP12].map((dialect) => [dialect.name, dialect]),
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
