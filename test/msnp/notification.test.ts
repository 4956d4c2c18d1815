import { expect, test } from 'vitest';
import { EMPTY_LIST } from '../../src/msnp/contacts.ts';
import { MsnpProtocolError } from '../../src/msnp/errors.ts';
import { NotificationSession } from '../../src/msnp/notification.ts';
import type { NotificationOptions } from '../../src/msnp/notification.ts';
import { readTranscript } from '../support/transcript.ts';
import { closed, order, received, say, woken } from './support/inputs.ts';
import { seeded } from './support/random.ts';
import { replayNotification } from './support/replay.ts';

const OPTIONS: NotificationOptions = {
  address: 'Alice@Example.com',
  dialects: ['MSNP12', 'MSNP8'],
  capabilities: 268435456,
};

const signIn = order({ type: 'sign-in' } as const);
const ticket = order({ type: 'ticket', ticket: 't=abc&p=' } as const);
const UP_TO_TICKET = 'CVR 2 1 1 1 a b\r\nUSR 3 TWN S ct=1\r\n';

const BURSTS = {
  MSNP8: 'USR 4 OK Alice@Example.com Alice 1 0\r\nSYN 5 1 1 1\r\nLSG 0 Other 0\r\nLST Bob@example.com Bob%20B 11 0\r\n',
  MSNP12:
    'USR 4 OK Alice@Example.com 1 0\r\nSBS 0 null\r\nSYN 5 2026-01-01 2026-01-02 1 1\r\nPRP MFN Alice\r\nLSG Friends g-1\r\nLST N=Bob@example.com F=Bob%20B C=c-1 11 1 g-1\r\n',
};

function signedIn(dialect: keyof typeof BURSTS, options = OPTIONS): NotificationSession {
  const session = new NotificationSession(options);
  say(session, signIn, received(`VER 1 ${dialect}\r\n${UP_TO_TICKET}`), ticket, received(BURSTS[dialect]));
  say(session, received('CHG 6 NLN 268435456\r\n'));
  return session;
}

test('offers the dialects in the order given and takes the newest of those that the server names', () => {
  const session = new NotificationSession(OPTIONS);
  expect(say(session, signIn).sent).toEqual(['VER 1 MSNP12 MSNP8 CVR0\r\n']);
  const { sent } = say(session, received('VER 1 CVR0 MSNP8 MSNP21 MSNP12\r\n'));
  expect(sent).toEqual(['CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 7.5.0324 msmsgs Alice@Example.com\r\n']);
});

test.each([['VER 1 0\r\n'], ['VER 1 CVR0\r\n']])('is refused by %j', (answer) => {
  const { events, closes } = say(new NotificationSession(OPTIONS), signIn, received(answer));
  expect(events).toEqual([{ type: 'sign-in-refused', code: 0 }]);
  expect(closes).toEqual([undefined]);
});

test('does not speak what it has not offered', () => {
  const { closes } = say(new NotificationSession(OPTIONS), signIn, received('VER 1 MSNP99\r\n'));
  expect(closes).toEqual([expect.any(MsnpProtocolError)]);
});

test('signs in with the spelling given, and tells addresses in lower case', () => {
  const session = new NotificationSession(OPTIONS);
  const before = say(session, signIn, received(`VER 1 MSNP8\r\n${UP_TO_TICKET}`));
  expect(before.sent.at(-1)).toBe('USR 3 TWN I Alice@Example.com\r\n');
  expect(before.events).toEqual([{ type: 'ticket-wanted', proof: 'ticket', challenge: 'ct=1' }]);
  const { events } = say(session, ticket, received(BURSTS.MSNP8));
  expect(events[0]).toEqual({ type: 'signed-in', address: 'alice@example.com', dialect: 'MSNP8' });
});

