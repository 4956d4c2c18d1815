// Every refusal that a server may give, as a person reads it.

import { expect, test } from 'vitest';
import { describeRefusal, REFUSAL_CODES } from '../../src/msnp/errors.ts';

test.each([
  [217, 'request'],
  [800, 'request'],
  [913, 'request'],
  [500, 'retry'],
  [600, 'retry'],
  [921, 'retry'],
  [911, 'credentials'],
  [928, 'credentials'],
  [540, 'fatal'],
  [999, 'request'],
])('%i is of class %s', (code, expected) => {
  expect(describeRefusal(code).class).toBe(expected);
});

/** All that the documents of the protocol list. */
const DOCUMENTED = `
  131 200 201 203 204 205 206 207 208 209 210 212 213 215 216 217 218 219 220 223 224 225
  226 227 228 229 230 231 232 233 234 240 241 280 281 282 283 285 290 300 301 302 402 403
  413 414 415 416 417 418 419 420 500 501 502 504 508 509 510 511 520 540 550 551 552 580
  590 591 592 593 594 595 596 597 598 600 601 602 603 604 605 606 700 707 710 711 712 713
  714 715 716 717 718 719 726 731 733 734 800 801 910 911 912 913 914 915 916 917 918 919
  920 921 922 923 924 926 927 928 931 933 935
`
  .trim()
  .split(/\s+/)
  .map(Number);

test('every documented code has a sentence, and no other', () => {
  expect(REFUSAL_CODES.toSorted((a, b) => a - b)).toEqual(DOCUMENTED);
  for (const code of [...DOCUMENTED, 999]) expect(describeRefusal(code).sentence).toMatch(/^[A-Z][^_{}<>]{8,}\.$/);
});
