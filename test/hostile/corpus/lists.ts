// Contact lists that lie about their length, are told twice, or hold what no list holds.

import type { DialectName } from '../../../src/msnp/dialect.ts';
import { kind } from './kind.ts';
import { streamEntries } from './streams.ts';
import type { StreamCase, WantedOfStream } from './streams.ts';

const FOUR_LISTS: readonly DialectName[] = ['MSNP2', 'MSNP3', 'MSNP4', 'MSNP5', 'MSNP6', 'MSNP7'];
const POSITIONS: readonly DialectName[] = ['MSNP8', 'MSNP9'];
const LABELS: readonly DialectName[] = ['MSNP10', 'MSNP11'];
const NETWORKS: readonly DialectName[] = ['MSNP12'];

function list(
  rule: string,
  name: string,
  dialects: readonly DialectName[],
  lines: string,
  wanted: WantedOfStream,
  stage: 'list' | 'ready' = 'list',
): StreamCase {
  return { rule, name, bytes: Buffer.from(lines), wanted, roles: ['notification'], stages: [stage], dialects };
}
const changed = (
  rule: string,
  name: string,
  dialects: readonly DialectName[],
  lines: string,
  ...told: readonly object[]
): StreamCase => list(rule, name, dialects, lines, { told }, 'ready');

const refused = (reason: RegExp): WantedOfStream => ({ refused: reason });
const SIZE = refused(/SYN: not a list size/);
const PLACE = refused(/LST: not a place in a list/);
const ENDLESS = refused(/a contact list without end/);
/** The list is not whole, so nothing is told of it. */
const WAITS: WantedOfStream = { told: [] };

const TOTALS = 'a list says truly how long it is, and that is ten thousand at most';
const WORDS = 'a line of a list may lack anything';
const KNOWN = 'a change is of somebody whom the list knows';
const LENGTH = 'a list has eight million characters at most';

const emptyLists = 'LST 5 FL 1 0 0\r\nLST 5 AL 1 0 0\r\nLST 5 BL 1 0 0\r\nLST 5 RL 1 0 0\r\n';
const LONG = 'x'.repeat(8_000);

