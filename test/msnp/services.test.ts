// Mail, pages, notices: what a notification server tells besides contacts, and the form that opens a mailbox.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AccountProfile } from '../../src/msnp/account-profile.ts';
import { readAlert } from '../../src/msnp/alerts.ts';
import { countMail } from '../../src/msnp/mail-count.ts';
import type { MailCount } from '../../src/msnp/mail-count.ts';
import { mailCredentials, mailLoginForm } from '../../src/msnp/mail-login.ts';
import { decodeWords } from '../../src/msnp/mime-words.ts';
import { readServerMessage } from '../../src/msnp/server-messages.ts';
import type { SessionEvent } from '../../src/msnp/notification-types.ts';
import { readTree } from '../../src/msnp/xml-tree.ts';
import { INITIAL_MAIL, NEW_MAIL, PROFILE } from '../fixtures/classic-talk.ts';
import { readTranscript } from '../support/transcript.ts';
import { NOON } from './support/inputs.ts';
import { seeded } from './support/random.ts';
import { replayNotification } from './support/replay.ts';

const message = (type: string, ...body: string[]): Buffer =>
  Buffer.from(['MIME-Version: 1.0', `Content-Type: ${type}; charset=UTF-8`, '', ...body].join('\r\n'));
const read = (payload: string | Buffer): readonly SessionEvent[] => readServerMessage(Buffer.from(payload), NOON);

// ---- encoded words

test.each([
  ['=?"us-ascii"?Q?newsubject?=', 'newsubject'],
  ['=?us-ascii?q?a_b=20c?=', 'a b c'],
  ['=?utf-8?B?QWxpY2U=?=', 'Alice'],
  ['=?utf-8?B?QWxpY2U= ?=', 'Alice'],
  ['=?UTF-8?q?=C3=A9=E6=97=A5?= plain', 'é日 plain'],
  ['=?utf-8?q?=C3?= =?utf-8?q?=A9?=', 'é'],
  ['=?iso-8859-1?Q?=E9t=E9?=\r\n =?utf-8?B?w6k=?= x', 'étéé x'],
  ['=?windows-1252?Q?=80_=93a=94?=', '€ “a”'],
  ['=?us-ascii?Q?=E9?=', 'é'],
  ['=?utf-8*en?Q?a?=', 'a'],
  ['Re: =?koi8-r?B?8NLJ18XU?=', 'Re: Привет'],
  ['=?no-such-charset?Q?a?=', '=?no-such-charset?Q?a?='],
  ['=?utf-8?X?a?=', '=?utf-8?X?a?='],
  ['=?utf-8?Q?a', '=?utf-8?Q?a'],
  ['=?utf-8?Q?line=0D=0Aend?=', 'line end'],
  ['Mike Mintz', 'Mike Mintz'],
  ['a =?utf-8?Q?b?= c', 'a b c'],
])('decodes %j', (text, expected) => {
  expect(decodeWords(text)).toBe(expected);
});

test('any header can be decoded', () => {
  const part = fc.constantFrom('=?', '?=', '?', 'utf-8', 'B', 'Q', '=C3', '"', '_', ' ', '\n', 'é', 'koi8-r', '=zz');
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string({ unit: 'binary' })), { maxLength: 30 }), (parts) => {
      expect(decodeWords(parts.join(''))).not.toMatch(/\p{Cc}/u);
    }),
  );
});

// ---- messages of the server

test('reads the profile of the slides', () => {
  expect(read(PROFILE)).toEqual([
    {
      type: 'profile',
      profile: {
        auth: '41bbzZ*NzDmDQ8ic4HWo89b9zhCBk!0NDJKB3Los8UMgBnCOLSwQKo!8IeIHQFOVVItS10zIL36e5MAdMaB3mpZwS$$',
        siteId: '507',
        keyVersion: '4',
        loginTime: 1_050_223_062,
        receivedAt: NOON,
        emailEnabled: false,
        preferredEmail: 'alice@passport.com',
        migrated: true,
      },
    },
  ]);
});