test.each(['MSNP8', 'MSNP12'] as const)('tells the roster once it is whole, then its status, in %s', (dialect) => {
  const session = new NotificationSession({ ...OPTIONS, initialStatus: 'AWY' });
  say(session, signIn, received(`VER 1 ${dialect}\r\n${UP_TO_TICKET}`), ticket);
  const burst = say(session, received(BURSTS[dialect]));
  expect(burst.sent.at(-1)).toBe('CHG 6 AWY 268435456\r\n');
  expect(burst.events.map(({ type }) => type)).not.toContain('roster');
  const { events } = say(session, received('BPR PHM 1%202\r\nCHG 6 AWY 268435456\r\n'));
  expect(events).toMatchObject([
    {
      type: 'roster',
      unchanged: false,
      serial: dialect === 'MSNP8' ? '1' : '2026-01-01 2026-01-02',
      contacts: [{ address: 'bob@example.com', nick: 'Bob B', lists: 11, properties: { PHM: '1 2' } }],
    },
    { type: 'status-set', status: 'AWY' },
  ]);
});

test('what changes while the list comes is told after it', () => {
  const session = new NotificationSession(OPTIONS);
  say(session, signIn, received(`VER 1 MSNP12\r\n${UP_TO_TICKET}`), ticket);
  const burst = BURSTS.MSNP12.replace('LST N=', 'ADC 0 BL N=eve@example.com F=Eve\r\nREM 0 FL c-1\r\nLST N=');
  const { events } = say(session, received(burst), received('CHG 6 NLN 0\r\n'));
  expect(events.slice(-4)).toMatchObject([
    { type: 'roster', contacts: [{ address: 'bob@example.com' }] },
    { type: 'list-changed', list: 'block', change: 'added', address: 'eve@example.com' },
    { type: 'list-changed', list: 'forward', change: 'removed', address: 'bob@example.com' },
    { type: 'status-set' },
  ]);
});

test('an empty word where a name lacks shifts nothing', () => {
  const session = new NotificationSession(OPTIONS);
  const burst = BURSTS.MSNP12.replace('F=Bob%20B', '');
  say(session, signIn, received(`VER 1 MSNP12\r\n${UP_TO_TICKET}`), ticket);
  const { events } = say(session, received(burst), received('CHG 6 NLN 0\r\n'));
  expect(events.find(({ type }) => type === 'roster')).toMatchObject({
    contacts: [{ address: 'bob@example.com', nick: 'Bob@example.com', lists: 11, guid: 'c-1', groups: ['g-1'] }],
  });
});

const CACHED = { dialect: 'MSNP12', serial: '7 8', list: EMPTY_LIST } as const;

test('a list that has not changed is told as such', () => {
  const session = new NotificationSession({ ...OPTIONS, cached: CACHED });
  const { sent } = say(
    session,
    signIn,
    received(`VER 1 MSNP12\r\n${UP_TO_TICKET}`),
    ticket,
    received('USR 4 OK a 1 0\r\n'),
  );
  expect(sent.at(-1)).toBe('SYN 5 7 8\r\n');
  const { events } = say(session, received('SYN 5 7 8\r\nCHG 6 NLN 0\r\n'));
  expect(events[0]).toEqual({ type: 'roster', unchanged: true, serial: '7 8', ...EMPTY_LIST });
});

test.each([
  ['MSNP8', 'MSNP12', 'USR 4 OK a A 1 0', 'SYN 5 0'],
  // the form is the same, and yet it may be another server's
  ['MSNP11', 'MSNP12', 'USR 4 OK a 1 0', 'SYN 5 0 0'],
] as const)('%s does not use a serial of %s', (spoken, cached, answer, asked) => {
  const session = new NotificationSession({ ...OPTIONS, dialects: [spoken], cached: { ...CACHED, dialect: cached } });
  const { sent } = say(
    session,
    signIn,
    received(`VER 1 ${spoken}\r\n${UP_TO_TICKET}`),
    ticket,
    received(`${answer}\r\n`),
  );
  expect(sent.at(-1)).toBe(`${asked}\r\n`);
});

