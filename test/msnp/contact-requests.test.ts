// What is asked about the contact list: what goes out in which version, and what becomes of it.

import { expect, test } from 'vitest';
import type { ContactCommand } from '../../src/msnp/contact-types.ts';
import type { DialectName } from '../../src/msnp/dialect.ts';
import { NotificationSession } from '../../src/msnp/notification.ts';
import type { NotificationCommand } from '../../src/msnp/notification-types.ts';
import { closed, order, received, say, woken } from './support/inputs.ts';

const BOB = 'c0000000-0000-0000-0000-000000000001';
const ANN = 'c0000000-0000-0000-0000-000000000002';
const FRIENDS = '90000000-0000-0000-0000-000000000001';
const WORK = '90000000-0000-0000-0000-000000000002';

const NUMBERED = `SYN 5 7 3 3
LSG 0 Other 0
LSG 1 Friends 0
LSG 2 Work 0
LST Bob@x.y Bob 11 1
LST ann@x.y Ann 5 0,2
LST eve@x.y Eve 8 0
`;
const listed = (groups: boolean): string => `SYN 5 7
GTC 5 7 A
BLP 5 7 AL
${groups ? 'LSG 5 7 1 2 0 Other 0\nLSG 5 7 2 2 1 Friends 0\n' : ''}LST 5 FL 7 1 2 Bob@x.y Bob${groups ? ' 1' : ''}
LST 5 FL 7 2 2 ann@x.y Ann${groups ? ' 0' : ''}
LST 5 AL 7 1 1 Bob@x.y Bob
LST 5 BL 7 1 1 ann@x.y Ann
LST 5 RL 7 1 2 Bob@x.y Bob
LST 5 RL 7 2 2 eve@x.y Eve
`;
const GUIDS = `SYN 5 1 2 3 2
LSG Friends ${FRIENDS}
LSG Work ${WORK}
LST N=Bob@x.y F=Bob C=${BOB} 11 ${FRIENDS}
LST N=ann@x.y F=Ann C=${ANN} 5 ${WORK}
LST N=eve@x.y F=Eve 16 
`;
const BURSTS = new Map([
  ['MSNP2', listed(false)],
  ['MSNP5', listed(false)],
  ['MSNP7', listed(true)],
  ['MSNP8', NUMBERED],
]);

function signedIn(name: DialectName): NotificationSession {
  const session = new NotificationSession({ address: 'Alice@x.y', dialects: [name], capabilities: 0 });
  say(session, order({ type: 'sign-in' }), received(`VER 1 ${name}\r\n`));
  say(session, received('INF 2 MD5\r\nCVR 2 1 1 1 a b\r\nUSR 3 MD5 S salt\r\nUSR 3 TWN S ct=1\r\n'));
  say(session, order({ type: 'ticket', ticket: 't' }), received('USR 4 OK Alice@x.y Alice 1 0\r\n'));
  say(session, received((BURSTS.get(name) ?? GUIDS).replaceAll('\n', '\r\n')), received('CHG 6 NLN 0\r\n'));
  return session;
}

type Wish = ContactCommand extends infer Each ? (Each extends unknown ? Omit<Each, 'request'> : never) : never;

const ask = (wish: Wish): ReturnType<typeof order<ContactCommand>> => order<ContactCommand>({ ...wish, request: 'r' });

const DONE = { type: 'request-done', request: 'r' };
const refused = (reason: string, code: number): object => ({ type: 'request-refused', request: 'r', reason, code });

