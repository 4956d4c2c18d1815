import { expect, test } from 'vitest';
import { answerOldChallenge } from '../../src/msnp/challenge.ts';
import { command, text } from '../../src/msnp/command.ts';
import type { Argument, OutgoingVerb } from '../../src/msnp/command.ts';
import { EMPTY_LIST } from '../../src/msnp/contacts.ts';
import { FrameReader } from '../../src/msnp/frame.ts';
import { readMessage, writeMessage } from '../../src/msnp/message.ts';
import { readMaintenance, readRing } from '../../src/msnp/notices.ts';
import { NotificationSession } from '../../src/msnp/notification.ts';
import type { NotificationCommand } from '../../src/msnp/notification-types.ts';
import { readPresence } from '../../src/msnp/presence.ts';
import { SwitchboardSession } from '../../src/msnp/switchboard.ts';
import {
  ALICE_TEXT,
  BOB_TEXT,
  CHALLENGE_PARAMETERS,
  INITIAL_MAIL,
  KEY_ON_THE_SLIDE,
  NEW_MAIL,
  PROFILE,
  SHOWN,
  SYSTEM_MESSAGE,
  TICKET,
} from '../fixtures/classic-talk.ts';
import { order, received, say } from './support/inputs.ts';

test.each(SHOWN)('reads $from $line', ({ from, role, line, payload = '' }) => {
  const frames = [...new FrameReader(role, from).push(Buffer.from(`${line}\r\n${payload}`))];
  const [verb, ...args] = line.split(' ');
  const readable = frames.map((frame) => ({ ...frame, payload: Buffer.from(frame.payload).toString() }));
  expect(readable).toEqual([{ verb, args, payload }]);
});

const MACHINE = ['0x0409', 'win', '4.10', 'i386', 'MSNMSGR', '5.0.0544', 'MSMSGS'];

test.each<[OutgoingVerb, number | undefined, Argument[], string?]>([
  ['VER', 1, ['MSNP10', 'MSNP9', 'CVR0']],
  ['CVR', 2, [...MACHINE, 'example@passport.com']],
  ['USR', 2, ['TWN', 'I', 'example@passport.com']],
  ['USR', 7, ['TWN', 'S', TICKET]],
  ['SYN', 8, ['27']],
  ['CHG', 12, ['NLN', 6]],
  ['CHG', 105, ['HDN', 8]],
  ['REA', 103, ['mypassport@passport.com', text('new name')]],
  ['URL', 15, ['INBOX']],
  ['PNG', undefined, []],
  ['QRY', 1049, ['msmsgs@msnmsgr.com'], answerOldChallenge('15570131571988941333', 'Q1P7W2E4J9R8U3S5')],
  ['XFR', 9, ['SB']],
  ['ANS', 1, ['alice@passport.com', '1056411141.26158', '17342299']],
  ['USR', 7, ['alice@passport.com', '189597.1056411784.29994']],
  ['CAL', 8, ['dave@passport.com']],
  ['OUT', undefined, []],
  ['MSG', 5, ['N'], ALICE_TEXT],
])('builds %s %s byte for byte', (verb, trid, args, payload) => {
  const built = Buffer.from(command(verb, trid, args, payload === undefined ? undefined : Buffer.from(payload)));
  const wanted = SHOWN.filter(({ from }) => from === 'client').map((each) => `${each.line}\r\n${each.payload ?? ''}`);
  expect(wanted).toContain(built.toString());
});

test('answers the challenge as shown, with the key that belongs to the id and not the one beside it', () => {
  const shown = '8f2f5a91b72102cd28355e9fc9000d6e';
  expect(answerOldChallenge('15570131571988941333', 'Q1P7W2E4J9R8U3S5')).toBe(shown);
  expect(answerOldChallenge('15570131571988941333', KEY_ON_THE_SLIDE)).not.toBe(shown);
});

