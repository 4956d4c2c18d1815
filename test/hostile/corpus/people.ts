// People as a server names them: addresses that nobody can have, and names that would not stay where they are shown.

import assert from 'node:assert/strict';

import { cleanName } from '../../../src/matrix/text.ts';
import { assertName } from './harmless.ts';
import { kind } from './kind.ts';
import type { Entry, HostileCase } from './kind.ts';
import { Scene } from './scene.ts';

interface PersonCase extends HostileCase {
  /** As it stands on the wire: the address, or the name. */
  readonly word: string;
}

const LAST = 'last@example.com';
const PSM = '<Data><PSM>hello there</PSM></Data>';

/** A line of the notification server that names somebody. */
type Line = (address: string, name: string) => string;

const OF_NOTIFICATION: readonly (readonly [what: string, line: Line])[] = [
  ['says that they are there', (address, name) => `NLN NLN ${address} ${name} 0\r\n`],
  ['says that they were there already', (address, name) => `ILN 6 NLN ${address} ${name} 0\r\n`],
  ['says that they have gone', (address) => `FLN ${address}\r\n`],
  ['puts them on our list', (address, name) => `ADC 0 FL N=${address} F=${name} C=guid\r\n`],
  ['puts us on theirs', (address, name) => `ADC 0 RL N=${address} F=${name}\r\n`],
  ['takes them off our list', (address) => `REM 0 FL ${address}\r\n`],
  ['renames them', (address, name) => `REA 0 1 ${address} ${name}\r\n`],
  ['tells a telephone number of theirs', (address) => `BPR 0 ${address} PHH 555\r\n`],
  [
    'tells their personal message',
    (address) => `UBX ${address} ${PSM.length}
${PSM}`,
  ],
  ['has them call us', (address, name) => `RNG 7 127.0.0.1:1863 CKI ticket ${address} ${name}\r\n`],
  [
    'tells of mail from them',
    (address, name) =>
      service('text/x-msmsgsemailnotification', `From: ${name}\r\nFrom-Addr: ${address}\r\nSubject: x\r\n`),
  ],
  [
    'tells of a message of theirs that waits',
    (address, name) =>
      service('text/x-msmsgsoimnotification', `Mail-Data: <MD><M><I>1</I><E>${address}</E><N>${name}</N></M></MD>\r\n`),
  ],
];

const OF_SWITCHBOARD: readonly (readonly [what: string, line: Line])[] = [
  ['lets them in', (address, name) => `JOI ${address} ${name} 0\r\n`],
  ['lets them out', (address) => `BYE ${address}\r\n`],
  ['has them speak', (address, name) => message(address, name, 'Content-Type: text/plain\r\n\r\nI am nobody')],
  [
    'has them type',
    (address, name) =>
      message(address, name, `Content-Type: text/x-msmsgscontrol\r\nTypingUser: ${address}\r\n\r\n\r\n`),
  ],
  [
    'has them nudge',
    (address, name) => message(address, name, 'Content-Type: text/x-msnmsgr-datacast\r\n\r\nID: 1\r\n'),
  ],
];

function service(type: string, body: string): string {
  return message('Hotmail', 'Hotmail', `Content-Type: ${type}; charset=UTF-8\r\n\r\n${body}`);
}

function message(sender: string, name: string, payload: string): string {
  return `MSG ${sender} ${name} ${Buffer.byteLength(payload)}\r\n${payload}`;
}

const ADDRESSES: readonly PersonCase[] = [
  { rule: 'the database takes no NUL', name: 'a NUL in the address', word: 'a\u0000b@example.com' },
  {
    rule: 'an index of the database takes no long key',
    name: 'four thousand letters',
    word: `${'x'.repeat(4_000)}@example.com`,
  },
  {
    rule: 'an address has 129 letters at most',
    name: 'a hundred and thirty letters',
    word: `${'x'.repeat(118)}@example.com`,
  },
  { rule: 'a control character is in no name', name: 'a control in the address', word: 'a\u0001b@example.com' },
  { rule: 'a lane and a transaction id are lines', name: 'a next-line character', word: 'a\u0085b@example.com' },
  { rule: 'a line separator is in no name', name: 'a line separator', word: 'a\u2028b@example.com' },
  {
    rule: 'what is shown does not turn the text around it',
    name: 'a mark that turns the text',
    word: 'a\u202eb@example.com',
  },
  { rule: 'what is shown does not turn the text around it', name: 'an isolate', word: 'a\u2066b@example.com' },
  { rule: 'a blank parts names', name: 'a blank of no break', word: 'a\u00a0b@example.com' },
  { rule: 'characters that nobody sees name nobody', name: 'a joiner of nothing', word: 'a\u200db@example.com' },
  {
    rule: 'characters that nobody has assigned name nobody',
    name: 'a character of private use',
    word: 'a\ue000b@example.com',
  },
  { rule: 'somebody has a name', name: 'no address at all', word: '' },
];