test.each<[DialectName, Wish, string, string, object[]]>([
  [
    'MSNP2',
    { type: 'add-to-list', list: 'forward', address: 'New@x.y', nick: 'N n' },
    'ADD 7 FL New@x.y N%20n',
    'ADD 7 FL 8 new@x.y Other',
    [{ type: 'list-changed', list: 'forward', change: 'added', address: 'new@x.y', nick: 'N n' }],
  ],
  [
    'MSNP8',
    { type: 'add-to-list', list: 'forward', address: 'new@x.y', nick: 'N', group: '1' },
    'ADD 7 FL new@x.y N 1',
    'ADD 7 FL 8 new@x.y N 1',
    [
      { type: 'list-changed', list: 'forward', change: 'added', address: 'new@x.y', nick: 'N' },
      { type: 'contact-grouped', change: 'added', address: 'new@x.y', group: '1' },
    ],
  ],
  [
    'MSNP12',
    { type: 'add-to-list', list: 'forward', address: 'new@x.y', nick: 'N n' },
    'ADC 7 FL N=new@x.y F=N%20n',
    `ADC 7 FL N=new@x.y F=New C=${FRIENDS}`,
    [{ type: 'list-changed', list: 'forward', change: 'added', address: 'new@x.y', nick: 'N n', guid: FRIENDS }],
  ],
  [
    'MSNP12',
    { type: 'add-to-list', list: 'allow', address: 'new@x.y' },
    'ADC 7 AL N=new@x.y',
    'ADC 7 AL N=new@x.y',
    [{ type: 'list-changed', list: 'allow', change: 'added', address: 'new@x.y' }],
  ],
  [
    'MSNP12',
    { type: 'remove-from-list', list: 'forward', address: 'BOB@x.y' },
    `REM 7 FL ${BOB}`,
    `REM 7 FL ${BOB}`,
    [{ type: 'list-changed', list: 'forward', change: 'removed', address: 'bob@x.y' }],
  ],
  [
    'MSNP5',
    { type: 'remove-from-list', list: 'block', address: 'ann@x.y' },
    'REM 7 BL ann@x.y',
    'REM 7 BL 8 ann@x.y',
    [{ type: 'list-changed', list: 'block', change: 'removed', address: 'ann@x.y' }],
  ],
  [
    'MSNP7',
    { type: 'rename-contact', address: 'bob@x.y', nick: 'Bo b' },
    'REA 7 bob@x.y Bo%20b',
    'REA 7 8 bob@x.y Bo%20b',
    [{ type: 'contact-renamed', address: 'bob@x.y', nick: 'Bo b' }],
  ],
  [
    'MSNP11',
    { type: 'rename-contact', address: 'bob@x.y', nick: 'Bo b' },
    `SBP 7 ${BOB} MFN Bo%20b`,
    `SBP 7 ${BOB} MFN Bo%20b`,
    [{ type: 'contact-renamed', address: 'bob@x.y', nick: 'Bo b' }],
  ],
  [
    'MSNP7',
    { type: 'add-group', name: 'Chess Club' },
    'ADG 7 Chess%20Club 0',
    'ADG 7 8 Chess%20Club 3 0',
    [{ type: 'group-added', group: '3', name: 'Chess Club' }],
  ],
  [
    'MSNP10',
    { type: 'add-group', name: 'Chess Club' },
    'ADG 7 Chess%20Club',
    `ADG 7 Chess%20Club ${BOB} 0`,
    [{ type: 'group-added', group: BOB, name: 'Chess Club' }],
  ],
  [
    'MSNP8',
    { type: 'rename-group', group: '1', name: 'F' },
    'REG 7 1 F 0',
    'REG 7 8 1 F 0',
    [{ type: 'group-renamed', group: '1', name: 'F' }],
  ],
  [
    'MSNP10',
    { type: 'rename-group', group: WORK, name: 'W' },
    `REG 7 ${WORK} W`,
    `REG 7 1 W ${WORK} 0`,
    [{ type: 'group-renamed', group: WORK, name: 'W' }],
  ],
  [
    'MSNP10',
    { type: 'remove-group', group: WORK },
    `RMG 7 ${WORK}`,
    `RMG 7 1 ${WORK}`,
    [{ type: 'group-removed', group: WORK }],
  ],
  [
    'MSNP12',
    { type: 'add-to-group', address: 'bob@x.y', group: WORK },
    `ADC 7 FL C=${BOB} ${WORK}`,
    `ADC 7 FL C=${BOB} ${WORK}`,
    [{ type: 'contact-grouped', change: 'added', address: 'bob@x.y', group: WORK }],
  ],
  [
    'MSNP12',
    { type: 'remove-from-group', address: 'ann@x.y', group: WORK },
    `REM 7 FL ${ANN} ${WORK}`,
    `REM 7 FL ${ANN} ${WORK}`,
    [{ type: 'contact-grouped', change: 'removed', address: 'ann@x.y', group: WORK }],
  ],
  [
    'MSNP8',
    { type: 'remove-from-group', address: 'ann@x.y', group: '2' },
    'REM 7 FL ann@x.y 2',
    'REM 7 FL 8 ann@x.y 2',
    [{ type: 'contact-grouped', change: 'removed', address: 'ann@x.y', group: '2' }],
  ],
  [
    'MSNP2',
    { type: 'set-unlisted', unlisted: 'block' },
    'BLP 7 BL',
    'BLP 7 8 BL',
    [{ type: 'privacy-changed', privacy: { unlisted: 'block' } }],
  ],
  [
    'MSNP12',
    { type: 'set-newcomers', newcomers: 'add' },
    'GTC 7 N',
    'GTC 7 N',
    [{ type: 'privacy-changed', privacy: { newcomers: 'add' } }],
  ],
  [
    'MSNP5',
    { type: 'set-property', name: 'PHH', value: '1 2' },
    'PRP 7 PHH 1%202',
    'PRP 7 8 PHH 1%202',
    [{ type: 'own-property-changed', name: 'PHH', value: '1 2' }],
  ],
  [
    'MSNP12',
    { type: 'set-property', name: 'PHM', value: '' },
    'PRP 7 PHM',
    'PRP 7 PHM',
    [{ type: 'own-property-changed', name: 'PHM', value: '' }],
  ],
])('%s: %j', (name, wish, line, answer, changes) => {
  const session = signedIn(name);
  const asked = say(session, ask(wish));
  expect(asked.sent).toEqual([`${line}\r\n`]);
  expect(asked.wakes).toEqual(['request-7 15000']);
  expect(say(session, received(`${answer}\r\n`)).events).toEqual([...changes, DONE]);
  expect(say(session, woken('request-7'), closed).outputs).toEqual([]);
});