test('reads the mail of the slides', () => {
  expect(read(INITIAL_MAIL)).toEqual([
    {
      type: 'mail-counted',
      inbox: 1,
      folders: 0,
      inboxPath: '/cgi-bin/HoTMaiL',
      foldersPath: '/cgi-bin/folders',
      postUrl: 'http://www.hotmail.com',
    },
  ]);
  expect(read(NEW_MAIL)).toEqual([
    {
      type: 'mail-arrived',
      from: 'Mike Mintz',
      address: 'example@passport.com',
      subject: 'newsubject',
      folder: 'ACTIVE',
      page: {
        path: '/cgi-bin/getmsg?msg=MSG1050451140.21&start=2310&len=2059&curmbox=ACTIVE',
        postUrl: 'https://loginnet.passport.com/ppsecure/md5auth.srf?lc=1038',
        id: '2',
      },
    },
  ]);
});

test('reads mail that was moved, and counts that make no sense as none', () => {
  const moved = message(
    'text/x-msmsgsactivemailnotification',
    'Src-Folder: .!!OIM',
    'Dest-Folder: .!!trAsH',
    'Message-Delta: 2',
  );
  expect(read(moved)).toEqual([{ type: 'mail-moved', from: '.!!OIM', to: '.!!trAsH', count: 2 }]);
  expect(read(message('text/x-msmsgsinitialemailnotification', 'Inbox-Unread: -1'))).toEqual([
    { type: 'mail-counted', inbox: 0, folders: 0 },
  ]);
});

test('reads mail data: counts, and messages that wait', () => {
  const xml = `<MD><E><I>884</I><IU>3</IU><O>222</O><OU>15</OU></E><Q><QTM>1</QTM></Q><M><T>11</T><RT>2026-01-02T03:04:05.000Z</RT><E>Bob@example.com</E><I>ID-1</I><N>=?utf-8?B?Qm9i ?=</N></M><M><E>nobody</E><I>ID-2</I></M><SU> </SU></MD>`;
  expect(read(message('text/x-msmsgsinitialmdatanotification', `Mail-Data: ${xml}`, 'Inbox-URL: /in'))).toEqual([
    { type: 'mail-counted', inbox: 3, folders: 15, inboxPath: '/in' },
    {
      type: 'offline-messages',
      complete: true,
      messages: [{ id: 'ID-1', address: 'bob@example.com', nick: 'Bob', at: new Date('2026-01-02T03:04:05Z') }],
    },
  ]);
  expect(read(message('text/x-msmsgsinitialmdatanotification', 'Mail-Data: too-large'))).toEqual([
    { type: 'offline-messages', messages: [], complete: false },
  ]);
  for (const bad of ['', '<MD>', '<XX/>', '<!DOCTYPE a><MD/>']) {
    expect(read(message('text/x-msmsgsoimnotification', `Mail-Data: ${bad}`))).toEqual([]);
  }
});

test.each(['bob', '@', 'a@', 'bob&#10;@example.com', 'bob@exa mple.com', 'a@b@c&#9;d'])(
  'a message that waits from %s waits from nobody',
  (address) => {
    const xml = `<MD><M><E>${address}</E><I>1</I></M><M><E>bob@example.com</E><I>2</I></M></MD>`;
    expect(read(message('text/x-msmsgsoimnotification', `Mail-Data: ${xml}`))).toMatchObject([
      { type: 'offline-messages', messages: [{ id: '2' }] },
    ]);
  },
);

test('many waiting messages fit into one line', () => {
  const one = `<M><E>bob@example.com</E><I>${'A'.repeat(36)}</I><F>00000000-0000-0000-0000-000000000009</F><N>=?utf-8?B?${'Qm9i'.repeat(40)}?=</N></M>`;
  const [news] = read(message('text/x-msmsgsoimnotification', `Mail-Data: <MD>${one.repeat(25)}</MD>`));
  expect(news).toMatchObject({ type: 'offline-messages', complete: true });
  expect(news?.type === 'offline-messages' && news.messages).toHaveLength(25);
});