test('status and nick asked for early go out when the roster is there', () => {
  const session = new NotificationSession(OPTIONS);
  say(session, order({ type: 'set-status', status: 'BSY' }), order({ type: 'set-nick', nick: 'Al ice' }), signIn);
  say(session, received(`VER 1 MSNP12\r\n${UP_TO_TICKET}`), ticket);
  expect(say(session, received(BURSTS.MSNP12)).sent.slice(-2)).toEqual([
    'CHG 6 BSY 268435456\r\n',
    'PRP 7 MFN Al%20ice\r\n',
  ]);
});

test.each([
  ['MSNP8', 'REA 7 Alice@Example.com N%20n\r\n', 'REA 7 3 Alice@Example.com N%20n\r\n'],
  ['MSNP12', 'PRP 7 MFN N%20n\r\n', 'PRP 7 MFN N%20n\r\n'],
] as const)('renames itself in %s', (dialect, sent, answer) => {
  const session = signedIn(dialect);
  expect(say(session, order({ type: 'set-nick', nick: 'N n' })).sent).toEqual([sent]);
  expect(say(session, received(answer)).events).toEqual([{ type: 'own-nick', nick: 'N n' }]);
});

test.each<[string, object]>([
  [
    'ILN 6 BSY Bob@x.y B%20b 1073791020 %3Cmsnobj%20Size%3D%221%22%2F%3E',
    { status: 'BSY', nick: 'B b', capabilities: 1073791020, object: '<msnobj Size="1"/>' },
  ],
  ['NLN NLN Bob@x.y B 4294967295 %3Cmsnobj%2F%3E', { status: 'NLN', nick: 'B', capabilities: 4294967295 }],
  ['NLN NLN Bob@x.y Ünal%20日本 0 0', { status: 'NLN', nick: 'Ünal 日本', capabilities: 0 }],
  ['NLN NLN Bob@x.y B', { status: 'NLN', nick: 'B' }],
  ['NLN FLN Bob@x.y B 0', { status: 'FLN' }],
  ['FLN Bob@x.y', { status: 'FLN' }],
])('reads %s', (line, expected) => {
  const { events } = say(signedIn('MSNP12'), received(`${line}\r\n`));
  expect(events).toEqual([{ type: 'status-changed', address: 'bob@x.y', ...expected }]);
});

test.each([
  [
    '<Data><PSM>tea &amp; cake &#x3C;3</PSM><CurrentMedia>\\0Music\\01\\0{0}\\0Song\\0</CurrentMedia></Data>',
    'tea & cake <3',
    '\\0Music\\01\\0{0}\\0Song\\0',
  ],
  ['<Data><PSM>you & <me></PSM><CurrentMedia></CurrentMedia></Data>', 'you & <me>', ''],
  ['', '', ''],
  ['<!DOCTYPE a [<!ENTITY b "c">]><Data><PSM>&b;</PSM></Data>', '&b;', ''],
])('reads the personal message %j', (xml, message, media) => {
  const { events } = say(signedIn('MSNP12'), received(`UBX Bob@x.y ${Buffer.byteLength(xml)}\r\n${xml}`));
  expect(events).toEqual([{ type: 'personal-message-changed', address: 'bob@x.y', message, media }]);
});

test.each<['MSNP8' | 'MSNP12', string, object]>([
  [
    'MSNP8',
    'ADD 0 RL 3049 Eve@x.y My%20Name',
    { list: 'reverse', change: 'added', address: 'eve@x.y', nick: 'My Name' },
  ],
  ['MSNP8', 'REM 0 RL 5 Eve@x.y', { list: 'reverse', change: 'removed', address: 'eve@x.y' }],
  ['MSNP12', 'ADC 0 RL N=Eve@x.y F=E%20e', { list: 'reverse', change: 'added', address: 'eve@x.y', nick: 'E e' }],
  ['MSNP12', 'REM 0 RL Eve@x.y', { list: 'reverse', change: 'removed', address: 'eve@x.y' }],
  ['MSNP12', 'REM 9 PL Eve@x.y', { list: 'pending', change: 'removed', address: 'eve@x.y' }],
  ['MSNP12', 'REM 9 FL C-1', { list: 'forward', change: 'removed', address: 'bob@example.com' }],
])('reads a change of a list in %s: %s', (dialect, line, expected) => {
  const { events } = say(signedIn(dialect), received(`${line}\r\n`));
  expect(events).toEqual([{ type: 'list-changed', ...expected }]);
});

