// What holds for every input: cuts, noise, any string in any argument, any text and look.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { command, text } from '../../src/msnp/command.ts';
import type { Argument } from '../../src/msnp/command.ts';
import { percentDecode, percentEncode } from '../../src/msnp/encoding.ts';
import { DIALECT_NAMES } from '../../src/msnp/dialect.ts';
import type { DialectName } from '../../src/msnp/dialect.ts';
import { MsnpProtocolError } from '../../src/msnp/errors.ts';
import { FrameReader } from '../../src/msnp/frame.ts';
import type { Frame } from '../../src/msnp/frame.ts';
import { GatewaySession } from '../../src/msnp/gateway.ts';
import { MAX_PAYLOAD, readMessage, writeMessage } from '../../src/msnp/message.ts';
import type { NotificationCommand } from '../../src/msnp/notification-types.ts';
import { NotificationSession } from '../../src/msnp/notification.ts';
import type { FetchReply, Output, Session } from '../../src/msnp/session.ts';
import { SwitchboardSession } from '../../src/msnp/switchboard.ts';
import { readTextFormat, writeTextFormat } from '../../src/msnp/text-format.ts';
import { splitText } from '../../src/msnp/text-split.ts';
import { readTranscript } from '../support/transcript.ts';
import { Carried } from './support/carried.ts';
import { order, received } from './support/inputs.ts';
import { cut, seeded } from './support/random.ts';

const anyText = fc.string({ unit: 'binary' });
const wild = fc.oneof(
  anyText,
  fc.string({ unit: fc.constantFrom('\r', '\n', ' ', '\t', '%', 'a', '\u2028', '\ud800') }),
);

// ---- streams

const RECORDINGS =
  'msnp2-md5-login-and-chat msnp7-md5-login-and-chat msnp8-login-and-chat msnp8-contacts msnp8-errors ' +
  'msnp10-login-contacts-chat msnp11-pending-list msnp11-offline-messages msnp12-login-and-chat';

const serverBytes = RECORDINGS.split(' ').flatMap((recording) =>
  readTranscript(recording)
    .filter(({ kind, said }) => kind !== 'http' && said.length > 0)
    .map(({ kind, said }) => ({
      kind,
      bytes: Buffer.concat(said.filter(({ from }) => from === 'server').map((each) => each.bytes)),
    })),
);

type Machine = Session<never, unknown>;

function notification(): Machine {
  const session = new NotificationSession({ address: 'alice@example.com', dialects: DIALECT_NAMES });
  session.handle(order({ type: 'sign-in' }));
  // the ticket is given when a stream begins anew, see `feedInTwo`
  return { handle: (input) => [...session.handle(order({ type: 'ticket', ticket: 't' })), ...session.handle(input)] };
}

function switchboard(): Machine {
  const entry = { type: 'create', ticket: 't' } as const;
  const session = new SwitchboardSession({ address: 'alice@example.com', dialect: 'MSNP12', entry });
  session.handle(order({ type: 'enter' }));
  return session;
}

/** Past the sign-in, where more is listened to. */
function signedIn(version: string): () => Machine {
  return () => {
    const machine = notification();
    feed(machine, [
      Buffer.from(`VER 1 ${version}\r\nINF 2 MD5\r\nCVR 2 1\r\nUSR 3 MD5 S c\r\nUSR 3 TWN S c\r\n`),
      Buffer.from('USR 4 OK a A 1 0\r\n'),
    ]);
    return machine;
  };
}

const WISHES: readonly NotificationCommand[] = [
  { type: 'add-to-list', request: 'r', list: 'forward', address: 'a@b.c', group: '1' },
  { type: 'allow-contact', request: 'r', address: 'a@b.c' },
  { type: 'block-contact', request: 'r', address: 'a@b.c' },
  { type: 'remove-from-list', request: 'r', list: 'forward', address: 'a@b.c' },
  { type: 'rename-contact', request: 'r', address: 'a@b.c', nick: 'x' },
  { type: 'add-group', request: 'r', name: 'x' },
  { type: 'remove-group', request: 'r', group: '1' },
  { type: 'set-unlisted', request: 'r', unlisted: 'block' },
  { type: 'set-property', request: 'r', name: 'PHH', value: '1' },
  { type: 'set-personal-message', request: 'r', message: 'x' },
  { type: 'request-page', request: 'r', page: 'INBOX' },
];

