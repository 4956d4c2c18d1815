// The table of versions, row by row.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseDialect, dialect, DIALECT_NAMES } from '../../src/msnp/dialect.ts';
import type { Dialect } from '../../src/msnp/dialect.ts';

test('there is a row for each version from 2 to 12', () => {
  expect(DIALECT_NAMES).toEqual(Array.from({ length: 11 }, (_, index) => `MSNP${index + 2}`));
  for (const name of DIALECT_NAMES) expect(dialect(name).name).toBe(name);
});

test('the newest version that both sides allow is spoken, in whatever order they are named', () => {
  const some = fc.shuffledSubarray([...DIALECT_NAMES]);
  fc.assert(
    fc.property(some, some, (offered, answered) => {
      const common = DIALECT_NAMES.filter((name) => offered.includes(name) && answered.includes(name));
      expect(chooseDialect(offered, ['CVR0', ...answered, 'MSNP99'])?.name).toBe(common.at(-1));
    }),
  );
});

test.each<[string, (row: Dialect) => boolean]>([
  ['MSNP5', (row) => row.properties],
  ['MSNP7', (row) => row.groupIds !== 'none'],
  ['MSNP8', (row) => row.auth === 'TWN' && row.greeting === 'CVR'],
  ['MSNP8', (row) => row.capabilities],
  ['MSNP10', (row) => row.groupIds === 'guid' && row.addition === 'ADC'],
  ['MSNP10', (row) => row.pending !== 'none'],
  ['MSNP10', (row) => row.ownNick === 'property'],
  ['MSNP11', (row) => row.personalMessage],
  ['MSNP11', (row) => row.challenge.algorithm === 'new'],
  ['MSNP12', (row) => row.contactNetwork],
  ['MSNP12', (row) => row.chatCapabilities],
])('from %s on, and not before: %s', (first, has) => {
  const rows = DIALECT_NAMES.map((name) => dialect(name));
  const since = rows.findIndex((row) => row.name === first);
  expect(rows.map((row) => has(row))).toEqual(rows.map((_, at) => at >= since));
});
