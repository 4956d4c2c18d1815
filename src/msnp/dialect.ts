// What differs between MSNP versions, as a table: each row is an earlier one spread, plus what changed.

export type DialectName = 'MSNP8' | 'MSNP12';

export interface Dialect {
  readonly name: DialectName;
}