/** With its contact list, and much asked about it: answers and refusals of all of it are among the noise. */
function asking(version: DialectName): () => Machine {
  return () => {
    const session = new NotificationSession({ address: 'alice@example.com', dialects: [version] });
    const lists = ['FL', 'AL', 'BL', 'RL'].map((list) => `LST 5 ${list} 1 0 0\r\n`).join('');
    session.handle(order({ type: 'sign-in' }));
    feed(session, [Buffer.from(`VER 1 ${version}\r\nINF 2 MD5\r\nCVR 2 1\r\nUSR 3 MD5 S c\r\nUSR 3 TWN S c\r\n`)]);
    session.handle(order({ type: 'ticket', ticket: 't' }));
    feed(session, [
      Buffer.from(`USR 4 OK a A 1 0\r\nSYN 5 1${version === 'MSNP12' ? ' 2' : ''} 0 0\r\n${lists}CHG 6 NLN 0\r\n`),
    ]);
    for (const wish of WISHES) session.handle(order(wish));
    return session;
  };
}

/** What is received comes as the answer to its requests. */
function carried(): Machine {
  const session = new Carried(notification(), new GatewaySession({ url: 'http://x.y', server: 'NS', host: 'a.b' }));
  let number = 0;
  return {
    handle: (input) => {
      if (input.type !== 'received') return session.handle(input);
      number += 1;
      const headers = new Map([['x-msn-messenger', 'SessionID=1; GW-IP=%%']]);
      const reply: FetchReply = { type: 'response', status: 200, headers, body: input.bytes };
      return [
        ...session.handle({ at: input.at, type: 'fetched', id: `gateway-request-${number}`, reply }),
        ...session.handle({ at: input.at, type: 'woken', id: 'gateway-poll' }),
      ];
    },
  };
}

function entered(): Machine {
  const machine = switchboard();
  feed(machine, [Buffer.from('USR 1 OK a A\r\n')]);
  return machine;
}

const SIGNED_IN = ['MSNP2', 'MSNP7', 'MSNP8', 'MSNP10', 'MSNP12'].map((version) => signedIn(version));
const ASKING = (['MSNP7', 'MSNP8', 'MSNP12'] as const).map((version) => asking(version));
const MACHINES = [notification, switchboard, entered, carried, ...SIGNED_IN, ...ASKING];
const machineOf = (kind: string): Machine => (kind === 'notification' ? notification() : switchboard());

function feed(machine: Machine, pieces: readonly Uint8Array[]): Output<unknown>[] {
  return pieces.flatMap((piece) => machine.handle(received(piece)));
}

/**
 * The server waits for the ticket, so no piece reaches from before it to after it. Without the watch over frames that are
 * not whole yet, which is a matter of cuts alone.
 */
function feedInTwo(kind: string, bytes: Buffer, cutter: (half: Buffer) => Uint8Array[]): Output<unknown>[] {
  const challenge = Math.max(bytes.indexOf('TWN S'), bytes.indexOf('MD5 S'));
  const middle = challenge === -1 ? 0 : bytes.indexOf('\n', challenge) + 1;
  const pieces = [...cutter(bytes.subarray(0, middle)), ...cutter(bytes.subarray(middle))];
  return feed(machineOf(kind), pieces).filter((output) => !('id' in output && output.id === 'frame'));
}

const uncut = (half: Buffer): Uint8Array[] => (half.length === 0 ? [] : [half]);

