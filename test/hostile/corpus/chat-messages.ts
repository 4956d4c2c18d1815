// Messages of a conversation with odd heads, odd letters, odd looks and pieces that do not fit.

import { chatCase, chatKind, TOLD } from './chats.ts';
import type { ChatCase } from './chats.ts';

const HEADS = 'a head has eight thousand bytes and sixty-four headers at most';
const FIELD = 'a header may lack anything';
const LETTERS = 'bytes that are no letters become letters all the same';
const CLEAN = 'what is shown holds no controls and turns no text around it';
const LOOK = 'a look may be any text';
const PIECES = 'of a message in pieces nothing is kept that cannot become whole';
const KINDS = 'a kind of message that nobody knows shows nothing';
const NAME = 'a name beside a text is only a name';
const WORDS = 'words are only words';

const NOTHING = { shown: [] };
const shown = (...texts: string[]): { readonly shown: readonly string[] } => ({ shown: texts });
const text = (body: string | Buffer, headers = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n${headers}\r\n`),
    Buffer.from(body as string),
  ]);
const other = (type: string, body = ''): string => `MIME-Version: 1.0\r\nContent-Type: ${type}\r\n\r\n${body}`;
const piece = (id: string, place: string, body: string): Buffer => text(body, `Message-ID: ${id}\r\n${place}\r\n`);
const inHex = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

const CASES: readonly ChatCase[] = [
  chatCase(HEADS, 'ten thousand headers', ['a: b\r\n'.repeat(10_000)], NOTHING),
  chatCase(
    HEADS,
    'sixty-five headers',
    [`${Array.from({ length: 65 }, (_, index) => `X-${index}: y\r\n`).join('')}\r\nhello`],
    NOTHING,
  ),
  chatCase(HEADS, 'one header of sixty kilobytes', [`X: ${'y'.repeat(60_000)}\r\n\r\nhello`], NOTHING),
  chatCase(
    HEADS,
    'a header folded for ever',
    [`Content-Type: text/plain${'\r\n x'.repeat(10_000)}\r\n\r\nhello`],
    NOTHING,
  ),
  chatCase(HEADS, 'lines without a colon', [`${'a\r\n'.repeat(10_000)}\r\nhello`], NOTHING),

  chatCase(FIELD, 'nothing at all', [''], NOTHING, 'CVE-2013-6482'),
  chatCase(FIELD, 'no headers, only their end', ['\r\n'], NOTHING, 'CVE-2013-6482'),
  chatCase(FIELD, 'a head without its end', ['Content-Type: text/plain\r\nX: y'], NOTHING, 'CVE-2013-6482'),
  chatCase(FIELD, 'a colon', [':\r\n\r\nhello'], NOTHING, 'CVE-2013-6482'),
  chatCase(FIELD, 'a type without a value', ['Content-Type:\r\n\r\nhello'], NOTHING, 'CVE-2013-6482'),
  chatCase(FIELD, 'a type of nothing but parameters', ['Content-Type: ;;;=;\r\n\r\nhello'], NOTHING, 'CVE-2013-6482'),
  chatCase(FIELD, 'a type of the object prototype', ['Content-Type: __proto__\r\n\r\nhello'], NOTHING),
  chatCase(FIELD, 'somebody types who has no name', [other('text/x-msmsgscontrol', '\r\n')], NOTHING, 'CVE-2013-6482'),
  chatCase(
    FIELD,
    'two types, of which the first counts',
    ['Content-Type: text/x-unknown\r\nContent-Type: text/plain\r\n\r\nhello'],
    NOTHING,
  ),
  chatCase(FIELD, 'line ends of all kinds', ['Content-Type: text/plain\n\nhello\rthere'], shown('hello\nthere')),
  chatCase(FIELD, 'NULs in a head', ['Content-Type: text/plain\0\r\nX: \0\r\n\r\nhello'], NOTHING),

  chatCase(LETTERS, 'UTF-8 cut short', [text(inHex('68 69 20 e2 82'))], shown('hi â‚'), 'CVE-2012-2318'),
  chatCase(LETTERS, 'UTF-8 longer than need be', [text(inHex('c0 af c1 81'))], shown('À¯Á'), 'CVE-2012-2318'),
  chatCase(LETTERS, 'half characters in UTF-8', [text(inHex('ed a0 80 61'))], shown('í\u00a0€a'), 'CVE-2012-2318'),
  chatCase(LETTERS, 'letters beyond the last', [text(inHex('f4 90 80 80'))], shown('ô€€'), 'CVE-2012-2318'),
  chatCase(LETTERS, 'bytes that no charset has', [text(inHex('fe ff 81 8d'))], shown('þÿ'), 'CVE-2012-2318'),
  chatCase(
    LETTERS,
    'a charset of the sender’s own',
    ['Content-Type: text/plain; charset=../../evil\r\n\r\nhello'],
    shown('hello'),
    'CVE-2012-2318',
  ),
  chatCase(
    LETTERS,
    'a charset of UTF-7',
    ['Content-Type: text/plain; charset=UTF-7\r\n\r\n+ADw-script+AD4-'],
    shown('+ADw-script+AD4-'),
    'CVE-2012-2318',
  ),
  chatCase(
    LETTERS,
    'a charset without an end',
    [`Content-Type: text/plain; charset="${'x'.repeat(4_000)}\r\n\r\nhello`],
    shown('hello'),
    'CVE-2012-2318',
  ),
  chatCase(LETTERS, 'UTF-16 said to be UTF-8', [text(Buffer.from('hi', 'utf16le'))], shown('hi')),

  chatCase(CLEAN, 'controls', [text('a\u0001b\u0008c\u001bd\u007fe')], shown('abcde')),
  chatCase(CLEAN, 'NULs', [text('a\0b\0')], shown('ab')),
  chatCase(CLEAN, 'nothing but controls', [text('\u0001\u0002\u0003')], NOTHING),
  chatCase(CLEAN, 'nothing but blanks and line ends', [text(' \r\n \t\r\n')], NOTHING),
  chatCase(CLEAN, 'marks that turn the text', [text('a\u202eb\u2066c')], shown('abc')),
  chatCase(CLEAN, 'two thousand line ends', [text(`a${'\r\n'.repeat(2_000)}`)], shown('a')),

  ...[
    ['a colour of nothing', 'FN=; EF=; CO=; CS=; PF='],
    ['a colour of minus one', 'CO=-1'],
    ['a colour of forty digits', `CO=${'f'.repeat(40)}`],
    ['a font of four thousand letters', `FN=${'x'.repeat(4_000)}; CO=0`],
    ['a font that is markup', 'FN=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E'],
    ['a font of broken percent signs', 'FN=%zz%f0%9; EF=BIUS'],
    ['five thousand semicolons', ';'.repeat(5_000)],
    ['no equals sign', 'FN EF CO'],
    ['names of the object prototype', '__proto__=1; constructor=2; FN=toString'],
  ].map(([name = '', look = '']) =>
    chatCase(LOOK, name, [text('hello', `X-MMS-IM-Format: ${look}\r\n`)], shown('hello')),
  ),

  chatCase(PIECES, 'a piece of a message that never began', [piece('{1}', 'Chunk: 1', 'lost')], NOTHING),
  chatCase(PIECES, 'a thousand pieces and more', [piece('{1}', 'Chunks: 1024', 'lost')], NOTHING),
  chatCase(PIECES, 'minus one pieces', [piece('{1}', 'Chunks: -1', 'lost')], NOTHING),
  chatCase(PIECES, 'no pieces', [piece('{1}', 'Chunks: 0', 'lost')], NOTHING),
  chatCase(PIECES, 'a piece and a half', [piece('{1}', 'Chunks: 1.5', 'lost')], NOTHING),
  chatCase(PIECES, 'so many pieces as there are letters', [piece('{1}', 'Chunks: all', 'lost')], NOTHING),
  chatCase(PIECES, 'a piece behind the last', [piece('{1}', 'Chunks: 2', 'a'), piece('{1}', 'Chunk: 2', 'b')], NOTHING),
  chatCase(
    PIECES,
    'a piece before the first',
    [piece('{1}', 'Chunks: 2', 'a'), piece('{1}', 'Chunk: -1', 'b')],
    NOTHING,
  ),
  chatCase(PIECES, 'the first piece twice', [piece('{1}', 'Chunks: 2', 'a'), piece('{1}', 'Chunk: 0', 'b')], NOTHING),
  chatCase(
    PIECES,
    'a message that begins again',
    [piece('{1}', 'Chunks: 2', 'a'), piece('{1}', 'Chunks: 2', 'b'), piece('{1}', 'Chunk: 1', 'c')],
    shown('bc'),
  ),
  chatCase(
    PIECES,
    'seventeen messages at once, of which the first is dropped',
    [
      ...Array.from({ length: 17 }, (_, index) => piece(`{${index}}`, 'Chunks: 2', 'a')),
      piece('{0}', 'Chunk: 1', 'b'),
      piece('{16}', 'Chunk: 1', 'b'),
    ],
    shown('ab'),
  ),
  chatCase(
    PIECES,
    'more than a quarter of a megabyte',
    [
      piece('{1}', 'Chunks: 9', 'x'.repeat(60_000)),
      ...[1, 2, 3, 4].map((index) => piece('{1}', `Chunk: ${index}`, 'x'.repeat(60_000))),
    ],
    NOTHING,
  ),
  chatCase(
    PIECES,
    'a letter that lies in two pieces',
    [
      piece('{1}', 'Chunks: 2', ''),
      text(inHex('c3'), 'Message-ID: {2}\r\nChunks: 2\r\n'),
      text(inHex('a9'), 'Message-ID: {2}\r\nChunk: 1\r\n'),
    ],
    shown('é'),
  ),

  chatCase(KINDS, 'a nudge of number two', [other('text/x-msnmsgr-datacast', 'ID: 2\r\n')], TOLD),
  chatCase(KINDS, 'a nudge of no number', [other('text/x-msnmsgr-datacast', 'ID: one\r\n')], NOTHING),
  chatCase(
    KINDS,
    'a wink that lies at a path',
    [
      other(
        'text/x-msnmsgr-datacast',
        'ID: 2\r\nData: <msnobj Creator="bob@example.com" Type="8" Location="../../x" stamp="AAAA"/>\r\n',
      ),
    ],
    TOLD,
    'CVE-2010-0013',
  ),
  chatCase(KINDS, 'ink that is none', [other('application/x-ms-ink', 'base64:AAAA')], TOLD, 'CVE-2009-3084'),
  chatCase(
    KINDS,
    'ink in letters of two bytes',
    [Buffer.concat([Buffer.from(other('application/x-ms-ink')), Buffer.from('base64:', 'utf16le')])],
    TOLD,
    'CVE-2009-3084',
  ),
  chatCase(
    KINDS,
    'ink in pieces that never end',
    [`Content-Type: image/gif\r\nMessage-ID: {1}\r\nChunks: 3\r\n\r\nbase64:`],
    NOTHING,
    'CVE-2009-3084',
  ),
  chatCase(
    KINDS,
    'a file by the old way',
    [
      other(
        'text/x-msmsgsinvite',
        'Application-Name: File Transfer\r\nInvitation-Command: INVITE\r\nApplication-File: ../../x\r\nApplication-FileSize: -1\r\n',
      ),
    ],
    TOLD,
  ),
  chatCase(
    KINDS,
    'a key that was not asked for',
    [other('text/x-keepalive'), other('text/x-clientcaps', 'Client-Name: x\r\n'.repeat(50))],
    NOTHING,
  ),

  chatCase(NAME, 'a name of markup', [text('hello', 'P4-Context: <b>x</b>\r\n')], shown('<b>x</b>: hello')),
  chatCase(NAME, 'a name of controls', [text('hello', 'P4-Context: \u0001\u0002\r\n')], shown('hello')),
  chatCase(
    NAME,
    'a name of four thousand letters',
    [text('hello', `P4-Context: ${'x'.repeat(4_000)}\r\n`)],
    shown(`${'x'.repeat(4_000)}: hello`),
  ),

  chatCase(WORDS, 'markup', [text('<script>alert(1)</script>')], shown('<script>alert(1)</script>')),
  chatCase(WORDS, 'a mention of everybody', [text('@room @alice:example.com')], shown('@room @alice:example.com')),
  chatCase(
    WORDS,
    'a link to harm',
    [text('<a href="javascript:alert(1)">x</a>')],
    shown('<a href="javascript:alert(1)">x</a>'),
  ),
  chatCase(WORDS, 'an action without words', [text('/me ')], shown('/me ')),
  chatCase(WORDS, 'thirty thousand letters', [text('x'.repeat(30_000))], shown(`${'x'.repeat(24_000)}…`)),
  chatCase(WORDS, 'sixty thousand bytes of markup', [text('&<>"\''.repeat(12_000))], {
    shown: [/^(?:&<>"'){3990,4000}.{0,4}…$/],
  }),
];

export const chatMessages = chatKind('messages', CASES);
