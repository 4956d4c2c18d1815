// In what our client may differ from those recorded, as one table; anything else is a fault. Knows commands, no session.

import { readMime } from '../../../src/msnp/mime.ts';
import { dialect as spokenDialect } from '../../../src/msnp/dialect.ts';
import type { DialectName } from '../../../src/msnp/dialect.ts';
import type { Frame } from '../../../src/msnp/frame.ts';

export interface Circumstances {
  readonly kind: 'notification' | 'switchboard';
  /** The ticket has been shown. */
  readonly signedIn: boolean;
  /** The server has echoed a CHG. */
  readonly statusSet: boolean;
  readonly own: string;
  readonly dialect: DialectName;
}

interface Difference {
  readonly what: string;
  /** The command as it is compared; undefined: it is not compared at all. */
  readonly apply: (frame: Frame, when: Circumstances) => Frame | undefined;
}

/** How our client would ask for what the recorded one asked for. */
const WANTED = new Map([
  ['U', 'U'],
  ['N', 'U'],
  ['A', 'A'],
  ['D', 'A'],
]);

/** Arguments here still begin with the transaction number. */
const DIFFERENCES: readonly Difference[] = [
  {
    what: 'the recorder wrote commands in any letter case, with several spaces',
    apply: (frame) => ({ ...frame, verb: frame.verb.toUpperCase(), args: frame.args.filter((word) => word !== '') }),
  },
  {
    what: 'our client sends fewer commands',
    apply: (frame, { kind }) => {
      const ours = {
        notification: ['VER', 'CVR', 'USR', 'SYN', 'CHG', 'REA', 'PRP', 'XFR', 'PNG', 'OUT'],
        switchboard: ['USR', 'ANS', 'CAL', 'MSG', 'OUT'],
      };
      return ours[kind].includes(frame.verb) ? frame : undefined;
    },
  },
  {
    what: 'the recorder did what is not done before the sign-in, and signed in again after it',
    apply: (frame, { kind, signedIn }) => {
      const before = ['VER', 'CVR', 'USR'].includes(frame.verb);
      return kind === 'switchboard' || frame.verb === 'OUT' || before !== signedIn ? frame : undefined;
    },
  },
  {
    what: 'the recorder asked for the contact list twice, and for another server',
    apply: (frame, { statusSet }) =>
      (frame.verb === 'SYN' && statusSet) || (frame.verb === 'XFR' && (!statusSet || frame.args[1] !== 'SB'))
        ? undefined
        : frame,
  },
  {
    what: 'the recorder set statuses that there are not, or without its capabilities',
    apply: (frame) =>
      frame.verb === 'CHG' && (frame.args.length < 3 || ['FLN', 'ZZZ'].includes(frame.args[1] ?? ''))
        ? undefined
        : frame,
  },
  {
    what: 'our client shows no picture',
    apply: (frame) => (frame.verb === 'CHG' ? { ...frame, args: frame.args.slice(0, 3) } : frame),
  },
  {
    what: 'our client renames only itself, and has no telephone',
    apply: (frame, { own, dialect }) => {
      const byAccount = spokenDialect(dialect).ownNick === 'account';
      if (frame.verb === 'REA')
        return byAccount && frame.args[1] === own && frame.args.length === 3 ? frame : undefined;
      if (frame.verb === 'PRP') return !byAccount && frame.args[1] === 'MFN' ? frame : undefined;
      return frame;
    },
  },
  {
    what: 'our client encodes every name',
    // oxlint-disable-next-line no-control-regex
    apply: (frame) => (frame.verb === 'PRP' && /[^\x00-\x7f]/.test(frame.args.join(' ')) ? undefined : frame),
  },
  {
    what: 'our client wants an ACK or nothing',
    apply: (frame) => {
      if (frame.verb !== 'MSG') return frame;
      const [trid = '', letter = ''] = frame.args;
      const wanted = WANTED.get(letter);
      return wanted === undefined ? undefined : { ...frame, args: [trid, wanted] };
    },
  },
  {
    what: 'our client sends no message too long, in pieces, without a head or not in UTF-8',
    apply: (frame) => {
      if (frame.verb !== 'MSG') return frame;
      const payload = Buffer.from(frame.payload);
      const headless = !payload.includes('\r\n\r\n');
      const inPieces = payload.includes('Message-ID:');
      return payload.length > 1664 || headless || inPieces || payload.includes(0xff) ? undefined : frame;
    },
  },
  {
    what: 'header names, their order, the name of the program, MIME-Version; CS, PF and RL=0 of the format',
    apply: (frame) => (frame.verb === 'MSG' ? { ...frame, payload: comparablePayload(frame.payload) } : frame),
  },
  {
    what: 'transaction numbers',
    apply: (frame) => (['PNG', 'OUT'].includes(frame.verb) ? frame : { ...frame, args: frame.args.slice(1) }),
  },
];

/** Connections where the recorder went another way on purpose, and how many commands are the same until then. */
export const PARTINGS = new Map<string, { readonly why: string; readonly after: number }>([
  ['msnp8-contacts 10', { why: 'signs out before the first status', after: 5 }],
  ['msnp8-errors 1', { why: 'leaves after VER', after: 1 }],
  ['msnp8-errors 3', { why: 'sends VER twice', after: 1 }],
  ['msnp8-errors 12', { why: 'spells the address in two ways', after: 1 }],
  ['msnp8-errors 16', { why: 'pings before the sign-in', after: 1 }],
  ['msnp8-errors 17', { why: 'synchronizes before the sign-in', after: 1 }],
  ['msnp8-errors 39', { why: 'sends an empty line', after: 4 }],
  ['msnp8-errors 42', { why: 'sends a line that is no text', after: 4 }],
  ['msnp8-errors 45', { why: 'the OUT of its older namesake stands in its record', after: 4 }],
  ['msnp11-pending-list 12', { why: 'signs out before the first status', after: 5 }],
]);

/** What is compared of one command; undefined: nothing. */
export function comparable(frame: Frame, when: Circumstances): string | undefined {
  let rest: Frame | undefined = frame;
  for (const { apply } of DIFFERENCES) rest = rest === undefined ? undefined : apply(rest, when);
  if (rest === undefined) return undefined;
  const payload = Buffer.from(rest.payload).toString('latin1');
  return [rest.verb, ...rest.args, ...(payload === '' ? [] : [payload])].join(' ');
}

function comparablePayload(payload: Uint8Array): Uint8Array {
  const mime = readMime(payload);
  if (mime === undefined) return payload;
  const headers = [...mime.headers]
    .filter(([name]) => name !== 'mime-version' && name !== 'user-agent')
    .map(([name, value]) => `${name}: ${name === 'x-mms-im-format' ? comparableFormat(value) : value}\n`)
    .sort();
  return Buffer.concat([Buffer.from(`${headers.join('')}\n`), mime.body]);
}

function comparableFormat(value: string): string {
  const parts = value.split(';').map((part) => part.trim());
  return parts.filter((part) => !/^(?:CS|PF)=|^RL=0$/.test(part)).join('; ');
}