/** Percent-encoded, as names are. */
const NAMES: readonly PersonCase[] = [
  { rule: 'a name is one line', name: 'line ends', word: 'a%0d%0ab%0ac' },
  { rule: 'a name is one line', name: 'a line separator', word: 'a%e2%80%a8b' },
  { rule: 'a name holds no controls', name: 'controls', word: 'a%00b%07c%1b%5b31m%7f%c2%85' },
  {
    rule: 'a name does not turn the text around it',
    name: 'marks that turn the text',
    word: 'a%e2%80%aeb%e2%81%a6c%e2%81%a9',
  },
  {
    rule: 'a name does not turn the text around it',
    name: 'marks that only hint at a direction',
    word: 'a%e2%80%8eb%e2%80%8fc%d8%9c',
  },
  { rule: 'a name is of whole characters', name: 'bytes that are no letters', word: '%ff%fe%ed%a0%80%c0%af' },
  { rule: 'a name has an end', name: 'two thousand letters', word: 'x'.repeat(2_000) },
  { rule: 'a name has an end', name: 'one letter with six hundred marks', word: `a${'%cc%81'.repeat(600)}` },
  { rule: 'a name is only a name', name: 'markup', word: '%3cb%3e%3cimg%20src=x%20onerror=alert(1)%3e' },
  { rule: 'a name is only a name', name: 'a Matrix id', word: '@admin:example.com' },
  { rule: 'a name is only a name', name: 'nothing but blanks', word: '%20%20%c2%a0' },
  { rule: 'a name is only a name', name: 'broken percent signs', word: '%zz%f0%9%' },
];

type Check = (scene: Scene) => void;

function wayOf(
  place: 'notification' | 'switchboard',
  what: string,
  line: (one: PersonCase) => string,
  check: Check,
): Entry<PersonCase> {
  return {
    name: `a ${place === 'notification' ? 'notification server' : 'switchboard'} ${what}`,
    enter: async (one) => {
      const scene = await Scene.open({ dialect: 'MSNP12', over: 'memory' });
      try {
        const conversation = await scene.ring();
        if (place === 'notification') scene.tell(line(one));
        else conversation.write(line(one));
        scene.tell('ADC 0 FL N=last@example.com F=Last C=last\r\n');
        await scene.until(() => scene.contacts.some(({ address }) => address === LAST), 'what follows is heard');
        await scene.talks('probe');
        check(scene);
        assert.deepEqual(scene.errors, [], 'no mistake of ours');
      } finally {
        await scene.close();
      }
    },
  };
}

function ways(words: (one: PersonCase) => [address: string, name: string], check: Check): readonly Entry<PersonCase>[] {
  return [
    ...OF_NOTIFICATION.map(([what, line]) => wayOf('notification', what, (one) => line(...words(one)), check)),
    ...OF_SWITCHBOARD.map(([what, line]) => wayOf('switchboard', what, (one) => line(...words(one)), check)),
  ];
}

/** Nobody but those who are honest is heard of. */
function isNobody({ events, contacts }: Scene): void {
  const users = events.flatMap((event) => {
    if (event.type === 'message' || event.type === 'typing') return [event.sender];
    if (event.type === 'participants') return event.participants.map(({ user }) => user);
    return event.type === 'contact-request' ? [event.user] : [];
  });
  assert.deepEqual(new Set(users), new Set(['hostile/probe@example.com']));
  assert.deepEqual(new Set(contacts.map(({ address }) => address)), new Set([LAST]));
}

function isShownSafely({ events, contacts }: Scene): void {
  const names = events.flatMap((event) => {
    if (event.type === 'message') return [event.senderName];
    if (event.type === 'participants') return event.participants.map(({ name }) => name);
    if (event.type === 'contact-request') return [event.name];
    return event.type === 'notice' ? [event.text] : [];
  });
  for (const name of [...names, ...contacts.map((contact) => contact.name)]) {
    assertName(name);
    assert.notEqual(name.trim(), '', 'there is something to read');
    const shown = cleanName(name);
    assertName(shown);
    assert.doesNotMatch(shown, /[\n\t]/);
    assert.ok(Buffer.byteLength(shown) <= 255, 'it has an end');
  }
}

export const people = [
  ...kind(
    'addresses of a server',
    ADDRESSES,
    () => ways(({ word }) => [word, 'Name'], isNobody),
    ({ word }) => word,
  ),
  ...kind(
    'names of a server',
    NAMES,
    () => ways(({ word }) => ['dora@example.com', word], isShownSafely),
    ({ word }) => word,
  ),
];