test.each([
  ['MSNP8', 'QRY 7 msmsgs@msnmsgr.com 32\r\n8f2f5a91b72102cd28355e9fc9000d6e'],
  ['MSNP12', 'QRY 7 PROD0101{0RM?UBW 32\r\n'],
] as const)('answers a challenge at once in %s', (dialect, expected) => {
  const { sent } = say(signedIn(dialect), received('CHL 0 15570131571988941333\r\n'));
  expect(sent[0]).toContain(expected);
  expect(sent[0]).toMatch(/\r\n[0-9a-f]{32}$/);
});

// ---- switchboards

test('asks for a switchboard and tells which request was granted', () => {
  const session = signedIn('MSNP12');
  expect(say(session, order({ type: 'request-switchboard', request: 'a' })).sent).toEqual(['XFR 7 SB\r\n']);
  say(session, order({ type: 'request-switchboard', request: 'b' }));
  const { events } = say(session, received('XFR 8 SB 10.0.0.1:1864 CKI t.1 U messenger.msn.com 1\r\n800 7\r\n'));
  expect(events).toEqual([
    { type: 'switchboard-granted', request: 'b', host: '10.0.0.1', port: 1864, ticket: 't.1' },
    { type: 'switchboard-refused', request: 'a', code: 800 },
  ]);
});

test('tells of silence, of a broken answer, and of the end of the connection', () => {
  const session = signedIn('MSNP8');
  for (const request of ['a', 'b', 'c']) say(session, order({ type: 'request-switchboard', request }));
  expect(say(session, woken('switchboard-7')).events).toEqual([{ type: 'switchboard-refused', request: 'a', code: 0 }]);
  expect(say(session, received('XFR 8 SB nowhere:99999 CKI t\r\n')).events).toMatchObject([{ request: 'b', code: 0 }]);
  expect(say(session, closed).events).toEqual([{ type: 'switchboard-refused', request: 'c', code: 0 }]);
});

test('refuses switchboards before the first status', () => {
  const session = new NotificationSession(OPTIONS);
  const { sent, events } = say(session, order({ type: 'request-switchboard', request: 'a' }));
  expect(sent).toEqual([]);
  expect(events).toEqual([{ type: 'switchboard-refused', request: 'a', code: 913 }]);
});

test('hears a call, and not one that leads nowhere', () => {
  const session = signedIn('MSNP12');
  const { events } = say(
    session,
    received(
      'RNG 5 nowhere:0 CKI t Bob@x.y B\r\nRNG 5 10.0.0.1:1864 CKI t.1 Bob@x.y B%20b U messenger.hotmail.com 1\r\n',
    ),
  );
  expect(events).toEqual([
    { type: 'rung', session: '5', host: '10.0.0.1', port: 1864, ticket: 't.1', address: 'bob@x.y', nick: 'B b' },
  ]);
});

// ---- time

test('pings, and tells a link that gives no answer', () => {
  const session = signedIn('MSNP12');
  const ping = say(session, woken('ping'));
  expect(ping.sent).toEqual(['PNG\r\n']);
  expect(ping.wakes).toEqual(['pong 30000']);
  expect(say(session, received('QNG 60\r\n')).wakes).toEqual(['ping 45000']);
  expect(say(session, received('QNG 20\r\n')).wakes).toEqual(['ping 20000']);
  expect(say(session, received('QNG\r\n')).wakes).toEqual(['ping 45000']);
  const dead = say(session, woken('ping'), woken('pong'));
  expect(dead.events).toEqual([{ type: 'timed-out', step: 'PNG' }]);
  expect(dead.closes).toEqual([undefined]);
});