test.each<[DialectName, Wish, string, number]>([
  ['MSNP2', { type: 'add-group', name: 'x' }, 'not-in-this-version', 502],
  ['MSNP2', { type: 'set-property', name: 'PHH', value: '1' }, 'not-in-this-version', 502],
  ['MSNP8', { type: 'remove-from-list', list: 'pending', address: 'a@b' }, 'not-in-this-version', 502],
  ['MSNP8', { type: 'add-group', name: 'é'.repeat(11) }, 'group-name-too-long', 229],
  ['MSNP12', { type: 'rename-group', group: WORK, name: 'x'.repeat(62) }, 'group-name-too-long', 229],
  ['MSNP12', { type: 'rename-contact', address: 'bob@x.y', nick: 'x'.repeat(388) }, 'nick-too-long', 209],
  ['MSNP12', { type: 'add-to-list', list: 'forward', address: 'a@b', nick: ' '.repeat(130) }, 'nick-too-long', 209],
  ['MSNP12', { type: 'set-property', name: 'PHW', value: '1'.repeat(96) }, 'value-too-long', 201],
  ['MSNP12', { type: 'add-to-list', list: 'forward', address: 'nonsense' }, 'bad-address', 201],
  ['MSNP12', { type: 'add-to-list', list: 'allow', address: 'a@b c' }, 'bad-address', 201],
  ['MSNP12', { type: 'remove-from-list', list: 'forward', address: 'eve@x.y' }, 'unknown-contact', 216],
  ['MSNP12', { type: 'add-to-group', address: 'bob@x.y', group: 'nothing' }, 'unknown-group', 224],
  ['MSNP8', { type: 'remove-group', group: '9' }, 'unknown-group', 224],
  ['MSNP8', { type: 'remove-group', group: '0' }, 'group-stays', 230],
  ['MSNP8', { type: 'rename-group', group: '0', name: 'x' }, 'group-stays', 230],
])('%s: refuses %j before it is sent', (name, wish, reason, code) => {
  const { sent, events } = say(signedIn(name), ask(wish));
  expect(sent).toEqual([]);
  expect(events).toEqual([refused(reason, code)]);
});

