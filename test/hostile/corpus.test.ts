// The corpus: every hostile input that we have thought of, by every way in which it can come. Each is refused in its
// time, or carried on without harm.

import { readFileSync } from 'node:fs';

import { afterAll, describe, expect, test } from 'vitest';

import { closeCorpus, CORPUS, inputs } from './corpus/corpus.ts';
import { faultsOf } from './corpus/kind.ts';

afterAll(closeCorpus);

const KINDS = Map.groupBy(CORPUS, (one) => one.kind);

describe.each([...KINDS])('%s', (_kind, cases) => {
  test.each(cases.map((one) => [one.rule, one.name, one] as const))('%s: %s', async (_rule, _name, one) => {
    expect(await faultsOf(one)).toEqual([]);
  });
});

test('no two cases are called the same', () => {
  const names = CORPUS.map(({ kind, rule, name }) => `${kind}: ${rule}: ${name}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('there are at least two hundred cases and two thousand inputs', () => {
  console.log(`figure corpus.inputs ${inputs()}`);
  expect(CORPUS.length).toBeGreaterThanOrEqual(200);
  expect(inputs()).toBeGreaterThanOrEqual(2_000);
});

/** The holes that libpurple's way of speaking this protocol has had, as its changelog tells them. */
const HOLES = [
  'CVE-2008-2927', // sizes and offsets of person-to-person packets that wrap round
  'CVE-2008-2955', // names of files that are offered
  'CVE-2009-1376', // the same, once more
  'CVE-2009-2694', // pieces of messages that never began
  'CVE-2009-3083', // an invitation that lacks fields
  'CVE-2009-3084', // handwriting in letters of two bytes
  'CVE-2010-0013', // files of ours, asked for as emoticons
  'CVE-2010-0277', // texts of the session layer that are none
  'CVE-2010-1624', // custom emoticons that are none
  'CVE-2010-3711', // base64 that is none
  'CVE-2010-4528', // packets that are shorter than their heads
  'CVE-2011-3184', // a gateway that answers with a status of 100
  'CVE-2012-1178', // offline messages in letters of another charset
  'CVE-2012-2318', // texts in letters of another charset
  'CVE-2013-6482', // headers and documents that lack everything
];

test.each(HOLES)('%s has three cases and more', (hole) => {
  expect(CORPUS.filter(({ cve }) => cve === hole).length).toBeGreaterThanOrEqual(3);
});

/** What is no input, and has its tests where its subject has them. */
const HOLES_ELSEWHERE = [
  // certificates that nobody looked at
  ['CVE-2008-3532', '../networks/msn-io.test.ts', 'an encrypted server is trusted by the profile’s authority only'],
] as const;

test.each(HOLES_ELSEWHERE)('%s is tested in %s: %s', (_hole, file, name) => {
  expect(readFileSync(new URL(file, import.meta.url), 'utf8')).toContain(`test('${name}'`);
});
