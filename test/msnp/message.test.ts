import { expect, test } from 'vitest';
import { ChunkJoiner } from '../../src/msnp/chunks.ts';
import { readMessage, writeMessage } from '../../src/msnp/message.ts';
import type { ChatMessage } from '../../src/msnp/message.ts';
import { readMime } from '../../src/msnp/mime.ts';
import { isRefused } from '../../src/msnp/refused.ts';
import type { Mime } from '../../src/msnp/mime.ts';
import { PLAIN, readTextFormat, writeTextFormat } from '../../src/msnp/text-format.ts';

const bytes = (...lines: string[]): Buffer => Buffer.from(lines.join('\r\n'));
const text = (value: string): ChatMessage => ({ type: 'text', text: value, format: PLAIN });

test('writes a text with CRLF and in UTF-8, the font first', () => {
  const format = { ...PLAIN, bold: true, underline: true, color: 0xff8000, font: 'Arial Black', rightToLeft: true };
  const payload = writeMessage({ type: 'text', text: 'é\nb', format, name: 'Bob\r\nEvil: 1' });
  expect(Buffer.from(payload).toString()).toBe(
    bytes(
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=UTF-8',
      'P4-Context: Bob Evil: 1',
      'X-MMS-IM-Format: FN=Arial%20Black; EF=BU; CO=80ff; CS=0; PF=22; RL=1',
      '',
      'é',
      'b',
    ).toString(),
  );
});

test('reads text in UTF-8, else in Windows-1252, and any line end', () => {
  const head = Buffer.from('Content-Type: text/plain\r\n\r\n');
  expect(readMessage(Buffer.concat([head, Buffer.from('é\r\na\rb\nc')]))).toEqual(text('é\na\nb\nc'));
  expect(readMessage(Buffer.concat([head, Buffer.from([0xe9, 0x80])]))).toEqual(text('é€'));
});

test.each(['\r\n', '\n', '\r'])('reads a head whose lines end in %j', (end) => {
  const lines = ['MIME-Version: 1.0', 'Content-Type: text/plain; charset=UTF-8', '', '', 'a'];
  expect(readMessage(Buffer.from(lines.join(end)))).toEqual(text('\na'));
});

test.each<[string, ChatMessage]>([
  [
    'Content-Type: text/x-msmsgscontrol\r\nTypingUser: Bob@example.com\r\n\r\n\r\n',
    { type: 'typing', address: 'bob@example.com' },
  ],
  [
    'Content-Type: text/x-msmsgscontrol\nRecordingUser: bob@example.com\n\n',
    { type: 'typing', address: 'bob@example.com' },
  ],
  ['content-type: TEXT/X-MSNMSGR-DATACAST\r\n\r\nID: 1\r\n\r\n\r\n', { type: 'nudge' }],
  ['Content-Type: text/x-msnmsgr-datacast\r\n\r\nID: 1', { type: 'nudge' }],
  [
    'Content-Type: text/x-msnmsgr-datacast\r\n\r\nID: 4\r\nData: waves: twice\r\n\r\n',
    { type: 'action', text: 'waves: twice' },
  ],
])('reads %j', (payload, expected) => {
  expect(readMessage(Buffer.from(payload))).toEqual(expected);
});

test('writes an action on one line', () => {
  const payload = Buffer.from(writeMessage({ type: 'action', text: 'waves\r\nID: 1' })).toString();
  expect(payload).toMatch(/\r\n\r\nID: 4\r\nData: waves ID: 1\r\n\r\n$/);
});

test('leaves what it does not know as it is', () => {
  const wink = readMessage(Buffer.from('Content-Type: text/x-msnmsgr-datacast\r\n\r\nID: 2\r\nData: x\r\n'));
  expect(wink).toMatchObject({ type: 'other', contentType: 'text/x-msnmsgr-datacast' });
  expect(readMessage(Buffer.from('just text'))).toMatchObject({ type: 'other', contentType: '' });
  expect(readMessage(Buffer.alloc(0))).toMatchObject({ type: 'other', contentType: '' });
});

test.each([
  ['Client-Name: Purple/2.10.9\r\nChat-Logging: Y\r\n', { client: 'Purple/2.10.9', logging: 'yes' }],
  ['Client-Name: x\r\nChat-Logging: s', { client: 'x', logging: 'secure' }],
  ['', { client: '', logging: undefined }],
])('reads which program somebody uses: %j', (body, expected) => {
  const message = readMessage(Buffer.from(`Content-Type: text/x-clientcaps\r\n\r\n${body}`));
  expect(message).toEqual({ type: 'client-caps', ...expected });
});

test('says which program we are as others do', () => {
  const payload = Buffer.from(writeMessage({ type: 'client-caps', client: 'Purple/2.10.9', logging: 'yes' }));
  expect(payload.length).toBe(99); // as recorded
  expect(payload.toString()).toMatch(/\r\n\r\nClient-Name: Purple\/2\.10\.9\r\nChat-Logging: Y\r\n$/);
});

test('a header whose name holds a control is none', () => {
  const mime = readMime(Buffer.from('\u000eID: 2\r\nX-\u0017: y\r\nID: 1\r\n\r\n'));
  expect(mime).toMatchObject({ headers: new Map([['id', '1']]) });
});

test('refuses a head that is larger than any honest one', () => {
  const many = Array.from({ length: 65 }, (_, index) => `h${index}: b\r\n`).join('');
  expect(readMime(Buffer.from('a: b\r\n'.repeat(3000)))).toEqual({ refused: 'head-too-long' });
  expect(readMime(Buffer.from(`a: ${'b'.repeat(9000)}\r\n`))).toEqual({ refused: 'head-too-long' });
  expect(readMime(Buffer.from(many))).toEqual({ refused: 'too-many-headers' });
  expect(readMessage(Buffer.from(many))).toBeUndefined();
});

