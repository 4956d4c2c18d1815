// Bytes that break the framing, or nearly do: lines without end, lengths that lie, things that are no commands.

import { kind } from './kind.ts';
import { streamEntries } from './streams.ts';
import type { StreamCase, WantedOfStream } from './streams.ts';

type More = Pick<StreamCase, 'roles' | 'stages' | 'dialects' | 'cve'>;

function frame(
  rule: string,
  name: string,
  bytes: string | Buffer,
  wanted: WantedOfStream,
  more: More = {},
): StreamCase {
  return { rule, name, bytes: Buffer.from(bytes as string), wanted, ...more };
}

const refused = (reason: RegExp): WantedOfStream => ({ refused: reason });
const NOTHING: WantedOfStream = { told: [] };
const TOO_LONG = refused(/line too long/);
const NO_COMMAND = refused(/no command/);
const NO_LENGTH = refused(/MSG: no payload length/);

const ONE_LINE = 'a line has eight thousand characters at most';
const A_COMMAND = 'a command is three letters, and what follows them stands behind a blank';
const A_LENGTH = 'a length is one to six digits and nothing else';
const A_CAP = 'a payload has no more than its command may have';
const AN_END = 'a line ends in LF, with CR before it or not';
const OF_THEIRS = 'what nobody knows is not answered';

const notification: More = { roles: ['notification'] };

const CASES: readonly StreamCase[] = [
  frame(ONE_LINE, 'a line that never ends', 'A'.repeat(8_193 + 4), TOO_LONG),
  frame(ONE_LINE, 'a long line that ends', `NLN ${'x'.repeat(9_000)}\r\n`, TOO_LONG),
  frame(ONE_LINE, 'ten thousand words', `NLN ${'x '.repeat(10_000)}\r\n`, TOO_LONG),
  frame(ONE_LINE, 'a hundred kilobytes without a line end', Buffer.alloc(100 * 1024, 0x41), TOO_LONG),
  frame(ONE_LINE, 'a length of ten thousand zeros', `MSG a b ${'0'.repeat(10_000)}\r\n`, TOO_LONG),

  frame(A_COMMAND, 'one letter', 'A\r\n', NO_COMMAND),
  frame(A_COMMAND, 'two letters', 'AB\r\n', NO_COMMAND),
  frame(A_COMMAND, 'four letters', 'MSGS a b 5\r\nhello', NO_COMMAND),
  frame(A_COMMAND, 'a tab in the place of the blank', 'MSG\ta b 5\r\nhello', NO_COMMAND),
  frame(A_COMMAND, 'a web server', 'HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n', NO_COMMAND),
  frame(A_COMMAND, 'a mail server', '220-smtp.example.com ESMTP\r\n', NO_COMMAND),
  frame(A_COMMAND, 'a shell', 'SSH-2.0-OpenSSH_9.6\r\n', NO_COMMAND),
  frame(A_COMMAND, 'a name of JavaScript', 'constructor 1\r\n__proto__ 2\r\n', NO_COMMAND),
  frame(A_COMMAND, 'zeros', '\0\0\0\0\0\0\0\0\r\n', NO_COMMAND),
  frame(
    A_COMMAND,
    'a TLS alert with a line end',
    Buffer.from('15030300020228 0d0a'.replaceAll(' ', ''), 'hex'),
    NO_COMMAND,
  ),
  frame(A_COMMAND, 'UTF-16', Buffer.from('MSG a b 5\r\n', 'utf16le'), NO_COMMAND),
  frame(A_COMMAND, 'a byte order mark', '\ufeffMSG a b 5\r\nhello', NO_COMMAND),

  ...[
    '-1',
    '+5',
    '5.0',
    '1e3',
    '0x10',
    '5,',
    '٥',
    '５',
    'NaN',
    'Infinity',
    '',
    '5 ',
    '0000005',
    '1000000',
    '4294967296',
    '9'.repeat(400),
  ].map((length) =>
    frame(
      A_LENGTH,
      `a message of ${JSON.stringify(length.slice(0, 12))} bytes`,
      `MSG a b ${length}\r\nhello`,
      NO_LENGTH,
    ),
  ),
  frame(A_LENGTH, 'a message without a length', 'MSG bob@example.com Bob\r\nhello', NO_LENGTH),
  frame(A_LENGTH, 'a message with nothing at all', 'MSG\r\n', NOTHING),
  frame(A_LENGTH, 'a length before a name with a blank in it', 'MSG bob@example.com 5 Bob\r\nhello', NO_LENGTH),
  frame(
    A_LENGTH,
    'a personal message of -1 bytes',
    'UBX bob@example.com -1\r\n',
    refused(/UBX: no payload length/),
    notification,
  ),
  frame(
    A_LENGTH,
    'a notice of a million and one bytes',
    `NOT 1000001\r\n${'x'.repeat(1_000_001)}`,
    { told: [{ type: 'alert-lost', reason: 'too-long' }] },
    notification,
  ),
  frame(A_LENGTH, 'a notice of no number', 'NOT all\r\n', NOTHING, notification),

  frame(A_CAP, 'a message of 65,537 bytes', 'MSG a b 65537\r\n', refused(/MSG: payload too long/)),
  frame(A_CAP, 'a message of 999,999 bytes', 'MSG a b 999999\r\n', refused(/MSG: payload too long/)),
  frame(
    A_CAP,
    'a personal message of nine thousand bytes',
    `UBX a@b.c 9000\r\n${'x'.repeat(9_000)}`,
    { told: [{ type: 'personal-message-changed', message: '', media: '' }] },
    notification,
  ),
  frame(A_CAP, 'a configuration of 300,000 bytes', 'GCF 0 300000\r\n', refused(/GCF: payload too long/), notification),
  frame(A_CAP, 'a refusal that explains itself in 70,000 bytes', '911 1 70000\r\n', refused(/911: payload too long/)),

  frame(AN_END, 'a thousand empty lines', '\r\n'.repeat(1_000), NOTHING),
  frame(AN_END, 'CR alone', 'NLN NLN\rNLN\r\n', NOTHING),
  frame(AN_END, 'a NUL within a line', 'QRY 1\0\r\n', NOTHING),

  frame(OF_THEIRS, 'a verb of later versions', 'ZZZ 1 2 3\r\n', NOTHING),
  frame(OF_THEIRS, 'small letters', 'msg a b 5\r\n', NOTHING),
  frame(OF_THEIRS, 'an answer to nothing', 'ACK 4294967295\r\nNAK -1\r\nACK\r\nNAK 1e999\r\n', NOTHING),
  frame(OF_THEIRS, 'ten thousand short commands', 'ZZZ\n'.repeat(10_000), NOTHING),
  frame(OF_THEIRS, 'letters that are none of UTF-8', Buffer.from('5a5a5a20fffec0af20eda0800d0a', 'hex'), NOTHING),
];

export const frames = kind('frames', CASES, streamEntries, ({ bytes }) => bytes);