test('plays the sign-in, the list and the first status of the slides', () => {
  const cached = { dialect: 'MSNP8', serial: '27', list: EMPTY_LIST } as const;
  const session = new NotificationSession({ address: 'alice@passport.com', dialects: ['MSNP8'], cached });
  say(session, order({ type: 'sign-in' }), received('VER 1 MSNP8 CVR0\r\n'));
  const asked = say(session, received('CVR 2 6.0.0602 6.0.0602 1.0.0000 http://a http://b\r\n'));
  expect(asked.sent).toEqual(['USR 3 TWN I alice@passport.com\r\n']);
  const challenged = say(session, received(`USR 3 TWN S ${CHALLENGE_PARAMETERS}\r\n`));
  expect(challenged.events).toEqual([{ type: 'ticket-wanted', proof: 'ticket', challenge: CHALLENGE_PARAMETERS }]);
  expect(say(session, order({ type: 'ticket', ticket: TICKET })).sent).toEqual([`USR 4 TWN S ${TICKET}\r\n`]);
  const burst = SHOWN.slice(
    SHOWN.findIndex(({ line }) => line === 'USR 7 OK alice@passport.com Alice 1 0'),
    SHOWN.findIndex(({ line }) => line.startsWith('REA ')),
  ).filter(({ from }) => from === 'server');
  const bytes = burst.map(({ line, payload }) => `${line}\r\n${payload ?? ''}`).join('');
  // the slides skip two of the five contacts
  const { sent, events } = say(session, received(bytes.replace('SYN 8 30 5 4', 'SYN 5 30 3 4')));
  expect(sent).toEqual(['SYN 5 27\r\n', 'CHG 6 NLN 1073741856\r\n']);
  expect(events).toMatchObject([
    { type: 'signed-in', address: 'alice@passport.com', dialect: 'MSNP8' },
    { type: 'own-nick', nick: 'Alice' },
    { type: 'profile', profile: { siteId: '507', keyVersion: '4', loginTime: 1_050_223_062, emailEnabled: false } },
    {
      type: 'roster',
      unchanged: false,
      serial: '30',
      groups: [
        { id: '0', name: 'Otros Contactos' },
        { id: '1', name: 'Colegas' },
        { id: '2', name: 'Familia' },
        { id: '3', name: 'Universidad' },
      ],
      contacts: [
        { address: 'maria@passport.com', nick: 'maritxu', lists: 4, groups: [] },
        { address: 'isabel@passport.com', nick: 'isa toy malita', lists: 10, groups: [] },
        { address: 'irene@passport.com', lists: 11, groups: ['0'], properties: { PHH: '01 234', MOB: 'Y' } },
      ],
      privacy: { newcomers: 'ask', unlisted: 'allow' },
      properties: { PHH: '01 234', PHM: '56 789' },
    },
    { type: 'status-set', status: 'NLN' },
    { type: 'status-changed', address: 'example@passport.com', status: 'AWY', nick: 'Mike', capabilities: 0 },
    { type: 'status-changed', address: 'name_123@hotmail.com', nick: 'Name_123', capabilities: 536_870_948 },
  ]);
});

test('follows the dispatch server', () => {
  const session = new NotificationSession({ address: 'example@passport.com', dialects: ['MSNP8'] });
  say(session, order({ type: 'sign-in' }), received('VER 1 MSNP8 CVR0\r\nCVR 2 6 6 1 a b\r\n'));
  const { events, closes } = say(session, received('XFR 3 NS 207.46.104.20:1863 0\r\n'));
  expect(events).toEqual([{ type: 'redirected', host: '207.46.104.20', port: 1863 }]);
  expect(closes).toEqual([undefined]);
});

test('reads the notices of the slides', () => {
  expect(readMaintenance(Buffer.from(SYSTEM_MESSAGE))).toEqual({ type: 'maintenance', minutes: 5 });
  expect(readRing('17342299 207.46.108.78:1863 CKI 1056411141.26158 bob@passport.com Bob'.split(' '))).toEqual({
    type: 'rung',
    session: '17342299',
    host: '207.46.108.78',
    port: 1863,
    ticket: '1056411141.26158',
    address: 'bob@passport.com',
    nick: 'Bob',
  });
  expect(readPresence('NLN name_123@hotmail.com Name_123 536870948'.split(' '))).toMatchObject({ status: 'NLN' });
});