test('the thirtieth group is the last', () => {
  const session = signedIn('MSNP8');
  for (let number = 0; number < 27; number++) {
    say(session, ask({ type: 'add-group', name: `g${number}` }));
    say(session, received(`ADG ${number + 7} 9 x ${number + 10} 0\r\n`));
  }
  const { sent, events } = say(session, ask({ type: 'add-group', name: 'x'.repeat(61) }));
  expect(sent).toEqual([]);
  expect(events).toEqual([refused('too-many-groups', 223)]);
});

test.each<[Wish, number]>([
  [{ type: 'remove-from-list', list: 'allow', address: 'bob@x.y' }, 216],
  [{ type: 'remove-from-list', list: 'forward', address: 'bob@x.y' }, 208],
  [{ type: 'add-to-list', list: 'forward', address: 'bob@x.y' }, 215],
  [{ type: 'set-unlisted', unlisted: 'block' }, 218],
])('%j is done where the server says %i: it is so already', (wish, code) => {
  const { events } = say(signedIn('MSNP12'), ask(wish), received(`${code} 7\r\n`));
  expect(events).toHaveLength(2);
  expect(events.at(-1)).toEqual(DONE);
});

test('tells refusals, silence and the end of the connection', () => {
  const session = signedIn('MSNP12');
  const add = (request: string): ReturnType<typeof ask> =>
    order({ type: 'add-to-list', request, list: 'forward', address: `${request}@x.y` });
  say(session, add('a'), add('b'), add('c'));
  expect(say(session, received('208 7\r\n'), woken('request-8'), closed).events).toEqual([
    { type: 'request-refused', request: 'a', reason: 'server', code: 208 },
    { type: 'request-refused', request: 'b', reason: 'silence', code: 0 },
    { type: 'request-refused', request: 'c', reason: 'lost', code: 0 },
  ]);
});

test('an answer that comes too late is news all the same', () => {
  const session = signedIn('MSNP12');
  say(session, ask({ type: 'add-to-list', list: 'block', address: 'new@x.y' }), woken('request-7'));
  expect(say(session, received('ADC 7 BL N=new@x.y\r\n')).events).toEqual([
    { type: 'list-changed', list: 'block', change: 'added', address: 'new@x.y' },
  ]);
});

test('asks nothing before the list is there', () => {
  const session = new NotificationSession({ address: 'a@x.y', dialects: ['MSNP8'] });
  expect(say(session, ask({ type: 'add-group', name: 'x' })).events).toEqual([refused('not-signed-in', 302)]);
});

// ---- steps that follow one another

/** All that goes out until the request is done. */
function play(name: DialectName, wish: Wish, answers: string[]): string[] {
  const session = signedIn(name);
  const asked = say(session, ask(wish));
  const said = answers.map((answer) => say(session, received(`${answer}\r\n`)));
  expect(said.at(-1)?.events.at(-1)).toEqual(DONE);
  return [asked, ...said].flatMap(({ sent }) => sent.map((line) => line.trim()));
}

test('accepts somebody by the lists that each version has', () => {
  const accept: Wish = { type: 'allow-contact', address: 'eve@x.y' };
  expect(play('MSNP8', accept, ['ADD 7 AL 8 eve@x.y Eve'])).toEqual(['ADD 7 AL eve@x.y eve%40x.y']);
  expect(play('MSNP10', accept, ['ADC 7 AL N=eve@x.y', 'REM 8 PL eve@x.y'])).toEqual([
    'ADC 7 AL N=eve@x.y',
    'REM 8 PL eve@x.y',
  ]);
  expect(play('MSNP12', accept, ['ADC 7 AL N=eve@x.y', 'ADC 8 RL N=eve@x.y', 'REM 9 PL eve@x.y'])).toEqual([
    'ADC 7 AL N=eve@x.y',
    'ADC 8 RL N=eve@x.y',
    'REM 9 PL eve@x.y',
  ]);
});