test('a recorded stream gives the same outputs, however it is cut', () => {
  fc.assert(
    fc.property(fc.nat(serverBytes.length - 1), fc.nat(), (index, seed) => {
      const { kind = '', bytes = Buffer.alloc(0) } = serverBytes[index] ?? {};
      const random = seeded(seed);
      expect(feedInTwo(kind, bytes, (half) => cut(half, random))).toEqual(feedInTwo(kind, bytes, uncut));
    }),
    { numRuns: 60 },
  );
});

test('single bytes give the same outputs as the whole', () => {
  for (const { kind, bytes } of serverBytes.slice(0, 6)) {
    const bytewise = feedInTwo(kind, bytes, (half) => Array.from(half, (byte) => Uint8Array.of(byte)));
    expect(bytewise).toEqual(feedInTwo(kind, bytes, uncut));
  }
});

const VERBS =
  'VER INF CVR USR XFR SYN LSG LST BPR PRP REA SBP CHG ILN NLN FLN UBX UUX ADD ADC REM ADG REG RMG BLP GTC URL RNG CHL QNG MSG OUT ANS IRO JOI BYE CAL ACK NAK NOT IPG GCF 911 217 215 800 constructor __proto__'.split(
    ' ',
  );
const WORDS = '0 1 2 3 7 8 9 10 FL AL RL PHH OK MD5 TWN S SB NS MSNP8 MSNP12 a@b.c 10.0.0.1:1863 CKI ';
const word = fc.oneof(
  fc.constantFrom(...WORDS.split(' ')),
  fc.string({ unit: 'binary', maxLength: 12 }).map((value) => value.replaceAll('\n', '')),
  fc.constantFrom('N=a@b.c', 'F=%zz%f0', 'C=', 'MFN', '99999999999', '-1', '__proto__', '%3Cmsnobj%20a%3E'),
);
const line = fc
  .tuple(fc.constantFrom(...VERBS), fc.array(word, { maxLength: 8 }))
  .map(([verb, args]) => Buffer.from(`${[verb, ...args].join(' ')}\r\n`));
const withPayload = fc
  .tuple(fc.constantFrom('MSG a@b.c B ', 'UBX a@b.c ', 'NOT ', 'IPG '), fc.uint8Array({ maxLength: 80 }))
  .map(([head, payload]) => Buffer.concat([Buffer.from(`${head}${payload.length}\r\n`), payload]));
const noise = fc.array(fc.oneof(line, line, withPayload, fc.uint8Array({ maxLength: 40 })), { maxLength: 40 });

