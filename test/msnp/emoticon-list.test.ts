import { expect, test } from 'vitest';
import { readEmoticonCodes } from '../../src/msnp/emoticon-list.ts';
import { readMessage } from '../../src/msnp/message.ts';

function codesIn(type: string, body: string): readonly string[] | undefined {
  const message = readMessage(Buffer.from(`MIME-Version: 1.0\r\nContent-Type: ${type}\r\n\r\n${body}`));
  return message && readEmoticonCodes(message);
}

test.each([
  ['as recorded, without an end', ':cat:\t<msnobj/>\tlol\t<msnobj/>', [':cat:', 'lol']],
  ['with a tab at the end', ':cat:\t<msnobj/>\t', [':cat:']],
  ['nothing', '', []],
  ['a code that is longer than any', `${'x'.repeat(40)}\t<msnobj/>\t`, []],
])('reads which codes are pictures: %s', (_, body, codes) => {
  expect(codesIn('text/x-mms-emoticon', body)).toEqual(codes);
  expect(codesIn('text/x-mms-animemoticon', body)).toEqual(codes);
});

test('a list has an end', () => {
  expect(codesIn('text/x-mms-emoticon', 'x\t<msnobj/>\t'.repeat(1_000))).toHaveLength(20);
});

test('other messages list none', () => {
  expect(codesIn('text/plain', ':cat:\t<msnobj/>')).toBeUndefined();
});
