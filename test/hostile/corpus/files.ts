// Files that are offered, by packets and by the old way, with names made to overrun, to mislead and to lead elsewhere.
// A file is told of and not taken: nothing of its name is shown, kept or opened.

import { chatCase, chatKind, TOLD } from './chats.ts';
import type { ChatCase } from './chats.ts';
import { fileContext, FILES, invite, packet, wholeInvite } from './p2p.ts';

const NAMES = 'a file may be called anything';
const OLD_WAY = 'a file of the old way may be called anything';
const HOLE = 'CVE-2008-2955';
/** What one packet holds. */
const PIECE = 1_202;
/** Units of UTF-16: with one more, no room is left for an end. */
const LONGEST_NAME = 259;

const offered = (what: string, context: Uint8Array): ChatCase =>
  chatCase(NAMES, what, [invite(`${FILES}Context: ${Buffer.from(context).toString('base64')}\r\n`)], TOLD, HOLE);

const classic = (what: string, file: string): ChatCase =>
  chatCase(
    OLD_WAY,
    what,
    [
      'MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n' +
        'Application-Name: File Transfer\r\nApplication-GUID: {5D3E02AB-6190-11d3-BBBB-00C04F795683}\r\n' +
        `Invitation-Command: INVITE\r\nInvitation-Cookie: 33267\r\nApplication-File: ${file}\r\n` +
        'Application-FileSize: 60904\r\nConnectivity: N\r\n\r\n',
    ],
    TOLD,
    HOLE,
  );

/** As long as clients send none: in as many packets as it needs. */
function inPieces(context: Uint8Array): ChatCase {
  const whole = wholeInvite(`${FILES}Context: ${Buffer.from(context).toString('base64')}\r\n`);
  const pieces = Array.from({ length: Math.ceil(whole.length / PIECE) }, (_, index) =>
    packet({
      offset: BigInt(index * PIECE),
      total: BigInt(whole.length),
      body: whole.subarray(index * PIECE, (index + 1) * PIECE),
    }),
  );
  return chatCase(NAMES, 'a context of sixty thousand bytes, in pieces', pieces, TOLD, HOLE);
}

const CASES: readonly ChatCase[] = [
  offered('a name of 260 units without an end', fileContext({ name: 'x'.repeat(LONGEST_NAME + 1) })),
  offered('a name that runs on to the end of the head', fileContext({ name: 'x'.repeat(275) })),
  offered('a name of nothing but half characters', fileContext({ name: '\ud83d'.repeat(LONGEST_NAME) })),
  offered('a NUL in the name, and a path behind it', fileContext({ name: 'a.txt\0../../etc/passwd' })),
  offered('a name that is a path', fileContext({ name: '../../../../etc/passwd' })),
  offered('a name that is a path of Windows', fileContext({ name: '..\\..\\config.yaml' })),
  offered('signs of all kinds', fileContext({ name: '%s%n<b>"&\r\n\u202etxt.exe\u2028*?|:' })),
  offered('no name', fileContext({ name: '' })),
  offered('a size of 64 bits', fileContext({ name: 'a.txt', size: 0xffff_ffff_ffff_ffffn })),
  offered('a head that says it is longer than all', fileContext({ name: 'a.txt', length: 0xffff_ffff })),
  offered('a head that says it is nothing', fileContext({ name: 'a.txt', length: 0 })),
  offered('a context that ends within the name', fileContext({ name: 'x'.repeat(LONGEST_NAME) }).subarray(0, 41)),
  offered('as long as one message holds', fileContext({ name: 'a.png', preview: Buffer.alloc(47_000, 0x89) })),
  inPieces(fileContext({ name: 'a.png', preview: Buffer.alloc(60_000, 0x89) })),

  classic('a name of fifty thousand letters', 'x'.repeat(50_000)),
  classic('a name with controls', 'a\u0000b\u0007c\u001b[31m\u007f\u0085.txt'),
  classic('a name that goes on in more fields', 'a.txt\rInvitation-Command: CANCEL\nApplication-GUID: {0}'),
  classic('a name that turns round', '\u202etxt.exe\u2066'),
  classic('a path for a name', '..\\..\\../../etc/passwd\0.txt'),
  classic('half a character for a name', '\ud83d'),
];

export const files = chatKind('offered files', CASES);
