import { expect, test } from 'vitest';
import { MsnpProtocolError } from '../../src/msnp/errors.ts';
import { FrameReader } from '../../src/msnp/frame.ts';
import type { Role, Side } from '../../src/msnp/frame.ts';

type Plain = readonly [verb: string, args: readonly string[], payload: string];

function read(stream: string | Buffer, role: Role = 'notification', side: Side = 'server'): Plain[] {
  const frames = [...new FrameReader(role, side).push(Buffer.from(stream))];
  return frames.map(({ verb, args, payload }) => [verb, args, Buffer.from(payload).toString()]);
}

/** What comes before the fault, and the fault. */
function readUntilFault(...pieces: (string | Buffer)[]): [frames: string[], fault: unknown] {
  const reader = new FrameReader('notification');
  const frames: string[] = [];
  try {
    for (const piece of pieces) for (const { verb } of reader.push(Buffer.from(piece))) frames.push(verb);
  } catch (error) {
    return [frames, error];
  }
  return [frames, undefined];
}

test.each<[string, string[], string]>([
  ['MSG Hotmail Hotmail 2\r\nab', ['Hotmail', 'Hotmail', '2'], 'ab'],
  ['UBX bob@example.com 0\r\n', ['bob@example.com', '0'], ''],
  ['UBX bob@example.com 1 3\r\nabc', ['bob@example.com', '1', '3'], 'abc'],
  ['NOT 3\r\nabc', ['3'], 'abc'],
  ['IPG 3\r\nabc', ['3'], 'abc'],
  ['GCF 5 Shields.xml 3\r\nabc', ['5', 'Shields.xml', '3'], 'abc'],
  ['GCF 0 3\r\nabc', ['0', '3'], 'abc'],
  ['UUX 5 0\r\n', ['5', '0'], ''],
  ['ADL 7 OK\r\n', ['7', 'OK'], ''],
  ['ADL 0 3\r\nabc', ['0', '3'], 'abc'],
  ['QRY 3\r\n', ['3'], ''],
  ['UUN 9 OK\r\n', ['9', 'OK'], ''],
  ['PUT 9 OK 3\r\nabc', ['9', 'OK', '3'], 'abc'],
  [
    'UBM bob@yahoo.example 32 alice@example.com 1 1 3\r\nabc',
    ['bob@yahoo.example', '32', 'alice@example.com', '1', '1', '3'],
    'abc',
  ],
  ['921 2\r\n', ['2'], ''],
  ['241 5 3\r\nabc', ['5', '3'], 'abc'],
  ['QNG 50\r\n', ['50'], ''],
  ['CHG 5 NLN 0\r\n', ['5', 'NLN', '0'], ''],
  ['SYN 8 5 4\r\n', ['8', '5', '4'], ''],
  ['USR 7 OK a@b.c 1 0\r\n', ['7', 'OK', 'a@b.c', '1', '0'], ''],
  ['LST N=a@b.c 11 1 \r\n', ['N=a@b.c', '11', '1', ''], ''],
  ['XYZ 12\r\n', ['12'], ''],
  ['NLN NLN a@b.c Ålice%20日本 0\r\n', ['NLN', 'a@b.c', 'Ålice%20日本', '0'], ''],
])('reads %j', (stream, args, payload) => {
  expect(read(`${stream}OUT\r\n`)).toEqual([
    [stream.slice(0, 3), args, payload],
    ['OUT', [], ''],
  ]);
});

test('reads what clients write, where that has another shape', () => {
  expect(read('QRY 3 msmsgs@msnmsgr.com 3\r\nabcUUX 4 2\r\nhiOUT\r\n', 'notification', 'client')).toHaveLength(3);
  expect(read('MSG 4 U 3\r\nabcOUT\r\n', 'switchboard', 'client')).toEqual([
    ['MSG', ['4', 'U', '3'], 'abc'],
    ['OUT', [], ''],
  ]);
});

test('accepts bare line feeds and passes over empty lines', () => {
  expect(read('QNG 50\n\r\n\nOUT OTH\n')).toEqual([
    ['QNG', ['50'], ''],
    ['OUT', ['OTH'], ''],
  ]);
});

test.each([
  ['a line without end', 'x'.repeat(8193)],
  ['a long line', `NLN ${'x'.repeat(9000)}\r\n`],
  ['a message too large', 'MSG a b 65537\r\n'],
  ['a call too large', 'UBN a@b.c 2 262145\r\n'],
  ['a configuration too large', 'GCF 0 262145\r\n'],
  ['a length with a sign', 'MSG a b -1\r\n'],
  ['a length with too many digits', 'MSG a b 0000001\r\n'],
  ['a length in another base', 'MSG a b 0x10\r\n'],
  ['no length', 'MSG a b c\r\n'],
  ['a long number where there may be none', 'ADL 0 9999999\r\n'],
  ['no command', 'HTTP/1.1 400 Bad Request\r\n'],
  ['a short command', 'OK\r\n'],
])('refuses %s, after all that came before it', (_, stream) => {
  const [frames, fault] = readUntilFault(`QNG 50\r\n${stream}OUT\r\n`);
  expect(frames).toEqual(['QNG']);
  expect(fault).toBeInstanceOf(MsnpProtocolError);
});

