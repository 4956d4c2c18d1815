// The five lists of a contact list, merged. Knows bits and names, not how they came over the wire.

export const LISTS = { forward: 1, allow: 2, block: 4, reverse: 8, pending: 16 } as const;
export type ListName = keyof typeof LISTS;

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

export interface RosterGroup {
  readonly id: string;
  readonly name: string;
}