test('reads the texts of the slides and writes them with the same look', () => {
  const bob = readMessage(Buffer.from(BOB_TEXT));
  expect(bob).toMatchObject({
    type: 'text',
    text: 'Hello.',
    format: { bold: true, italic: false, color: 0x0000ff, font: 'Lucida Sans Unicode' },
  });
  expect(bob && Buffer.from(writeMessage(bob)).toString()).toBe(BOB_TEXT);
  expect(readMessage(Buffer.from(ALICE_TEXT))).toMatchObject({ text: "Are you there? \nI'm Alice" });
});

test('is called to a switchboard and hears who is there', () => {
  const session = new SwitchboardSession({
    address: 'alice@passport.com',
    dialect: 'MSNP8',
    entry: { type: 'answer', ticket: '1056411141.26158', session: '17342299' },
  });
  const { sent, events } = say(
    session,
    order({ type: 'enter' }),
    received('IRO 1 1 2 bob@passport.com Bob\r\nIRO 1 2 2 carol@passport.com Carol\r\nANS 1 OK\r\n'),
    received('JOI dave@passport.com Dave\r\nBYE bob@passport.com 1\r\n'),
  );
  expect(sent).toEqual(['ANS 1 alice@passport.com 1056411141.26158 17342299\r\n']);
  expect(events).toEqual([
    {
      type: 'entered',
      participants: [
        { address: 'bob@passport.com', nick: 'Bob' },
        { address: 'carol@passport.com', nick: 'Carol' },
      ],
    },
    { type: 'joined', participant: { address: 'dave@passport.com', nick: 'Dave' } },
    { type: 'left', address: 'bob@passport.com', idle: true },
  ]);
});

// ---- the operations that the slides name, in the version of the talk

function online(): NotificationSession {
  const session = new NotificationSession({ address: 'alice@passport.com', dialects: ['MSNP8'], capabilities: 8 });
  say(session, order({ type: 'sign-in' }), received('VER 1 MSNP8 CVR0\r\nCVR 2 6 6 1 a b\r\nUSR 3 TWN S x\r\n'));
  say(session, order({ type: 'ticket', ticket: TICKET }), received('USR 4 OK alice@passport.com Alice 1 0\r\n'));
  say(session, received(`MSG Hotmail Hotmail ${PROFILE.length}\r\n${PROFILE}SYN 5 30 1 2\r\n`));
  say(session, received('LSG 0 Otros%20Contactos 0\r\nLSG 1 Colegas 0\r\nLST irene@passport.com irene 11 0\r\n'));
  say(session, received('CHG 6 NLN 8\r\n'));
  return session;
}

test.each<[string, NotificationCommand, string]>([
  ['changes its nick', { type: 'set-nick', nick: 'new name' }, 'REA 7 alice@passport.com new%20name'],
  ['changes its status', { type: 'set-status', status: 'HDN' }, 'CHG 7 HDN 8'],
  [
    'adds a contact to a list',
    { type: 'add-to-list', request: 'r', list: 'allow', address: 'dave@passport.com', nick: 'Dave' },
    'ADD 7 AL dave@passport.com Dave',
  ],
  [
    'removes a contact from a list',
    { type: 'remove-from-list', request: 'r', list: 'forward', address: 'irene@passport.com' },
    'REM 7 FL irene@passport.com',
  ],
  ['adds a group', { type: 'add-group', request: 'r', name: 'Familia' }, 'ADG 7 Familia 0'],
  ['removes a group', { type: 'remove-group', request: 'r', group: '1' }, 'RMG 7 1'],
  ['renames a group', { type: 'rename-group', request: 'r', group: '1', name: 'Uni' }, 'REG 7 1 Uni 0'],
  [
    'moves a contact: into the other group first',
    { type: 'add-to-group', request: 'r', address: 'irene@passport.com', group: '1' },
    'ADD 7 FL irene@passport.com irene 1',
  ],
  [
    'adds a telephone number',
    { type: 'set-property', request: 'r', name: 'PHH', value: '01 234' },
    'PRP 7 PHH 01%20234',
  ],
  ['changes who may see it', { type: 'set-unlisted', request: 'r', unlisted: 'block' }, 'BLP 7 BL'],
  ['changes whether it is asked', { type: 'set-newcomers', request: 'r', newcomers: 'add' }, 'GTC 7 N'],
  ['asks for the inbox', { type: 'request-page', request: 'r', page: 'INBOX' }, 'URL 7 INBOX'],
])('%s', (_, wish, line) => {
  expect(say(online(), order(wish)).sent).toEqual([`${line}\r\n`]);
});

