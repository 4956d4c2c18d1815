// In what our client may differ from those recorded, as one table; anything else is a fault. Knows commands, no session.

import { normalizeAddress } from '../../../src/msnp/address.ts';
import type { ContactBook } from '../../../src/msnp/contact-book.ts';
import { isOn } from '../../../src/msnp/contacts.ts';
import { dialect as spokenDialect } from '../../../src/msnp/dialect.ts';
import type { DialectName } from '../../../src/msnp/dialect.ts';
import { readMime } from '../../../src/msnp/mime.ts';
import { accepted } from '../../../src/msnp/refused.ts';
import type { Frame } from '../../../src/msnp/frame.ts';

export interface Circumstances {
  readonly kind: 'notification' | 'switchboard';
  /** The proof has been shown. */
  readonly signedIn: boolean;
  /** The server has echoed a CHG. */
  readonly statusSet: boolean;
  readonly own: string;
  readonly dialect: DialectName;
  /** The contact list as our client knows it. */
  readonly book: ContactBook;
}

interface Difference {
  readonly what: string;
  /** The command as it is compared; undefined: it is not compared at all. */
  readonly apply: (frame: Frame, when: Circumstances) => Frame | undefined;
}

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
        notification: ['VER INF CVR USR SYN CHG XFR PNG OUT', 'ADD ADC REM ADG REG RMG BLP GTC REA SBP PRP UUX'].join(
          ' ',
        ),
        switchboard: 'USR ANS CAL MSG OUT',
      };
      return ours[kind].split(' ').includes(frame.verb) ? frame : undefined;
    },
  },
  {
    what: 'the recorder did what is not done before the sign-in, and signed in again after it',
    apply: (frame, { kind, signedIn }) => {
      const before = ['VER', 'INF', 'CVR', 'USR'].includes(frame.verb);
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
    what: 'the recorder introduced itself, which old versions do not need',
    apply: (frame, { dialect }) =>
      frame.verb === 'CVR' && spokenDialect(dialect).greeting === 'INF' ? undefined : frame,
  },
  {
    what: 'the recorder set statuses that there are not, or without its capabilities',
    apply: (frame, { dialect }) => {
      const enough = spokenDialect(dialect).capabilities ? 3 : 2;
      const wrong = frame.args.length < enough || ['FLN', 'ZZZ'].includes(frame.args[1] ?? '');
      return frame.verb === 'CHG' && wrong ? undefined : frame;
    },
  },
  {
    what: 'our client shows no picture',
    apply: (frame) => (frame.verb === 'CHG' ? { ...frame, args: frame.args.slice(0, 3) } : frame),
  },
  {
    what: 'our client sends no command of another version',
    apply: (frame, { dialect }) => {
      const { addition, ownNick, personalMessage } = spokenDialect(dialect);
      const strange = {
        ADD: addition !== 'ADD',
        REA: addition !== 'ADD',
        ADC: addition !== 'ADC',
        SBP: addition !== 'ADC',
        PRP: frame.args[1] === 'MFN' && ownNick !== 'property',
        UUX: !personalMessage,
      };
      return new Map(Object.entries(strange)).get(frame.verb) === true ? undefined : frame;
    },
  },
  {
    what: 'our client sends no name that is empty, not encoded or too long',
    apply: (frame) => {
      const at = { PRP: 2, REA: 2, ADG: 1, REG: 2 }[frame.verb];
      const name = at === undefined ? 'fine' : frame.args[at];
      const limit = ['ADG', 'REG'].includes(frame.verb) ? 61 : 387;
      const isFlag = frame.verb === 'PRP' && frame.args[1] !== 'MFN';
      // oxlint-disable-next-line no-control-regex
      const strange = frame.args.length > 4 || /[^\x00-\x7f]/.test(frame.args.join(' '));
      if (['PRP', 'REA'].includes(frame.verb) && strange) return undefined;
      return isFlag || (name !== undefined && name.length <= limit) ? frame : undefined;
    },
  },
  {
    what: 'our client asks nothing about people and groups that it knows not to be there',
    apply: (frame, { book, dialect }) => {
      const [, first = '', second = '', third = ''] = frame.args;
      const byGuid = spokenDialect(dialect).addition === 'ADC';
      const isPerson = (word: string): boolean =>
        byGuid ? book.addressOf(word) !== undefined : book.contact(normalizeAddress(word)) !== undefined;
      const isGroup = (word: string): boolean => word === '' || book.hasGroup(word);
      const known = {
        ADD: second.includes('@') && isGroup(frame.args[4] ?? ''),
        ADC: second.startsWith('C=') ? isPerson(second.slice(2)) && isGroup(third) : second.includes('@'),
        REM: (!byGuid || first !== 'FL' || isPerson(second)) && isGroup(third),
        REA: isPerson(first) || second === '' || frame.args.length === 3,
        SBP: isPerson(first),
        REG: isGroup(first),
        RMG: isGroup(first) && first !== '0',
      };
      return new Map(Object.entries(known)).get(frame.verb) === false ? undefined : frame;
    },
  },
  {
    what: 'our client puts people on the reverse list only where they were pending',
    apply: (frame, { book, dialect }) => {
      if (frame.verb !== 'ADC' || frame.args[1] !== 'RL') return frame;
      const address = normalizeAddress(frame.args[2]?.slice(2) ?? '');
      return isOn('pending', book.contact(address)) && spokenDialect(dialect).pending === 'reversed'
        ? frame
        : undefined;
    },
  },
  {
    what: 'our client saves the members of a group before it removes it',
    apply: (frame, { book, dialect }) => {
      const lonely = [...book.contacts].some(({ groups }) => groups.length === 1 && groups[0] === frame.args[1]);
      return frame.verb === 'RMG' && lonely && spokenDialect(dialect).groupIds === 'number' ? undefined : frame;
    },
  },
  {
    what: 'our client tells its personal message after its first status, and in XML',
    apply: (frame, { statusSet }) =>
      frame.verb === 'UUX' && (!statusSet || !Buffer.from(frame.payload).includes('</Data>')) ? undefined : frame,
  },
  {
    what: 'our client sends no message with a letter that there is not',
    apply: (frame) =>
      frame.verb === 'MSG' && !/^[UNAD]$/.test(frame.args[1] ?? '')
        ? undefined
        : frame.verb === 'MSG'
          ? { ...frame, args: frame.args.slice(0, 2) }
          : frame,
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
    what: 'header names, their order, the name of the program and the line after it, MIME-Version; CS, PF and RL=0 of the format',
    apply: (frame) => (frame.verb === 'MSG' ? { ...frame, payload: comparablePayload(frame.payload) } : frame),
  },
  {
    what: 'an @ in a name is encoded, or not',
    apply: (frame) =>
      frame.verb === 'ADD'
        ? { ...frame, args: frame.args.map((word, at) => (at === 3 ? word.replaceAll('%40', '@') : word)) }
        : frame,
  },
  {
    what: 'transaction numbers',
    apply: (frame) => (['PNG', 'OUT'].includes(frame.verb) ? frame : { ...frame, args: frame.args.slice(1) }),
  },
];