test.each(['NOT', 'IPG'])('%s may be of any length: what is too long is passed over, byte for byte', (verb) => {
  const stream = Buffer.concat([
    Buffer.from(`${verb} 1000001\r\n`),
    Buffer.alloc(1_000_001, 'QNG 50\r\n'),
    Buffer.from(`${verb} 65537\r\n`),
    Buffer.alloc(65_537, 'x'),
    Buffer.from(`${verb} 2\r\nabOUT OTH\r\n`),
  ]);
  for (const step of [1, 7, 8_192, 1_000_010, stream.length]) {
    const reader = new FrameReader('notification');
    const heard: unknown[] = [];
    for (let at = 0; at < stream.length; at += step) {
      for (const { args, payload, passedOver } of reader.push(stream.subarray(at, at + step))) {
        heard.push([args[0], Buffer.from(payload).toString(), passedOver]);
      }
    }
    expect(heard).toEqual([
      ['1000001', '', true],
      ['65537', '', true],
      ['2', 'ab', undefined],
      ['OTH', '', undefined],
    ]);
  }
});

test.each(['', ' ', ' x', ' -1', ' 0x10', ' 0', ' 18446744073709551615'])(
  'a notice with “%s” for a length is one without anything in it',
  (length) => {
    expect(read(`NOT${length}\r\nIPG${length}\r\nOUT\r\n`).map(([verb, , payload]) => verb + payload)).toEqual([
      'NOT',
      'IPG',
      'OUT',
    ]);
  },
);

test('a notice without a length that has a payload all the same is the end of the framing', () => {
  const [frames, fault] = readUntilFault('NOT\r\n<NOTIFICATION/>OUT\r\n');
  expect(frames).toEqual(['NOT']);
  expect(fault).toBeInstanceOf(MsnpProtocolError);
});

test('reads nothing more after a fault', () => {
  const reader = new FrameReader('notification');
  expect(() => [...reader.push(Buffer.from('MSG a b c\r\n'))]).toThrow(MsnpProtocolError);
  expect([...reader.push(Buffer.from('OUT\r\n'))]).toEqual([]);
});

test('every cut of the stream gives the same frames', () => {
  const stream = Buffer.from('QNG 50\r\nUBX é@b.c 6\r\nab\r\ncdNLN NLN b@c.d Ünal 0\nMSG a b 3\r\nxyzADL 7 OK\r\n');
  const whole = [...new FrameReader('notification').push(stream)];
  expect(whole).toHaveLength(5);
  for (let at = 0; at <= stream.length; at++) {
    const reader = new FrameReader('notification');
    expect([...reader.push(stream.subarray(0, at)), ...reader.push(stream.subarray(at))]).toEqual(whole);
  }
});

test('a large payload in single bytes costs no more than its own size a few times over', () => {
  const reader = new FrameReader('notification');
  const stream = Buffer.concat([Buffer.from('GCF 0 200000\r\n'), Buffer.alloc(200_000, 'x'), Buffer.from('OUT\r\n')]);
  const verbs: string[] = [];
  for (const byte of stream) for (const { verb } of reader.push(Uint8Array.of(byte))) verbs.push(verb);
  expect(verbs).toEqual(['GCF', 'OUT']);
});

test('payloads already given out are not written over', () => {
  const reader = new FrameReader('switchboard');
  const payloads: Uint8Array[] = [];
  for (let round = 0; round < 50; round++) {
    const message = Buffer.from(`MSG a b 100\r\n${String(round % 10).repeat(100)}`);
    for (const piece of [message.subarray(0, 30), message.subarray(30)]) {
      for (const { payload } of reader.push(Uint8Array.from(piece))) payloads.push(payload);
    }
  }
  expect(payloads.map((payload) => Buffer.from(payload).toString())).toEqual(
    Array.from({ length: 50 }, (_, round) => String(round % 10).repeat(100)),
  );
});

test('each argument is read by itself: names in any script, beside bytes that are no text', () => {
  const line = Buffer.concat([
    Buffer.from('LST  N=a@b F=☃%20é x '),
    Buffer.from([0xe2, 0x20, 0xff]),
    Buffer.from(' ça 3\r\n'),
  ]);
  const [frame] = [...new FrameReader('notification').push(line)];
  expect(frame?.args).toEqual(['', 'N=a@b', 'F=☃%20é', 'x', '\ufffd', '\ufffd', 'ça', '3']);
});
