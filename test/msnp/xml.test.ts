import { expect, test } from 'vitest';
import { readElements } from '../../src/msnp/xml.ts';

const read = (xml: string): object | undefined => {
  const elements = readElements(xml, ['PSM', 'CurrentMedia']);
  return elements && Object.fromEntries(elements);
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
  ['an unfinished document', '<Data><PSM>a'],
  ['no document', 'a'],
  ['stray ends', '<Data></PSM></Data>'],
  ['declared entities', '<!DOCTYPE a [<!ENTITY b "c">]><Data><PSM>&b;</PSM></Data>'],
  ['unknown entities', '<Data><PSM>&b;</PSM></Data>'],
  ['great depth', `${'<a>'.repeat(17)}${'</a>'.repeat(17)}`],
  ['very many elements', `<a>${'<b/>'.repeat(4096)}</a>`],
])('refuses %s', (_, xml) => {
  expect(read(xml)).toBeUndefined();
});
