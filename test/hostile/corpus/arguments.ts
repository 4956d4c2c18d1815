// What people type in Matrix and what becomes an argument of a command: none of it ends a line, makes two words of one,
// or adds a header.

import assert from 'node:assert/strict';

import { plainText, text } from '../../../src/bridge/events.ts';
import { command, named, text as encoded } from '../../../src/msnp/command.ts';
import type { ContactCommand } from '../../../src/msnp/contact-types.ts';
import type { DialectName } from '../../../src/msnp/dialect.ts';
import { MAX_PAYLOAD, writeMessage } from '../../../src/msnp/message.ts';
import { readMime } from '../../../src/msnp/mime.ts';
import { accepted } from '../../../src/msnp/refused.ts';
import type { NotificationCommand } from '../../../src/msnp/notification-types.ts';
import { NotificationSession } from '../../../src/msnp/notification.ts';
import { PLAIN } from '../../../src/msnp/text-format.ts';
import { split, toMessage } from '../../../src/networks/msn/convert-content.ts';
import { order, received } from '../../msnp/support/inputs.ts';
import { kind } from './kind.ts';
import type { Entry, HostileCase } from './kind.ts';
import { commandsIn } from './machines.ts';

interface ArgumentCase extends HostileCase {
  readonly typed: string;
}

/** One command line, with so many words. */
function isOneLine(bytes: Uint8Array, words: number): void {
  const lines = commandsIn(bytes);
  assert.equal(lines.length, 1);
  assert.equal(lines[0]?.split(' ').length, words);
}

const MESSAGES: readonly (readonly [name: string, write: (typed: string) => Uint8Array, headers: number])[] = [
  ['the words of a message', (typed) => writeMessage({ type: 'text', text: typed, format: PLAIN }), 3],
  ['the font of a message', (typed) => writeMessage({ type: 'text', text: 'x', format: { ...PLAIN, font: typed } }), 3],
  ['the name beside a message', (typed) => writeMessage({ type: 'text', text: 'x', format: PLAIN, name: typed }), 4],
  ['who types', (typed) => writeMessage({ type: 'typing', address: typed }), 3],
  [
    'a header of another kind',
    (typed) =>
      writeMessage({
        type: 'other',
        contentType: 'x',
        headers: new Map([[`X-${typed}`, typed]]),
        body: Buffer.alloc(0),
      }),
    3,
  ],
];

function messageEntries(): readonly Entry<ArgumentCase>[] {
  return MESSAGES.map(([name, write, headers]) => ({
    name,
    enter: ({ typed }) => {
      const payload = write(typed);
      const head = Buffer.from(payload).toString().split('\r\n\r\n')[0] ?? '';
      assert.equal(head.split('\r\n').length, headers, 'no header more');
      assert.ok((accepted(readMime(payload))?.headers.size ?? 0) <= headers);
      isOneLine(command('MSG', 1, ['A'], payload), 4);
    },
  }));
}

type WishOf = (typed: string) => NotificationCommand | ContactCommand;

const WISHES: readonly (readonly [name: string, wish: WishOf])[] = [
  ['a name of one’s own', (nick) => ({ type: 'set-nick', request: 'r', nick })],
  ['a personal message', (message) => ({ type: 'set-personal-message', request: 'r', message })],
  ['what one listens to', (media) => ({ type: 'set-personal-message', request: 'r', message: '', media })],
  ['whom to add', (address) => ({ type: 'add-to-list', request: 'r', list: 'forward', address })],
  [
    'what to call somebody who is added',
    (nick) => ({ type: 'add-to-list', request: 'r', list: 'forward', address: 'b@c.d', nick }),
  ],
  ['whom to remove', (address) => ({ type: 'remove-from-list', request: 'r', list: 'forward', address })],
  ['whom to block', (address) => ({ type: 'block-contact', request: 'r', address })],
  ['what to call somebody', (nick) => ({ type: 'rename-contact', request: 'r', address: 'bob@example.com', nick })],
  ['what to call a group', (name) => ({ type: 'add-group', request: 'r', name })],
  ['how to name a group anew', (name) => ({ type: 'rename-group', request: 'r', group: '1', name })],
  ['which group to remove', (group) => ({ type: 'remove-group', request: 'r', group })],
  ['where to put somebody', (group) => ({ type: 'add-to-group', request: 'r', address: 'bob@example.com', group })],
  ['a telephone number', (value) => ({ type: 'set-property', request: 'r', name: 'PHH', value })],
  ['to whom a letter goes', (argument) => ({ type: 'request-page', request: 'r', page: 'COMPOSE', argument })],
];

const DIALECTS: readonly (readonly [name: DialectName, list: string])[] = [
  ['MSNP8', 'SYN 5 1 1 1\r\nLSG 1 Friends 0\r\nLST bob@example.com Bob 3 1\r\n'],
  ['MSNP12', 'SYN 5 1 1 1 1\r\nLSG Friends 1\r\nLST N=bob@example.com F=Bob C=guid 3 1 1\r\n'],
];