test.each([
  ['VER', ''],
  ['CVR', 'VER 1 MSNP8\r\n'],
  ['USR', 'VER 1 MSNP8\r\nCVR 2 1 1 1 a b\r\n'],
])('gives up when %s is not answered', (step, answers) => {
  const session = new NotificationSession(OPTIONS);
  expect(say(session, signIn, received(answers)).wakes.at(-1)).toBe('step 15000');
  const { events, closes } = say(session, woken('step'));
  expect(events).toEqual([{ type: 'timed-out', step }]);
  expect(closes).toEqual([undefined]);
});

test('is patient while the list still comes', () => {
  const session = new NotificationSession(OPTIONS);
  say(session, signIn, received(`VER 1 MSNP8\r\n${UP_TO_TICKET}`), ticket);
  say(session, received('USR 4 OK a A 1 0\r\nSYN 5 1 2 0\r\nLST b@x.y b 11 0\r\n'));
  expect(say(session, woken('step')).wakes).toEqual(['step 15000']);
  expect(say(session, woken('step')).events).toEqual([{ type: 'timed-out', step: 'SYN' }]);
});

test('waits for the ticket as long as it takes, and not after the status is set', () => {
  const session = new NotificationSession(OPTIONS);
  say(session, signIn, received(`VER 1 MSNP8\r\n${UP_TO_TICKET}`));
  expect(say(session, woken('step')).outputs).toEqual([]);
  expect(say(signedIn('MSNP8'), woken('step')).outputs).toEqual([]);
});

// ---- refusals and ends

test.each([
  ['911 4\r\n', 911],
  ['928 4\r\n', 928],
  ['500 99\r\n', 500],
])('is not let in: %j', (answer, code) => {
  const session = new NotificationSession(OPTIONS);
  say(session, signIn, received(`VER 1 MSNP8\r\n${UP_TO_TICKET}`), ticket);
  const { events, closes } = say(session, received(answer));
  expect(events).toEqual([{ type: 'sign-in-refused', code }]);
  expect(closes).toEqual([undefined]);
});

test('names the command that nobody waits for', () => {
  const session = signedIn('MSNP8');
  say(session, order({ type: 'set-status', status: 'BSY' }));
  expect(say(session, received('800 7\r\n209 99\r\n')).events).toEqual([
    { type: 'command-refused', verb: 'CHG', code: 800 },
    { type: 'command-refused', verb: '', code: 209 },
  ]);
});

test.each<[string, object]>([
  ['OUT OTH', { reason: 'elsewhere' }],
  ['OUT SSD', { reason: 'shutdown' }],
  ['OUT RCT 5', { reason: 'moved', minutes: 5 }],
  ['OUT MIG', { reason: 'moved' }],
  ['OUT TOU', { reason: 'terms' }],
  ['OUT', { reason: 'unknown' }],
])('is signed out by %s', (line, expected) => {
  const session = signedIn('MSNP12');
  const { events, closes } = say(session, received(`${line}\r\nNLN NLN bob@x.y B\r\n`));
  expect(events).toEqual([{ type: 'signed-out', ...expected }]);
  expect(closes).toEqual([undefined]);
  expect(say(session, received('NLN NLN bob@x.y B\r\n'), woken('ping')).outputs).toEqual([]);
});

test('signs out politely', () => {
  const { sent, closes } = say(signedIn('MSNP8'), order({ type: 'sign-out' }));
  expect(sent).toEqual(['OUT\r\n']);
  expect(closes).toEqual([undefined]);
});

