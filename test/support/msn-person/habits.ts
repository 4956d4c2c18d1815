// What a client of each dialect says of itself. Knows words only; not when they are said.

export type PersonDialect = 'MSNP8' | 'MSNP9' | 'MSNP12';

export interface DialectHabits {
  readonly client: string;
  readonly capabilities: string;
  readonly productId: string;
  readonly challenge: 'old' | 'new';
  /** What SYN asks with when nothing is known yet. */
  readonly synchronise: readonly string[];
}

const OLD_HABITS = {
  capabilities: '1073741856',
  productId: 'PROD0038W!61ZTF9',
  challenge: 'old',
  synchronise: ['0'],
} as const;

export const HABITS: Readonly<Record<PersonDialect, DialectHabits>> = {
  MSNP8: { ...OLD_HABITS, client: 'MSNMSGR 5.0.0544 msmsgs' },
  MSNP9: { ...OLD_HABITS, client: 'MSNMSGR 6.0.0602 msmsgs' },
  MSNP12: {
    client: 'MSNMSGR 7.5.0324 msmsgs',
    capabilities: '1073791020',
    productId: 'PROD0101{0RM?UBW',
    challenge: 'new',
    synchronise: ['0', '0'],
  },
};