test('moves a contact: out of the one group after it is in the other', () => {
  const session = online();
  const moved = { request: 'r', address: 'irene@passport.com' };
  say(
    session,
    order({ type: 'add-to-group', ...moved, group: '1' }),
    received('ADD 7 FL 31 irene@passport.com irene 1\r\n'),
  );
  expect(say(session, order({ type: 'remove-from-group', ...moved, group: '0' })).sent).toEqual([
    'REM 8 FL irene@passport.com 0\r\n',
  ]);
});

test('hears what the slides let others do', () => {
  const lines = ['ADD 0 RL 3049 example@passport.com My%20Name', 'BPR 31 irene@passport.com PHH 01%20234'];
  const mail = [NEW_MAIL, INITIAL_MAIL].map((each) => `MSG Hotmail Hotmail ${each.length}\r\n${each}`).join('');
  expect(say(online(), received(`${lines.join('\r\n')}\r\n${mail}`)).events).toMatchObject([
    { type: 'list-changed', list: 'reverse', change: 'added', address: 'example@passport.com', nick: 'My Name' },
    { type: 'contact-property-changed', address: 'irene@passport.com', name: 'PHH', value: '01 234' },
    { type: 'mail-arrived', from: 'Mike Mintz', subject: 'newsubject' },
    { type: 'mail-counted', inbox: 1, folders: 0 },
  ]);
});

test('is told where the form of the slides goes', () => {
  const session = online();
  const postUrl = 'https://loginnet.passport.com/ppsecure/md5auth.srf?lc=1033';
  const wish = order({ type: 'request-page', request: 'r', page: 'INBOX' } as const);
  const { events } = say(session, wish, received(`URL 7 /cgi-bin/HoTMaiL ${postUrl} 2\r\n`));
  expect(events[0]).toEqual({
    type: 'page-granted',
    request: 'r',
    page: { path: '/cgi-bin/HoTMaiL', postUrl, id: '2' },
  });
});

test('reads the lists of the slides, which are of a version before Passport', () => {
  const session = new NotificationSession({ address: 'alice@passport.com', dialects: ['MSNP7'] });
  say(session, order({ type: 'sign-in' }), received('VER 1 MSNP7\r\nINF 2 MD5\r\nUSR 3 MD5 S x\r\n'));
  say(session, order({ type: 'ticket', ticket: 'd' }), received('USR 4 OK alice@passport.com Alice 1\r\nSYN 5 21\r\n'));
  const shown = SHOWN.filter(({ line }) => line.startsWith('LST 16 FL')).map(({ line }) => line);
  const third = 'LST 16 FL 21 3 3 maria@passport.com maritxu 1'; // the slide leaves it out
  const rest = [third, 'LST 16 AL 21 0 0', 'LST 16 BL 21 0 0', 'LST 16 RL 21 0 0', 'CHG 6 NLN'];
  const { events } = say(session, received(`${[...shown, ...rest].join('\r\n')}\r\n`));
  expect(events[0]).toMatchObject({
    type: 'roster',
    contacts: [
      { address: 'example@passport.com', nick: 'Mike', lists: 1, groups: ['0'] },
      { address: 'name_123@hotmail.com', nick: 'Name_123', lists: 1, groups: ['2'] },
      { address: 'maria@passport.com', nick: 'maritxu', lists: 1, groups: ['1'] },
    ],
  });
});