test.each<[DialectName, string, string[], string[]]>([
  ['MSNP8', 'ADD 0 RL 8 new@x.y New', ['ADD 7 AL 9 new@x.y New'], ['ADD 7 AL new@x.y new%40x.y']],
  [
    'MSNP10',
    'ADC 0 RL N=new@x.y F=New',
    ['ADC 7 AL N=new@x.y', 'REM 8 PL new@x.y'],
    ['ADC 7 AL N=new@x.y', 'REM 8 PL new@x.y'],
  ],
  // the reverse list is known to have them: to say so again has ended connections; and perhaps they are not pending
  ['MSNP12', 'ADC 0 RL N=new@x.y F=New', ['ADC 7 AL N=new@x.y', '216 8'], ['ADC 7 AL N=new@x.y', 'REM 8 PL new@x.y']],
])('in %s somebody who asks while we are there is accepted, too', (name, news, answers, sent) => {
  const session = signedIn(name);
  say(session, received(`${news}\r\n`));
  const asked = say(session, ask({ type: 'allow-contact', address: 'new@x.y' }));
  const said = answers.map((answer) => say(session, received(`${answer}\r\n`)));
  expect([asked, ...said].flatMap((one) => one.sent)).toEqual(sent.map((line) => `${line}\r\n`));
  expect(said.at(-1)?.events.at(-1)).toEqual(DONE);
});

test('who was pending has us on their list: some versions tell so only at the next sign-in', () => {
  const session = signedIn('MSNP10');
  say(session, ask({ type: 'allow-contact', address: 'eve@x.y' }), received('ADC 7 AL N=eve@x.y\r\n'));
  expect(say(session, received('REM 8 PL eve@x.y\r\n')).events).toEqual([
    { type: 'list-changed', list: 'reverse', change: 'added', address: 'eve@x.y' },
    { type: 'list-changed', list: 'pending', change: 'removed', address: 'eve@x.y' },
    DONE,
  ]);
});

test('somebody new is in the group of those who are in none, and out of it when they come into another', () => {
  const session = signedIn('MSNP8');
  say(session, ask({ type: 'add-contact', address: 'new@x.y' }), received('ADD 7 AL 8 new@x.y N\r\n'));
  expect(say(session, received('ADD 8 FL 9 new@x.y N 0\r\n')).events).toMatchObject([
    { type: 'list-changed', list: 'forward', change: 'added' },
    { type: 'contact-grouped', change: 'added', address: 'new@x.y', group: '0' },
    DONE,
  ]);
  say(session, ask({ type: 'add-to-group', address: 'new@x.y', group: '1' }), received('ADD 9 FL 10 new@x.y N 1\r\n'));
  const { sent } = say(session, ask({ type: 'remove-from-group', address: 'new@x.y', group: '0' }));
  expect(sent).toEqual(['REM 10 FL new@x.y 0\r\n']);
});

test('adds somebody by allowing them first, and only what is not so yet', () => {
  const add = (address: string): Wish => ({ type: 'add-contact', address });
  expect(play('MSNP8', add('new@x.y'), ['ADD 7 AL 8 new@x.y N', 'ADD 8 FL 9 new@x.y N'])).toEqual([
    'ADD 7 AL new@x.y new%40x.y',
    'ADD 8 FL new@x.y new%40x.y',
  ]);
  const answers = [
    'ADC 7 AL N=eve@x.y',
    'ADC 8 RL N=eve@x.y',
    'REM 9 PL eve@x.y',
    `ADC 10 FL N=eve@x.y F=Eve C=${WORK}`,
  ];
  expect(play('MSNP12', add('eve@x.y'), answers)).toEqual([...answers.slice(0, 3), 'ADC 10 FL N=eve@x.y F=eve%40x.y']);
  const { sent, events } = say(signedIn('MSNP12'), ask(add('bob@x.y')));
  expect(sent).toEqual([]);
  expect(events).toEqual([DONE]);
});