function signedIn(name: DialectName, list: string): NotificationSession {
  const session = new NotificationSession({ address: 'alice@example.com', dialects: [name] });
  session.handle(order({ type: 'sign-in' }));
  session.handle(received(`VER 1 ${name}\r\nCVR 2 1\r\nUSR 3 TWN S c\r\n`));
  session.handle(order({ type: 'ticket', ticket: 't' }));
  session.handle(received(`USR 4 OK a@b.c A 1 0\r\n${list}CHG 6 NLN 0\r\nCHL 0 1\r\n`));
  return session;
}

/** Sent, or refused with a reason; every line is one of ours. */
function wishEntries(): readonly Entry<ArgumentCase>[] {
  return DIALECTS.flatMap(([dialect, list]) =>
    WISHES.map(([name, wish]) => ({
      name: `${name}, in ${dialect}`,
      enter: ({ typed }) => {
        const outputs = signedIn(dialect, list).handle(order(wish(typed)));
        for (const output of outputs) if (output.type === 'send') assert.equal(commandsIn(output.bytes).length, 1);
        const answers = outputs.filter((output) => output.type === 'send' || output.type === 'event');
        assert.ok(answers.length > 0, 'it is sent, done or refused');
      },
    })),
  );
}

const BUILDER: readonly Entry<ArgumentCase>[] = [
  { name: 'a token of the builder', enter: ({ typed }) => isOneLine(command('XFR', 7, ['SB', typed, 'x']), 5) },
  { name: 'a text of the builder', enter: ({ typed }) => isOneLine(command('XFR', 7, [encoded(typed), 'x']), 4) },
  { name: 'a named text of the builder', enter: ({ typed }) => isOneLine(command('XFR', 7, [named('F=', typed)]), 3) },
  {
    name: 'an argument before a payload',
    enter: ({ typed }) => isOneLine(command('MSG', 7, [typed], Buffer.from('a\r\nOUT\r\n')), 4),
  },
  {
    name: 'the words of a Matrix message',
    enter: ({ typed }) => {
      const pieces = split(text(typed));
      for (const piece of pieces) {
        const payload = writeMessage(toMessage(piece));
        assert.ok(payload.length <= MAX_PAYLOAD);
        isOneLine(command('MSG', 1, ['A'], payload), 4);
      }
      assert.equal(pieces.length === 0, plainText(text(typed)).replaceAll(/[\s\p{Cc}]/gu, '') === '');
    },
  },
];

const argument = (rule: string, name: string, typed: string): ArgumentCase => ({ rule, name, typed });
const LINE = 'a command is one line';
const WORD = 'an argument is one word';
const HEAD = 'a head ends where we end it';
const WHOLE = 'letters are whole';
const ENCODED = 'percent signs mean themselves';

const CASES: readonly ArgumentCase[] = [
  argument(LINE, 'a command of the typist’s', 'Bob\r\nOUT\r\n'),
  argument(LINE, 'LF alone', 'Bob\nOUT'),
  argument(LINE, 'CR alone', 'Bob\rOUT'),
  argument(LINE, 'line ends of Unicode', 'Bob\u2028OUT\u2029OUT\u0085OUT'),
  argument(LINE, 'a thousand line ends', '\r\n'.repeat(1_000)),
  argument(LINE, 'a line end in other widths', 'Bob\u560d\u560aOUT'),
  argument(WORD, 'blanks', 'Bob is here'),
  argument(WORD, 'blanks of all kinds', 'a\u00a0b\u2003c\u3000d\te'),
  argument(WORD, 'a blank at each end', ' Bob '),
  argument(WORD, 'nothing', ''),
  argument(WORD, 'controls', '\u0001\u0002\u007f\u009f'),
  argument(WORD, 'NULs', 'a\0b'),
  argument(WORD, 'a second address', 'bob@example.com carol@example.com'),
  argument(WORD, 'an address and a list', 'bob@example.com FL'),
  argument(HEAD, 'a header of the typist’s', 'x\r\nX-MMS-IM-Format: FN=Evil'),
  argument(HEAD, 'the end of the head', 'x\r\n\r\nbody'),
  argument(HEAD, 'a folded header', 'x\r\n y'),
  argument(HEAD, 'colons and semicolons', 'x: y; FN=z; EF=B'),
  argument(WHOLE, 'half characters', '\ud800a\udc00'),
  argument(WHOLE, 'marks that turn the text', '\u202eevil\u2066'),
  argument(WHOLE, 'letters of four bytes', '𝒳'.repeat(300)),
  argument(WHOLE, 'a name of four thousand letters', 'x'.repeat(4_000)),
  argument(ENCODED, 'an encoded line end', 'Bob%0d%0aOUT'),
  argument(ENCODED, 'percent signs without digits', '100%zz%'),
  argument(ENCODED, 'markup', '</PSM></Data><Data><PSM>'),
  argument(ENCODED, 'the end of a CDATA section', ']]>&x;<!ENTITY'),
];

export const args = kind(
  'arguments of commands',
  CASES,
  () => [...BUILDER, ...messageEntries(), ...wishEntries()],
  ({ typed }) => typed,
);
