// Person-to-person content: the packets, texts and object descriptions that other programs have fallen over. None of it
// is asked for and nothing is answered, so none may cost more than its bytes.

import { chatCase, chatKind, TOLD } from './chats.ts';
import type { ChatCase } from './chats.ts';
import { context, FILES, invite, msnObject, OBJECTS, p2p, packet } from './p2p.ts';

const NOTHING = { shown: [] };
const SIZES = 'what a packet says of sizes and places is not believed';
const FIELDS = 'a text of the session layer may lack any of its fields';
const NAMES = 'a name given by others leads to no file of ours';
const ASKED = 'what was not asked for is not taken';
const BASE64 = 'base64 may be none';
const SHORT = 'a packet may be shorter than its head';

const MAX_64 = 0xffff_ffff_ffff_ffffn;
const PATH = '../../../../../../etc/passwd';
const object = (more: string): string =>
  msnObject(`Creator="alice@example.com" Size="4" Type="2" ${more} Friendly="AAA=" SHA1D="x" SHA1C="x"`);
const asking = (location: string): Buffer => invite(OBJECTS + context(object(`Location="${location}"`)));
const slp = (text: string): Buffer => packet({ body: text });

const CASES: readonly ChatCase[] = [
  chatCase(
    SIZES,
    'an offset at the end of 64 bits',
    [packet({ offset: MAX_64, total: 10n, body: 'x' })],
    NOTHING,
    'CVE-2008-2927',
  ),
  chatCase(
    SIZES,
    'offset and length that wrap round',
    [packet({ offset: MAX_64 - 3n, total: 4n, length: 8, body: '12345678' })],
    NOTHING,
    'CVE-2008-2927',
  ),
  chatCase(
    SIZES,
    'a total of 64 bits',
    [packet({ session: 9, flags: 0x20, total: MAX_64, body: 'x' })],
    NOTHING,
    'CVE-2008-2927',
  ),
  chatCase(SIZES, 'a length of 32 bits', [packet({ length: 0xffff_ffff, body: 'x' })], NOTHING, 'CVE-2009-1376'),
  chatCase(
    SIZES,
    'an offset behind the total',
    [packet({ offset: 5_000n, total: 4n, body: 'abcd' })],
    NOTHING,
    'CVE-2009-1376',
  ),
  chatCase(
    SIZES,
    'a total that shrinks',
    [
      packet({ session: 9, total: 4_000n, body: 'a'.repeat(1_000) }),
      packet({ session: 9, total: 4n, offset: 1_000n, body: 'a'.repeat(1_000) }),
    ],
    NOTHING,
    'CVE-2009-1376',
  ),
  chatCase(
    ASKED,
    'a piece of a message that never began',
    [packet({ session: 0, id: 77, offset: 1_202n, total: 2_404n, body: 'x'.repeat(1_202) })],
    NOTHING,
    'CVE-2009-2694',
  ),
  chatCase(
    ASKED,
    'an acknowledgement, then the data that it acknowledges',
    [packet({ flags: 2, total: 4n, length: 0 }), packet({ session: 9, flags: 0x20, body: 'data' })],
    NOTHING,
    'CVE-2009-2694',
  ),
  chatCase(
    ASKED,
    'pieces in the wrong order, and twice',
    [2_404n, 0n, 1_202n, 0n, 1_202n].map((offset) =>
      packet({ session: 9, flags: 0x30, offset, total: 3_606n, body: 'x'.repeat(1_202) }),
    ),
    NOTHING,
    'CVE-2009-2694',
  ),
  chatCase(
    ASKED,
    'ten thousand sessions at once',
    Array.from({ length: 200 }, (_, index) =>
      packet({ session: index + 1, id: index, flags: 0x30, total: 1_000_000n, body: 'x' }),
    ),
    NOTHING,
  ),

  chatCase(
    FIELDS,
    'an invitation with its first line alone',
    [slp('INVITE MSNMSGR:alice@example.com MSNSLP/1.0\r\n\r\n\0')],
    NOTHING,
    'CVE-2009-3083',
  ),
  chatCase(
    FIELDS,
    'an invitation of no application',
    [invite('SessionID: 7\r\nContext: AAAA\r\n')],
    NOTHING,
    'CVE-2009-3083',
  ),
  chatCase(
    FIELDS,
    'an invitation without a session',
    [invite('EUF-GUID: {5D3E02AB-6190-11D3-BBBB-00C04F795683}\r\nAppID: 2\r\n')],
    TOLD,
    'CVE-2009-3083',
  ),
  chatCase(FIELDS, 'an invitation without a context', [invite(OBJECTS)], NOTHING, 'CVE-2010-0277'),
  chatCase(
    FIELDS,
    'an invitation of 4,294,967,296 bytes',
    [invite(OBJECTS, 'Content-Length: 4294967296\r\n')],
    NOTHING,
    'CVE-2010-0277',
  ),
  chatCase(
    FIELDS,
    'an invitation without colons',
    [slp('INVITE MSNMSGR:alice@example.com MSNSLP/1.0\r\nTo From Via\r\n\r\nEUF-GUID\r\n\0')],
    NOTHING,
    'CVE-2010-0277',
  ),
  chatCase(
    FIELDS,
    'a goodbye to nothing',
    [slp('BYE MSNMSGR:alice@example.com MSNSLP/1.0\r\nCall-ID: {x}\r\nContent-Length: -1\r\n\r\n\0')],
    NOTHING,
    'CVE-2010-0277',
  ),
  chatCase(
    FIELDS,
    'a status of no number',
    [slp('MSNSLP/1.0 abc OK\r\n\r\n\0'), slp('MSNSLP/1.0\r\n\r\n\0'), slp('\0')],
    NOTHING,
    'CVE-2010-0277',
  ),

  chatCase(NAMES, 'an emoticon asked for by a path', [asking(PATH)], NOTHING, 'CVE-2010-0013'),
  chatCase(NAMES, 'a picture asked for by a whole path', [asking('/etc/passwd')], NOTHING, 'CVE-2010-0013'),
  chatCase(
    NAMES,
    'a picture asked for by a path of Windows',
    [asking('..\\..\\config.yaml')],
    NOTHING,
    'CVE-2010-0013',
  ),
  chatCase(NAMES, 'a picture asked for by an address', [asking('file:///etc/passwd')], NOTHING, 'CVE-2010-0013'),
  chatCase(NAMES, 'a path with a NUL in it', [asking('TFR1.tmp\0../../etc/passwd')], NOTHING, 'CVE-2010-0013'),
  chatCase(
    NAMES,
    'a custom emoticon that lies at a path',
    [`MIME-Version: 1.0\r\nContent-Type: text/x-mms-emoticon\r\n\r\n(x)\t${object(`Location="${PATH}"`)}\t`],
    NOTHING,
    'CVE-2010-0013',
  ),

  ...[
    ['of no shortcut', '\t'],
    ['of no object', ':)\t'],
    ['of nothing but tabs', '\t'.repeat(1_500)],
    ['with half an object', ':)\t<msnobj Creator="bob@example.com" Size="\t'],
    ['with a quote in its object', `:)\t${object('Location="a"b"')}\t`],
    ['with a size of minus one', `:)\t${msnObject('Creator="bob@example.com" Size="-1" Type="2" SHA1D="x"')}\t`],
    ['of twenty shortcuts', `:)\t${object('Location="0"')}\t`.repeat(8)],
  ].map(([what = '', body = '']) =>
    chatCase(
      FIELDS,
      `a custom emoticon ${what}`,
      [`MIME-Version: 1.0\r\nContent-Type: text/x-mms-emoticon\r\n\r\n${body}`],
      NOTHING,
      'CVE-2010-1624',
    ),
  ),

  chatCase(BASE64, 'a context that is none', [invite(`${OBJECTS}Context: ****\r\n`)], NOTHING, 'CVE-2010-3711'),
  chatCase(BASE64, 'an empty context', [invite(`${OBJECTS}Context: \r\n`)], NOTHING, 'CVE-2010-3711'),
  chatCase(
    BASE64,
    'a context of padding',
    [invite(`${OBJECTS}Context: ${'='.repeat(1_000)}\r\n`)],
    NOTHING,
    'CVE-2010-3711',
  ),
  chatCase(BASE64, 'a file of three bytes for a context', [invite(FILES + 'Context: AAAA\r\n')], TOLD, 'CVE-2010-3711'),

  ...[0, 1, 3, 4, 8, 16, 47, 48, 51].map((size) =>
    chatCase(SHORT, `a packet of ${size} bytes`, [p2p(Buffer.alloc(size, 0xff))], NOTHING, 'CVE-2010-4528'),
  ),
  chatCase(
    SHORT,
    'a packet of the new layout whose head is longer than itself',
    [p2p(Buffer.from('ff02ffff00000001', 'hex'), 'P2P-Src: bob@example.com;{x}\r\n')],
    NOTHING,
    'CVE-2010-4528',
  ),
];

export const personToPerson = chatKind('person to person', CASES);