test.each([
  ['0', 0x000000],
  ['ff', 0xff0000],
  ['ff00', 0x00ff00],
  ['5f', 0x5f0000],
  ['a0f', 0x0f0a00],
  ['ff0000', 0x0000ff],
  ['800080', 0x800080],
  ['8000', 0x008000],
  ['400080', 0x800040],
  ['ffffff', 0xffffff],
])('reads and writes the colour %s', (wire, color) => {
  expect(readTextFormat(`FN=Arial; CO=${wire}`).color).toBe(color);
  expect(writeTextFormat({ ...PLAIN, color })).toContain(`CO=${wire};`);
});

test('reads a look in any order, and forgives', () => {
  expect(readTextFormat('ef=isub ;CO=zz;RL=0;FN=%C3%A9%zz;;=;X')).toEqual({
    bold: true,
    italic: true,
    underline: true,
    strike: true,
    color: 0,
    font: 'é%zz',
    fixedPitch: false,
    rightToLeft: false,
  });
  expect(readTextFormat('')).toEqual(PLAIN);
});

test.each([
  ['31', true],
  ['01', true],
  ['22', false],
  ['1', false],
  ['', false],
])('PF=%s: letters of one width: %s', (wire, fixedPitch) => {
  expect(readTextFormat(`FN=x; PF=${wire}`).fixedPitch).toBe(fixedPitch);
});

test('writes a font of one width as such', () => {
  expect(writeTextFormat({ ...PLAIN, font: 'Courier New', fixedPitch: true })).toBe(
    'FN=Courier%20New; EF=; CO=0; CS=0; PF=31',
  );
});

// ---- pieces

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

function piece(...lines: (string | Buffer)[]): Mime {
  const body = lines.pop() ?? '';
  const mime = readMime(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body)]));
  if (isRefused(mime)) throw new Error(mime.refused);
  return mime;
}

function bodyOf(joined: ReturnType<ChunkJoiner['add']>): string | undefined {
  return joined && 'body' in joined ? Buffer.from(joined.body).toString() : undefined;
}

const first = (total: number | string, body: string | Buffer, id = '{A}'): Mime =>
  piece('Content-Type: text/plain', `Message-ID: ${id}`, `Chunks: ${total}`, body);
const later = (index: number | string, body: string | Buffer, id = '{A}'): Mime =>
  piece(`Message-ID: ${id}`, `Chunk: ${index}`, body);

test('joins pieces in any order, even inside a character', () => {
  const word = Buffer.from('aé');
  const joiner = new ChunkJoiner();
  expect(joiner.add('bob', first(3, word.subarray(0, 2)), at(0))).toBeUndefined();
  expect(joiner.add('bob', later(2, 'c'), at(1))).toBeUndefined();
  expect(joiner.add('bob', later(2, 'c'), at(1))).toEqual({ refused: 'twice' });
  const whole = joiner.add('bob', later(1, word.subarray(2)), at(2));
  expect(bodyOf(whole)).toBe('aéc');
  expect(whole).toMatchObject({
    headers: new Map([
      ['content-type', 'text/plain'],
      ['message-id', '{A}'],
      ['chunks', '3'],
    ]),
  });
});

test('keeps senders and messages apart', () => {
  const joiner = new ChunkJoiner();
  joiner.add('bob', first(2, 'b'), at(0));
  joiner.add('eve', first(2, 'e'), at(0));
  expect(bodyOf(joiner.add('bob', later(1, 'B'), at(1)))).toBe('bB');
  expect(bodyOf(joiner.add('eve', later(1, 'E'), at(1)))).toBe('eE');
});

test.each([0, 1024, 'x', -1, 1.5])('refuses a message of %s pieces', (total) => {
  const joiner = new ChunkJoiner();
  expect(joiner.add('bob', first(total, 'b'), at(0))).toEqual({ refused: 'no-count' });
  expect(joiner.add('bob', later(1, 'b'), at(0))).toEqual({ refused: 'no-beginning' });
});

test.each([2, -1, 'x', 0.5])('refuses piece %s of two', (index) => {
  const joiner = new ChunkJoiner();
  joiner.add('bob', first(2, 'b'), at(0));
  expect(joiner.add('bob', later(index, 'b'), at(0))).toEqual({ refused: 'no-place' });
});

test('forgets what stays unfinished for a minute, grows too large or comes in too many threads', () => {
  const joiner = new ChunkJoiner();
  joiner.add('bob', first(2, 'b'), at(0));
  expect(joiner.add('bob', later(1, 'b'), at(61))).toEqual({ refused: 'no-beginning' });
  joiner.add('bob', first(1000, Buffer.alloc(200_000)), at(70));
  expect(joiner.add('bob', later(1, Buffer.alloc(100_000)), at(70))).toEqual({ refused: 'too-long' });
  expect(joiner.add('bob', later(2, 'b'), at(70))).toEqual({ refused: 'no-beginning' });
  for (let index = 0; index < 17; index++) joiner.add('bob', first(2, 'b', `{${index}}`), at(80));
  expect(joiner.add('bob', later(1, 'b', '{0}'), at(80))).toEqual({ refused: 'no-beginning' });
  expect(bodyOf(joiner.add('bob', later(1, 'b', '{1}'), at(80)))).toBe('bb');
});

test('a message in one piece is a message', () => {
  expect(bodyOf(new ChunkJoiner().add('bob', first(1, 'b'), at(0)))).toBe('b');
});