test('hears the recorded notices of offline messages', () => {
  const recorded = readTranscript('msnp11-offline-messages').filter(({ name }) => name === 'NS/bob');
  const events = recorded.flatMap((each) => replayNotification(each, seeded(5)).events);
  const waiting = events.flatMap((event) => (event.type === 'offline-messages' ? event.messages : []));
  expect(waiting.map(({ nick, at }) => [nick, at?.toISOString()])).toEqual([
    ['Alice', '2026-11-22T21:58:14.000Z'],
    ['Alice', undefined],
  ]);
  expect(events.filter(({ type }) => type === 'mail-moved')).toHaveLength(1);
});

test('counts unread mail as it comes and goes', () => {
  const mail = (folder: string) => ({ type: 'mail-arrived', from: 'x', address: 'x', subject: '', folder }) as const;
  const moved = (from: string, to: string, count: number) => ({ type: 'mail-moved', from, to, count }) as const;
  const news = [
    moved('ACTIVE', '.!!trAsH', 1),
    mail('HM_BuLkMail_'),
    { type: 'mail-counted', inbox: 1, folders: 4 } as const,
    mail('ACTIVE'),
    mail('HM_BuLkMail_'),
    moved('.!!OIM', '.!!trAsH', 3),
    moved('ACTIVE', 'ACTIVE', 9),
    moved('.!!trAsH', 'ACTIVE', 2),
    moved('ACTIVE', '.!!trAsH', 3),
    moved('ACTIVE', '.!!trAsH', 9),
  ];
  let count: MailCount | undefined;
  const counts = news.map((each) => (count = countMail(count, each)) && `${count.inbox} ${count.folders}`);
  expect(counts).toEqual([undefined, '0 1', '1 4', '2 4', '2 5', '2 5', '2 5', '4 5', '1 5', '0 5']);
});

// ---- the form

const PROFILE_OF_ALICE: AccountProfile = {
  auth: 'TICKETabc',
  siteId: '507',
  keyVersion: '4',
  loginTime: 1_050_223_062,
  receivedAt: NOON,
  emailEnabled: true,
  preferredEmail: 'alice@example.com',
  migrated: true,
};
const ALICE = { address: 'alice@example.com', password: 'secret1' };
const PAGE = {
  path: '/cgi-bin/HoTMaiL',
  postUrl: 'https://loginnet.passport.com/ppsecure/md5auth.srf?lc=1033',
  id: '2',
};
const later = (seconds: number): Date => new Date(NOON.getTime() + seconds * 1000);

test('computes the credentials of the document', () => {
  expect(mailCredentials('TICKETabc', '9', 'secret1')).toBe('aba3281914e3c21f35448c8e1e06dce5');
});

test('fills in the form of the slides, without the password', () => {
  const form = mailLoginForm(PAGE, PROFILE_OF_ALICE, ALICE, later(9.7));
  expect(form).toEqual({
    action: PAGE.postUrl,
    fields: [
      ['mode', 'ttl'],
      ['login', 'alice'],
      ['username', 'alice@example.com'],
      ['sid', '507'],
      ['kv', '4'],
      ['id', '2'],
      ['sl', '9'],
      ['rru', '/cgi-bin/HoTMaiL'],
      ['auth', 'TICKETabc'],
      ['creds', 'aba3281914e3c21f35448c8e1e06dce5'],
      ['svc', 'mail'],
      ['js', 'yes'],
    ],
  });
  expect(JSON.stringify(form)).not.toContain('secret1');
  expect(mailLoginForm(PAGE, PROFILE_OF_ALICE, ALICE, later(-60))?.fields[6]).toEqual(['sl', '0']);
});

test('a server without mail has no form', () => {
  expect(mailLoginForm({ ...PAGE, postUrl: '/unused2' }, PROFILE_OF_ALICE, ALICE, NOON)).toBeUndefined();
  expect(mailLoginForm({ ...PAGE, postUrl: 'javascript:x' }, PROFILE_OF_ALICE, ALICE, NOON)).toBeUndefined();
  expect(mailLoginForm(PAGE, { ...PROFILE_OF_ALICE, auth: '' }, ALICE, NOON)).toBeUndefined();
});

// ---- notices