const CASES: readonly StreamCase[] = [
  ...['10001', '999999', '-1', '1e3', '0x10', '1.5', 'all', '99999999999999999999'].flatMap((total) => [
    list(TOTALS, `${total} people`, POSITIONS, `SYN 5 1 ${total} 0\r\n`, SIZE),
    list(TOTALS, `${total} people with time stamps`, [...LABELS, ...NETWORKS], `SYN 5 1 1 ${total} 0\r\n`, SIZE),
  ]),
  list(TOTALS, '10,001 groups', POSITIONS, 'SYN 5 1 0 10001\r\n', SIZE),
  list(TOTALS, 'a place behind ten thousand', FOUR_LISTS, 'SYN 5 1\r\nLST 5 FL 1 10001 10001 a@b.c A\r\n', PLACE),
  list(TOTALS, 'a place of no number', FOUR_LISTS, 'SYN 5 1\r\nLST 5 FL 1 first last a@b.c A\r\n', PLACE),
  list(
    TOTALS,
    'more people than it said',
    POSITIONS,
    'SYN 5 1 1 0\r\nLST a@b.c A 1\r\nLST b@b.c B 1\r\nCHG 6 NLN 0\r\n',
    { told: [{ type: 'roster', contacts: [{ address: 'a@b.c' }, { address: 'b@b.c' }] }, { type: 'status-set' }] },
  ),
  list(TOTALS, 'fewer people than it said', POSITIONS, 'SYN 5 1 2 0\r\nLST a@b.c A 1\r\nCHG 6 NLN 0\r\n', WAITS),
  list(
    TOTALS,
    'a list that begins twice',
    POSITIONS,
    'SYN 5 1 2 0\r\nLST a@b.c A 1\r\nSYN 5 1 1 0\r\nLST b@b.c B 1\r\nILN 5 NLN a@b.c A 0\r\n',
    { told: [{ type: 'roster', contacts: [{ address: 'a@b.c' }, { address: 'b@b.c' }] }, { type: 'status-changed' }] },
  ),
  list(TOTALS, 'people before the list has begun', POSITIONS, 'LST a@b.c A 1\r\nLST b@b.c B 1\r\n', WAITS),

  list(
    LENGTH,
    'eleven hundred names of eight thousand letters',
    POSITIONS,
    `SYN 5 1 9999 0\r\n${`LST a@b.c ${LONG} 1\r\n`.repeat(1_100)}`,
    ENDLESS,
  ),
  list(
    LENGTH,
    'four lists of the same person for ever',
    ['MSNP7'],
    `SYN 5 1\r\n${`LST 5 FL 1 1 9999 a@b.c ${LONG}\r\n`.repeat(1_100)}`,
    ENDLESS,
  ),
  list(
    LENGTH,
    'properties for ever',
    NETWORKS,
    `SYN 5 1 1 9 0\r\nLST N=a@b.c F=A C=1 1\r\n${`BPR PHH ${LONG}\r\n`.repeat(1_100)}`,
    ENDLESS,
  ),
  list(LENGTH, 'changes for ever', NETWORKS, `ADC 0 FL N=a@b.c F=${LONG} C=1\r\n`.repeat(1_100), ENDLESS, 'ready'),

  list(WORDS, 'a person without anything', POSITIONS, 'SYN 5 1 1 0\r\nLST\r\nILN 5 NLN a@b.c A 0\r\n', {
    told: [{ type: 'roster', contacts: [] }, { type: 'status-changed' }],
  }),
  list(WORDS, 'bits that are none', POSITIONS, 'SYN 5 1 1 0\r\nLST a@b.c A -1 0\r\nILN 5 NLN a@b.c A 0\r\n', {
    told: [{ type: 'roster', contacts: [{ lists: 0 }] }, { type: 'status-changed' }],
  }),
  list(WORDS, 'bits beyond all lists', POSITIONS, 'SYN 5 1 1 0\r\nLST a@b.c A 999 0\r\nILN 5 NLN a@b.c A 0\r\n', {
    told: [{ type: 'roster', contacts: [{ lists: 999 }] }, { type: 'status-changed' }],
  }),
  list(WORDS, 'labels without values', NETWORKS, 'SYN 5 1 1 1 0\r\nLST N= F= C=\r\nILN 5 NLN a@b.c A 0\r\n', {
    told: [{ type: 'roster', contacts: [] }, { type: 'status-changed' }],
  }),
  list(
    WORDS,
    'labels in disorder, and twice',
    LABELS,
    'SYN 5 1 1 1 0\r\nLST C=1 F=B N=b@b.c N=a@b.c 1\r\nILN 5 NLN a@b.c A 0\r\n',
    { told: [{ type: 'roster', contacts: [{ address: 'a@b.c', nick: 'B', guid: '1' }] }, { type: 'status-changed' }] },
  ),
  list(
    WORDS,
    'ten thousand commas for groups',
    POSITIONS,
    `SYN 5 1 1 0\r\nLST a@b.c A 1 ${','.repeat(7_000)}\r\nILN 5 NLN a@b.c A 0\r\n`,
    { told: [{ type: 'roster', contacts: [{ groups: [] }] }, { type: 'status-changed' }] },
  ),
  list(
    WORDS,
    'a name of broken percent signs',
    POSITIONS,
    'SYN 5 1 1 0\r\nLST a@b.c %zz%f0%9 1\r\nILN 5 NLN a@b.c A 0\r\n',
    { told: [{ type: 'roster', contacts: [{ nick: '%zz\ufffd%9' }] }, { type: 'status-changed' }] },
  ),
  list(
    WORDS,
    'the same person twice',
    POSITIONS,
    'SYN 5 1 2 0\r\nLST a@b.c A 1\r\nLST A@B.C B 2\r\nILN 5 NLN a@b.c A 0\r\n',
    { told: [{ type: 'roster', contacts: [{ nick: 'B', lists: 2 }] }, { type: 'status-changed' }] },
  ),
  list(
    WORDS,
    'forty properties',
    NETWORKS,
    `SYN 5 1 1 1 0\r\nLST N=a@b.c 1\r\n${Array.from({ length: 40 }, (_, index) => `BPR P${String.fromCharCode(65 + (index % 26), 65 + Math.floor(index / 26))} 1\r\n`).join('')}CHG 6 NLN 0\r\n`,
    { told: [{ type: 'roster', contacts: [{ address: 'a@b.c' }] }, { type: 'status-set' }] },
  ),
  list(
    WORDS,
    'properties of the object prototype',
    NETWORKS,
    'SYN 5 1 1 1 0\r\nLST N=a@b.c 1\r\nBPR __proto__ 1\r\nBPR constructor 1\r\nCHG 6 NLN 0\r\n',
    { told: [{ type: 'roster', contacts: [{ properties: {} }] }, { type: 'status-set' }] },
  ),
  list(
    WORDS,
    'four lists of nobody',
    FOUR_LISTS,
    `SYN 5 1\r\nLST 5 FL 1 1 1 nobody\r\n${emptyLists}ILN 5 NLN a@b.c A 0\r\n`,
    { told: [{ type: 'roster', contacts: [] }, { type: 'status-changed' }] },
  ),
  list(
    WORDS,
    'lists that there are not',
    FOUR_LISTS,
    'SYN 5 1\r\nLST 5 XX 1 1 1 a@b.c A\r\nLST 5 __proto__ 1 1 1 a@b.c A\r\n',
    WAITS,
  ),

  changed(KNOWN, 'a group of somebody unknown', [...LABELS, ...NETWORKS], 'ADC 0 FL C=unknown group\r\n'),
  changed(
    KNOWN,
    'somebody without an at sign',
    [...LABELS, ...NETWORKS],
    'ADC 0 FL N=nobody F=x\r\nREM 0 FL nobody\r\n',
  ),
  changed(
    KNOWN,
    'a list that there is not',
    [...POSITIONS, ...NETWORKS],
    'ADD 0 XX 1 a@b.c A\r\nADC 0 XX N=a@b.c\r\nREM 0 XX 1 a@b.c\r\n',
  ),
  changed(
    KNOWN,
    'a change of nothing',
    [...FOUR_LISTS, ...POSITIONS, ...LABELS, ...NETWORKS],
    'ADD\r\nADC\r\nREM\r\nADG\r\nREG\r\nRMG\r\nREA\r\nSBP\r\nBPR\r\nPRP\r\nBLP\r\nGTC\r\n',
  ),
  changed(
    KNOWN,
    'a privacy that there is not',
    [...POSITIONS, ...NETWORKS],
    'BLP 0 1 ALL\r\nGTC 0 1 X\r\nBLP 0 __proto__\r\n',
  ),
  changed(KNOWN, 'answers to what was not asked', NETWORKS, 'UUX 99 0\r\nURL 99 a b c\r\n217 99\r\n', {
    type: 'command-refused',
    code: 217,
  }),
];

export const lists = kind('contact lists', CASES, streamEntries, ({ bytes }) => bytes);