test('noise makes no session throw, and little comes of it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...MACHINES), noise, (machine, pieces) => {
      const outputs = feed(machine(), pieces);
      expect(outputs.length).toBeLessThan(300);
      const closes = outputs.flatMap((output) => (output.type === 'close' ? [output.error] : []));
      expect(closes.length).toBeLessThanOrEqual(1);
      for (const error of closes) expect(error === undefined || error instanceof MsnpProtocolError).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test('a recorded stream with some bytes changed makes no session throw', () => {
  const change = fc.record({ at: fc.nat(), to: fc.oneof(fc.nat(255), fc.constantFrom(10, 13, 32, 37)) });
  fc.assert(
    fc.property(fc.nat(serverBytes.length - 1), fc.array(change, { minLength: 1, maxLength: 30 }), (index, changes) => {
      const { kind = '', bytes = Buffer.alloc(0) } = serverBytes[index] ?? {};
      const changed = Buffer.from(bytes);
      for (const { at, to } of changes) if (changed.length > 0) changed[at % changed.length] = to;
      expect(feedInTwo(kind, changed, uncut).length).toBeLessThan(2000);
    }),
    { numRuns: 300 },
  );
});

// ---- outgoing

const argument: fc.Arbitrary<Argument> = fc.oneof(wild, wild.map(text), fc.nat());

test('no argument can end a command or stand for two', () => {
  fc.assert(
    fc.property(
      fc.array(argument, { maxLength: 6 }),
      fc.option(fc.uint8Array(), { nil: undefined }),
      (args, payload) => {
        const bytes = Buffer.concat([command('XFR', 7, args, payload), Buffer.from('OUT\r\n')]);
        const { body, head } = splitCommand(bytes);
        expect(head.split(' ')).toHaveLength(2 + args.length + (payload === undefined ? 0 : 1));
        expect(head).toMatch(/^[\x21-\x7e ]+$/);
        expect(body).toEqual(Buffer.concat([payload ?? Buffer.alloc(0), Buffer.from('OUT\r\n')]));
      },
    ),
    { numRuns: 500 },
  );
});

function splitCommand(bytes: Buffer): { head: string; body: Buffer } {
  const end = bytes.indexOf('\r\n');
  return { head: bytes.toString('latin1', 0, end), body: bytes.subarray(end + 2) };
}

test('a message is one frame of the length it says, whatever it holds', () => {
  fc.assert(
    fc.property(wild, wild, wild, (value, name, font) => {
      const format = { ...readTextFormat(''), font };
      const payload = writeMessage({ type: 'text', text: value, name, format });
      const frames: Frame[] = [...new FrameReader('switchboard', 'client').push(command('MSG', 1, ['A'], payload))];
      expect(frames).toHaveLength(1);
      const read = readMessage(payload);
      const expected = value.toWellFormed().replaceAll(/\r\n|\r/g, '\n');
      expect(read?.type === 'text' && read.text).toBe(expected);
      expect(Buffer.from(payload).toString().split('\r\n\r\n')[0]?.split('\r\n')).toHaveLength(4);
    }),
  );
});

test('percent-encoding can be undone', () => {
  fc.assert(
    fc.property(wild, (value) => {
      expect(percentDecode(percentEncode(value))).toBe(value.toWellFormed());
      expect(percentDecode(value)).toBeTypeOf('string');
    }),
  );
});

test('a look survives the way there and back', () => {
  const font = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((name) => name.length <= 31);
  const format = fc.record({
    bold: fc.boolean(),
    italic: fc.boolean(),
    underline: fc.boolean(),
    strike: fc.boolean(),
    rightToLeft: fc.boolean(),
    color: fc.nat(0xff_ffff),
    fixedPitch: fc.boolean(),
    font: font.filter((name) => name.trim() === name),
  });
  fc.assert(
    fc.property(format, wild, (look, value) => {
      expect(readTextFormat(writeTextFormat(look))).toEqual(look);
      expect(readTextFormat(value).color).toBeLessThanOrEqual(0xff_ffff);
    }),
  );
});

// ---- long texts

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
const graphemes = (value: string): string[] => Array.from(segmenter.segment(value), ({ segment }) => segment);

test('parts of a text fit, lose nothing but blanks, and cut no grapheme', () => {
  const longText = fc.array(
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('👨‍👩‍👧‍👦', '🇨🇦', 'e\u0301', ' ', '\n', '\n\n', '. ', '👍🏽')),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(longText, fc.integer({ min: 40, max: 300 }), (pieces, limit) => {
      const whole = pieces
        .join('')
        .replaceAll(/\r\n|\r/g, '\n')
        .toWellFormed();
      const parts = splitText(whole, limit);
      for (const part of parts) expect(Buffer.byteLength(part.replaceAll('\n', '\r\n'))).toBeLessThanOrEqual(limit);
      const visible = (values: string[]): string[] => values.filter((value) => !/^[ \t\n]$/.test(value));
      expect(visible(parts.flatMap(graphemes))).toEqual(visible(graphemes(whole)));
    }),
    { numRuns: 300 },
  );
});

test('any text is cut into parts that a switchboard takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1000, maxLength: 4000 }), (value) => {
      for (const part of splitText(value)) {
        const payload = writeMessage({ type: 'text', text: part, format: readTextFormat('FN=Arial; EF=BIUS; RL=1') });
        expect(payload.length).toBeLessThanOrEqual(MAX_PAYLOAD);
      }
    }),
    { numRuns: 50 },
  );
});
