import { expect, test } from 'vitest';
import { isRefused } from '../../src/msnp/refused.ts';
import { readElements } from '../../src/msnp/xml.ts';

const read = (xml: string): object => {
  const elements = readElements(xml, ['PSM', 'CurrentMedia']);
  return isRefused(elements) ? elements : Object.fromEntries(elements);
};

test('reads the text of elements, entities and CDATA resolved', () => {
  expect(read('<Data><PSM>a &amp; &#x26; <![CDATA[<b>]]></PSM><CurrentMedia/></Data>')).toEqual({
    PSM: 'a & & <b>',
    CurrentMedia: '',
  });
});

test('of a repeated element the first counts, and what stands inside belongs to it', () => {
  expect(read('<Data><PSM>one<i>two</i><PSM>three</PSM></PSM><PSM>four</PSM></Data>')).toEqual({ PSM: 'onetwothree' });
});

test.each([
  ['an unfinished document', '<Data><PSM>a', 'malformed'],
  ['no document', 'a', 'malformed'],
  ['stray ends', '<Data></PSM></Data>', 'malformed'],
  ['declared entities', '<!DOCTYPE a [<!ENTITY b "c">]><Data><PSM>&b;</PSM></Data>', 'declared'],
  ['unknown entities', '<Data><PSM>&b;</PSM></Data>', 'malformed'],
  ['great depth', `${'<a>'.repeat(17)}${'</a>'.repeat(17)}`, 'too-deep'],
  ['very many elements', `<a>${'<b/>'.repeat(4096)}</a>`, 'too-many-elements'],
  ['great length', `<a>${'x'.repeat(65_536)}</a>`, 'too-long'],
])('refuses %s', (_, xml, reason) => {
  expect(read(xml)).toEqual({ refused: reason });
});