test('passes over what it need not know', () => {
  const session = signedIn('MSNP12');
  const lines = 'NOT 0\r\nIPG 0\r\nGCF 0 3\r\nabcSBS 0 null\r\n';
  expect(say(session, received(`${lines}XYZ 1 2\r\ntoS 1\r\nUUX 9 0\r\n`)).outputs).toEqual([]);
});

test('no notice ends the session, and none is lost in silence', () => {
  const session = signedIn('MSNP12');
  const large = `<NOTIFICATION>${'x'.repeat(1_000_000)}`;
  const notices = [
    'NOT 9\r\n<unclosedIPG 4\r\n\xff\xfe<&',
    `IPG ${large.length}\r\n${large}`,
    'NOT\r\nIPG x\r\nNOT 0\r\n',
  ];
  expect(say(session, ...notices.map((notice) => received(Buffer.from(notice, 'latin1'))))).toMatchObject({
    events: [
      { type: 'alert-lost', origin: 'service', reason: 'unreadable' },
      { type: 'alert-lost', origin: 'telephone', reason: 'unreadable' },
      { type: 'alert-lost', origin: 'telephone', reason: 'too-long' },
    ],
    closes: [],
  });
  expect(say(session, received('FLN bob@x.y\r\n')).events).toHaveLength(1);
});

test('what somebody writes beside their name ends no session, however long it is', () => {
  const session = signedIn('MSNP12');
  const novel = `<Data><PSM>${'x'.repeat(9_000)}</PSM></Data>`;
  const said = say(session, received(`UBX bob@x.y ${novel.length}\r\n${novel}FLN bob@x.y\r\n`));
  expect(said).toMatchObject({ closes: [], events: [{ message: '', media: '' }, { type: 'status-changed' }] });
});

test('what nobody escaped beside a name is read all the same', () => {
  const session = signedIn('MSNP12');
  const psm = '<Data><PSM>1 < 2 &amp;&#x26; 3 &#62; 2 &copy; &#x110000;</PSM></Data>';
  expect(say(session, received(`UBX bob@x.y ${psm.length}\r\n${psm}`)).events).toMatchObject([
    { message: '1 < 2 && 3 > 2 &copy; &#x110000;' },
  ]);
});

test.each([
  ['MSNP8', 'URL 7 /cgi-bin/HoTMaiL https://l.example.com/md5auth.srf?lc=1033 2', '2'],
  ['MSNP8', 'URL 7 /cgi-bin/HoTMaiL https://l.example.com/md5auth.srf?lc=1033', ''],
] as const)('asks for a page in %s: %s', (dialect, answer, id) => {
  const session = signedIn(dialect);
  const wish = order({ type: 'request-page', request: 'r', page: 'COMPOSE', argument: 'bob@x.y' } as const);
  expect(say(session, wish).sent).toEqual(['URL 7 COMPOSE bob@x.y\r\n']);
  const page = { path: '/cgi-bin/HoTMaiL', postUrl: 'https://l.example.com/md5auth.srf?lc=1033', id };
  expect(say(session, received(`${answer}\r\n`)).events).toEqual([
    { type: 'page-granted', request: 'r', page },
    { type: 'request-done', request: 'r' },
  ]);
});

test('a broken stream closes the connection, after all that came before it', () => {
  const { events, closes } = say(signedIn('MSNP12'), received('FLN bob@x.y\r\nMSG a b c\r\n'));
  expect(events).toHaveLength(1);
  expect(closes).toEqual([expect.any(MsnpProtocolError)]);
});

test('hears the recorded maintenance and its end', () => {
  const recorded = readTranscript('server-maintenance').find(({ name }) => name === 'NS/carol');
  const { events } = replayNotification(
    recorded ?? { name: '', kind: 'http', said: [], closedBy: undefined },
    seeded(1),
  );
  expect(events.slice(-3)).toEqual([
    { type: 'maintenance', minutes: 5 },
    { type: 'maintenance', minutes: 0 },
    { type: 'signed-out', reason: 'shutdown' },
  ]);
});