/** Connections where the recorder went another way on purpose, and how many commands are the same until then. */
export const PARTINGS = new Map<string, { readonly why: string; readonly after: number }>([
  ['msnp2-7-login-errors 0', { why: 'offers the password in clear', after: 2 }],
  ['msnp2-7-login-errors 4', { why: 'asks for methods where there is one only', after: 1 }],
  ['msnp2-7-login-errors 5', { why: 'signs in by the method of an older version', after: 1 }],
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
  const mime = accepted(readMime(payload));
  if (mime === undefined) return payload;
  const headers = [...mime.headers]
    .filter(([name]) => name !== 'mime-version' && name !== 'user-agent')
    .map(([name, value]) => `${name}: ${name === 'x-mms-im-format' ? comparableFormat(value) : value}\n`)
    .sort();
  const isProgram = mime.headers.get('content-type') === 'text/x-clientcaps';
  const body = isProgram ? Buffer.from(Buffer.from(mime.body).toString().trimEnd()) : mime.body;
  return Buffer.concat([Buffer.from(`${headers.join('')}\n`), body]);
}

function comparableFormat(value: string): string {
  const parts = value.split(';').map((part) => part.trim());
  return parts.filter((part) => !/^(?:CS|PF)=|^RL=0$/.test(part)).join('; ');
}