test('blocks and unblocks by way of both lists, never on both at once', () => {
  expect(play('MSNP12', { type: 'block-contact', address: 'bob@x.y' }, ['REM 7 AL bob@x.y', 'ADC 8 BL N=x'])).toEqual([
    'REM 7 AL bob@x.y',
    'ADC 8 BL N=bob@x.y',
  ]);
  expect(play('MSNP8', { type: 'allow-contact', address: 'ann@x.y' }, ['REM 7 BL 8 a', 'ADD 8 AL 9 a@b A'])).toEqual([
    'REM 7 BL ann@x.y',
    'ADD 8 AL ann@x.y ann%40x.y',
  ]);
  const { sent, events } = say(signedIn('MSNP12'), ask({ type: 'allow-contact', address: 'bob@x.y' }));
  expect(sent).toEqual([]);
  expect(events).toEqual([DONE]);
});

test('what is refused half way is refused', () => {
  const session = signedIn('MSNP12');
  say(session, ask({ type: 'block-contact', address: 'bob@x.y' }));
  const { events } = say(session, received('REM 7 AL bob@x.y\r\n210 8\r\n'));
  expect(events).toEqual([
    { type: 'list-changed', list: 'allow', change: 'removed', address: 'bob@x.y' },
    refused('server', 210),
  ]);
});

test('puts somebody new into a group by the GUID that the server gives', () => {
  const wish: Wish = { type: 'add-to-list', list: 'forward', address: 'new@x.y', nick: 'N', group: WORK };
  expect(play('MSNP12', wish, [`ADC 7 FL N=new@x.y F=N C=${FRIENDS}`, `ADC 8 FL C=${FRIENDS} ${WORK}`])).toEqual([
    'ADC 7 FL N=new@x.y F=N',
    `ADC 8 FL C=${FRIENDS} ${WORK}`,
  ]);
});

test('nobody falls off the list with their last numbered group', () => {
  expect(play('MSNP8', { type: 'remove-group', group: '1' }, ['ADD 7 FL 8 b B 0', 'RMG 8 9 1'])).toEqual([
    'ADD 7 FL bob@x.y Bob 0',
    'RMG 8 1',
  ]);
  expect(
    play('MSNP8', { type: 'remove-from-group', address: 'bob@x.y', group: '1' }, [
      'ADD 7 FL 8 b B 0',
      'REM 8 FL 9 b 1',
    ]),
  ).toEqual(['ADD 7 FL bob@x.y Bob 0', 'REM 8 FL bob@x.y 1']);
});

// ---- own name and personal message

test('a name is refused before it is sent if it is too long', () => {
  const rename = (nick: string): ReturnType<typeof order> => order({ type: 'set-nick', nick, request: 'r' });
  const session = signedIn('MSNP12');
  expect(say(session, rename(' '.repeat(129))).sent).toEqual([`PRP 7 MFN ${'%20'.repeat(129)}\r\n`]);
  expect(say(session, rename(' '.repeat(130))).events).toEqual([refused('nick-too-long', 209)]);
  expect(say(session, received('209 7\r\n')).events).toEqual([refused('server', 209)]);
});

test('a personal message is told after the first status, and escaped', () => {
  const session = new NotificationSession({ address: 'Alice@x.y', dialects: ['MSNP11'], capabilities: 0 });
  const express = order<NotificationCommand>({
    type: 'set-personal-message',
    message: 'a & <b>',
    media: '\\0Music\\01\\0x\\0',
    request: 'r',
  });
  expect(say(session, express, order({ type: 'sign-in' })).sent).toEqual(['VER 1 MSNP11 CVR0\r\n']);
  say(
    session,
    received('VER 1 MSNP11\r\nCVR 2 1 1 1 a b\r\nUSR 3 TWN S ct=1\r\n'),
    order({ type: 'ticket', ticket: 't' }),
  );
  expect(say(session, received('USR 4 OK a 1 0\r\nSYN 5 1 2 0 0\r\n')).sent).toEqual([
    'SYN 5 0 0\r\n',
    'CHG 6 NLN 0\r\n',
  ]);
  const xml = '<Data><PSM>a &amp; &lt;b&gt;</PSM><CurrentMedia>\\0Music\\01\\0x\\0</CurrentMedia></Data>';
  expect(say(session, received('CHG 6 NLN 0\r\n')).sent).toEqual([`UUX 7 ${xml.length}\r\n${xml}`]);
  expect(say(session, received('UUX 7 0\r\n')).events).toEqual([DONE]);
});