const NOTICE = `<NOTIFICATION ver="1" id="34" siteid="199999999" siteurl="http://alerts.example.com">
  <TO pid="0x0:0x1" name="alice@example.com"><VIA agent="messenger"/></TO>
  <MSG pri="1" id="35"><ACTION url="/act?x=1&y=2"/><SUBSCR url="/sub"/><CAT id="110110001"/>
  <BODY lang="3076" icon="/i.gif"><TEXT>fish & chips</TEXT><TEXTX>x</TEXTX></BODY></MSG></NOTIFICATION>`;

test('reads a notice, unescaped signs and all', () => {
  expect(readAlert(Buffer.from(NOTICE), 'service')).toEqual({
    type: 'alert',
    origin: 'service',
    siteId: '199999999',
    text: 'fish & chips',
    url: 'http://alerts.example.com/act?x=1&y=2&notification_id=34&message_id=35&agent=messenger',
  });
});

test('reads a message from a telephone', () => {
  const page = `<NOTIFICATION id="0" SiteId="111100400" siteurl="http://mobile.msn.com/"><TO name="alice@example.com"/><FROM name="tel:+15550100"/><MSG pri="1" id="1"><CAT Id="110110001"/><BODY lcid="1033"><TEXT>text</TEXT></BODY></MSG></NOTIFICATION>`;
  expect(readAlert(Buffer.from(page), 'telephone')).toEqual({
    type: 'alert',
    origin: 'telephone',
    siteId: '111100400',
    from: 'tel:+15550100',
    text: 'text',
  });
});

test('knows the recorded notices for what they are', () => {
  const payloads = ['msnp8-contacts', 'msnp10-login-contacts-chat'].flatMap((name) =>
    readTranscript(name).flatMap(({ said }) =>
      said.filter(({ line }) => line.startsWith('NOT ')).map((s) => s.payload),
    ),
  );
  expect(payloads.length).toBeGreaterThan(3);
  for (const payload of payloads) {
    expect(readAlert(payload, 'service')).toMatchObject({ siteId: '45705', service: 'ABCHInternal', text: '' });
  }
});

test.each([
  '',
  'text',
  '<NOTIFICATION',
  '<OTHER><MSG/></OTHER>',
  '<NOTIFICATION/>',
  '<!DOCTYPE a [<!ENTITY b "c">]><NOTIFICATION><MSG><BODY>&b;</BODY></MSG></NOTIFICATION>',
  '<NOTIFICATION><NOTIFICATION></MSG>',
])('a notice that is none: %j', (xml) => {
  expect(readAlert(Buffer.from(xml), 'service')).toBeUndefined();
});

test('an address that is no web page is left out', () => {
  const notice = NOTICE.replace('/act?x=1&y=2', 'javascript:alert(1)');
  expect(readAlert(Buffer.from(notice), 'service')).not.toHaveProperty('url');
});

test.each([
  ['great depth', `${'<a>'.repeat(17)}${'</a>'.repeat(17)}`, 'too-deep'],
  ['very many elements', `<a>${'<b/>'.repeat(4096)}</a>`, 'too-many-elements'],
  ['great length', `<a>${'x'.repeat(65_536)}</a>`, 'too-long'],
  ['a name twice', '<a b="1" b="2"/>', 'malformed'],
  ['declarations', '<!DOCTYPE a><a/>', 'declared'],
])('refuses %s', (_, xml, reason) => {
  expect(readTree(xml)).toEqual({ refused: reason });
});

test('no payload makes a reader throw', () => {
  const types = [
    'profile',
    'initialemailnotification',
    'initialmdatanotification',
    'emailnotification',
    'oimnotification',
  ];
  const piece = fc.constantFrom(
    '<MD>',
    '</MD>',
    '<M>',
    '<E>',
    '&',
    '<![CDATA[',
    'Mail-Data: ',
    'From: =?utf-8?B?',
    '\n',
  );
  const noise = fc
    .array(fc.oneof(piece, fc.string({ unit: 'binary' })), { maxLength: 20 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.constantFrom(...types), noise, (type, body) => {
      expect(read(message(`text/x-msmsgs${type}`, body)).length).toBeLessThan(3);
      const alert = readAlert(Buffer.from(`<NOTIFICATION><MSG>${body}`), 'service');
      expect(alert === undefined || alert.type === 'alert').toBe(true);
    }),
    { numRuns: 300 },
  );
});