test('versions without personal messages refuse them', () => {
  expect(say(signedIn('MSNP10'), order({ type: 'set-personal-message', message: 'x', request: 'r' })).events).toEqual([
    refused('not-in-this-version', 502),
  ]);
});

test('a wish that waits for the sign-in is refused when there is none', () => {
  const session = new NotificationSession({ address: 'a@x.y', dialects: ['MSNP8'] });
  say(session, order({ type: 'set-nick', nick: 'x', request: 'r' }), order({ type: 'sign-in' }));
  expect(say(session, closed).events).toEqual([refused('not-signed-in', 302)]);
});

// ---- what others do

test.each<[DialectName, string, object[]]>([
  [
    'MSNP7',
    'BPR 8 bob@x.y PHH 1%202',
    [{ type: 'contact-property-changed', address: 'bob@x.y', name: 'PHH', value: '1 2' }],
  ],
  ['MSNP12', 'BPR bob@x.y MOB N', [{ type: 'contact-property-changed', address: 'bob@x.y', name: 'MOB', value: 'N' }]],
  ['MSNP8', 'BPR 8 bob@x.y PHW', [{ type: 'contact-property-changed', address: 'bob@x.y', name: 'PHW', value: '' }]],
  ['MSNP8', 'REM 0 FL 5 Bob@x.y 1', [{ type: 'contact-grouped', change: 'removed', address: 'bob@x.y', group: '1' }]],
  [
    'MSNP12',
    `ADC 0 FL C=${BOB} ${WORK}`,
    [{ type: 'contact-grouped', change: 'added', address: 'bob@x.y', group: WORK }],
  ],
  [
    'MSNP12',
    `REM 0 FL ${BOB} ${FRIENDS}`,
    [{ type: 'contact-grouped', change: 'removed', address: 'bob@x.y', group: FRIENDS }],
  ],
  [
    'MSNP12',
    'ADC 0 PL N=new@x.y F=New',
    [{ type: 'list-changed', list: 'pending', change: 'added', address: 'new@x.y', nick: 'New' }],
  ],
  ['MSNP7', 'BLP 0 9 BL', [{ type: 'privacy-changed', privacy: { unlisted: 'block' } }]],
  ['MSNP12', 'GTC 0 N', [{ type: 'privacy-changed', privacy: { newcomers: 'add' } }]],
  ['MSNP8', 'PRP 0 9 PHH 1', [{ type: 'own-property-changed', name: 'PHH', value: '1' }]],
  ['MSNP8', 'ADG 0 9 Chess 4 0', [{ type: 'group-added', group: '4', name: 'Chess' }]],
  ['MSNP12', `ADG 0 Chess ${BOB}`, [{ type: 'group-added', group: BOB, name: 'Chess' }]],
  ['MSNP12', `REG 0 ${WORK} W%20k`, [{ type: 'group-renamed', group: WORK, name: 'W k' }]],
  ['MSNP12', `REG 0 1 W%20k ${WORK} 0`, [{ type: 'group-renamed', group: WORK, name: 'W k' }]],
  ['MSNP8', 'RMG 0 9 1', [{ type: 'group-removed', group: '1' }]],
  ['MSNP12', `RMG 0 1 ${WORK}`, [{ type: 'group-removed', group: WORK }]],
  ['MSNP8', 'REA 0 9 bob@x.y B%20b', [{ type: 'contact-renamed', address: 'bob@x.y', nick: 'B b' }]],
  ['MSNP12', `SBP 0 ${BOB} MFN B%20b`, [{ type: 'contact-renamed', address: 'bob@x.y', nick: 'B b' }]],
])('hears in %s: %s', (name, line, events) => {
  expect(say(signedIn(name), received(`${line}\r\n`)).events).toEqual(events);
});
