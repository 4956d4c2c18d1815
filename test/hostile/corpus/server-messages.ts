// What a notification server writes itself: XML of personal messages, notices and mail, and the heads around it.

import { kind } from './kind.ts';
import { streamEntries } from './streams.ts';
import type { StreamCase } from './streams.ts';

/** One command with a payload, and the events that come of it. */
function payload(
  rule: string,
  name: string,
  head: string,
  body: string | Buffer,
  told: readonly object[],
  cve?: string,
): StreamCase {
  const content = Buffer.from(body as string);
  const bytes = Buffer.concat([Buffer.from(`${head} ${content.length}\r\n`), content]);
  const where = { roles: ['notification'], stages: ['ready'] } as const;
  return { rule, name, bytes, wanted: { told }, ...where, ...(cve !== undefined && { cve }) };
}

const psm = (message: string, media = ''): object => ({ type: 'personal-message-changed', message, media });
const ubx = (rule: string, name: string, body: string | Buffer, told: object): StreamCase =>
  payload(rule, name, 'UBX bob@example.com', body, [told]);
const not = (rule: string, name: string, body: string, told: object): StreamCase =>
  payload(rule, name, 'NOT', body, [told]);
const lost = (reason: 'unreadable' | 'too-long'): object => ({ type: 'alert-lost', origin: 'service', reason });

/** A message of the service. */
function service(
  rule: string,
  name: string,
  type: string,
  body: string | Buffer,
  told: readonly object[],
  cve?: string,
): StreamCase {
  const head = Buffer.from(`MIME-Version: 1.0\r\nContent-Type: ${type}; charset=UTF-8\r\n\r\n`);
  return payload(rule, name, 'MSG Hotmail Hotmail', Buffer.concat([head, Buffer.from(body as string)]), told, cve);
}
const oim = (rule: string, name: string, xml: string | Buffer, told: readonly object[], cve?: string): StreamCase =>
  service(
    rule,
    name,
    'text/x-msmsgsoimnotification',
    Buffer.concat([Buffer.from('Mail-Data: '), Buffer.from(xml as string), Buffer.from('\r\n')]),
    told,
    cve,
  );
const mail = (rule: string, name: string, body: string, told: readonly object[], cve?: string): StreamCase =>
  service(rule, name, 'text/x-msmsgsemailnotification', body, told, cve);
const waiting = (...messages: readonly object[]): object => ({ type: 'offline-messages', messages });

const NO_DTD = 'a document declares nothing';
const DEPTH = 'a document has sixteen levels and four thousand elements at most';
const BROKEN = 'a document that is none says nothing';
const FIELDS = 'a notice may lack anything';
const NUMBERS = 'a count is a number of nine digits at most';
const LETTERS = 'bytes that are no letters become letters all the same';
const LINKS = 'only addresses of the web are links';

const BILLION = `<!DOCTYPE d [<!ENTITY a "ha">${'bcdefghij'
  .split('')
  .map((name, index) => `<!ENTITY ${name} "${`&${'abcdefghij'[index]};`.repeat(10)}">`)
  .join('')}]>`;
const EXTERNAL = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>';
const deep = (levels: number, name = 'a'): string => `<${name}>`.repeat(levels) + `</${name}>`.repeat(levels);
const OFFLINE = '<M><T>11</T><E>bob@example.com</E><I>1</I><N>Bob</N><RT>2026-01-01T00:00:00Z</RT></M>';

const CASES: readonly StreamCase[] = [
  ubx(NO_DTD, 'a personal message of a billion laughs', `${BILLION}<Data><PSM>&j;</PSM></Data>`, psm('&j;')),
  ubx(NO_DTD, 'a personal message from a file of ours', `${EXTERNAL}<Data><PSM>&x;</PSM></Data>`, psm('&x;')),
  ubx(DEPTH, 'four hundred levels', `<Data>${deep(400)}<PSM>x</PSM></Data>`, psm('x')),
  ubx(DEPTH, 'elements without end', `<Data>${'<a/>'.repeat(1_900)}<PSM>x</PSM></Data>`, psm('x')),
  ubx(BROKEN, 'nothing', '', psm('')),
  ubx(BROKEN, 'letters', 'hello', psm('')),
  ubx(BROKEN, 'a beginning', '<Data><PSM>half a line', psm('')),
  ubx(BROKEN, 'an end before the beginning', '</PSM>x<PSM>', psm('')),
  ubx(
    BROKEN,
    'elements that cross',
    '<Data><PSM><CurrentMedia>x</PSM>y</CurrentMedia></Data>',
    psm('<CurrentMedia>x', 'x</PSM>y'),
  ),
  ubx(BROKEN, 'text that nobody escaped', '<Data><PSM>a & b < c</PSM></Data>', psm('a & b < c')),
  ubx(
    BROKEN,
    'processing instructions',
    '<?xml version="1.0" encoding="UTF-7"?><?php evil ?><Data><PSM>x</PSM></Data>',
    psm('x'),
  ),
  ubx(
    BROKEN,
    'names of the object prototype',
    '<__proto__><constructor>x</constructor><PSM>y</PSM></__proto__>',
    psm('y'),
  ),
  ubx(BROKEN, 'a character that XML does not have', '<Data><PSM>a&#0;b</PSM></Data>', psm('a&#0;b')),
  ubx(LETTERS, 'half a character', Buffer.from('<Data><PSM>\xe2\x82</PSM></Data>', 'latin1'), psm('â‚')),

  not(
    NO_DTD,
    'a notice of a billion laughs',
    `${BILLION}<NOTIFICATION id="1" siteid="1"><MSG id="1"><BODY><TEXT>&j;</TEXT></BODY></MSG></NOTIFICATION>`,
    lost('unreadable'),
  ),
  not(
    NO_DTD,
    'a notice from a file of ours',
    `${EXTERNAL}<NOTIFICATION id="1" siteid="1"><MSG id="1"><BODY><TEXT>&x;</TEXT></BODY></MSG></NOTIFICATION>`,
    lost('unreadable'),
  ),
  not(DEPTH, 'seventeen levels', `<NOTIFICATION><MSG>${deep(17)}</MSG></NOTIFICATION>`, lost('unreadable')),
  not(
    DEPTH,
    'five thousand elements',
    `<NOTIFICATION><MSG/>${'<a/>'.repeat(5_000)}</NOTIFICATION>`,
    lost('unreadable'),
  ),
  not(
    DEPTH,
    'a hundred kilobytes',
    `<NOTIFICATION><MSG><BODY>${'x'.repeat(100_000)}</BODY></MSG></NOTIFICATION>`,
    lost('too-long'),
  ),
  not(BROKEN, 'nothing but a blank', ' ', lost('unreadable')),
  not(BROKEN, 'another document', '<html><body onload="evil()">x</body></html>', lost('unreadable')),
  not(BROKEN, 'a notice of no message', '<NOTIFICATION id="1"/>', lost('unreadable')),
  not(BROKEN, 'attributes without end', `<NOTIFICATION ${'a="b" '.repeat(10_000)}/>`, lost('unreadable')),
  not(FIELDS, 'a notice that says nothing', '<NOTIFICATION><MSG/></NOTIFICATION>', {
    type: 'alert',
    text: '',
    siteId: '',
  }),
  not(
    FIELDS,
    'a document within a document that is none',
    '<NOTIFICATION><MSG><BODY>&lt;NotificationData&gt;&lt;Service&gt;</BODY></MSG></NOTIFICATION>',
    { type: 'alert', text: '', service: '' },
  ),
  ...['javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', 'http://[::1', '\\\\host\\share'].map((url) =>
    not(
      LINKS,
      `a notice that leads to ${url}`,
      `<NOTIFICATION><MSG><ACTION url="${url}"/><BODY><TEXT>x</TEXT></BODY></MSG></NOTIFICATION>`,
      { type: 'alert', text: 'x' },
    ),
  ),

  oim(NO_DTD, 'offline messages of a billion laughs', `${BILLION}<MD>${OFFLINE}</MD>`, [], 'CVE-2013-6482'),
  oim(FIELDS, 'an offline message of nobody', '<MD><M><I>1</I></M></MD>', [], 'CVE-2013-6482'),
  oim(FIELDS, 'an offline message without an id', '<MD><M><E>bob@example.com</E></M></MD>', [], 'CVE-2013-6482'),
  oim(FIELDS, 'an offline message of nothing', '<MD><M/><M></M></MD>', [], 'CVE-2013-6482'),
  oim(FIELDS, 'an offline message of no time', '<MD><M><E>bob@example.com</E><I>1</I><RT>yesterday</RT></M></MD>', [
    waiting({ id: '1', at: undefined }),
  ]),
  oim(FIELDS, 'nothing in the place of offline messages', '', [], 'CVE-2013-6482'),
  oim(DEPTH, 'a thousand offline messages', `<MD>${OFFLINE.repeat(500)}</MD>`, [
    waiting(...Array.from({ length: 256 }, () => ({ id: '1' }))),
  ]),
  oim(
    LETTERS,
    'an offline message in letters of another charset',
    Buffer.from('<MD><M><E>bob@example.com</E><I>1</I><N>B\xf6b</N></M></MD>', 'latin1'),
    [waiting({ nick: 'Böb' })],
    'CVE-2012-1178',
  ),
  oim(
    LETTERS,
    'a name in a charset that nobody knows',
    '<MD><M><E>bob@example.com</E><I>1</I><N>=?x-evil?B?////?=</N></M></MD>',
    [waiting({ nick: '=?x-evil?B?////?=' })],
    'CVE-2012-1178',
  ),
  oim(
    LETTERS,
    'a name in base64 that is none',
    '<MD><M><E>bob@example.com</E><I>1</I><N>=?UTF-8?B?***?=</N></M></MD>',
    [waiting({ nick: 'bob@example.com' })],
    'CVE-2012-1178',
  ),
  oim(
    LETTERS,
    'a name that ends the line',
    '<MD><M><E>bob@example.com</E><I>1</I><N>=?UTF-8?Q?a=0D=0Ab=00c?=</N></M></MD>',
    [waiting({ nick: 'a b c' })],
    'CVE-2012-1178',
  ),
  oim(
    LETTERS,
    'a name of half characters',
    '<MD><M><E>bob@example.com</E><I>1</I><N>=?UTF-16?B?ANg=?=</N></M></MD>',
    [waiting({ nick: '\ufffd' })],
    'CVE-2012-1178',
  ),

  mail(FIELDS, 'mail of nobody', '\r\n', [{ type: 'mail-arrived', from: '', subject: '' }], 'CVE-2013-6482'),
  mail(
    FIELDS,
    'mail without a colon',
    'From\r\nSubject\r\n',
    [{ type: 'mail-arrived', from: '', subject: '' }],
    'CVE-2013-6482',
  ),
  mail(
    LETTERS,
    'a subject of encoded words without end',
    `From: =?UTF-8?B?Qm9i?=\r\nSubject: ${'=?UTF-8?B?QQ==?= '.repeat(400)}\r\n`,
    [{ type: 'mail-arrived', from: 'Bob' }],
  ),
  mail(LETTERS, 'a subject that turns the text', 'Subject: =?UTF-8?B?4oCu?=evil\r\n', [{ type: 'mail-arrived' }]),
  service(
    NUMBERS,
    'a count of 10^30',
    'text/x-msmsgsinitialemailnotification',
    `Inbox-Unread: 1${'0'.repeat(30)}\r\nFolders-Unread: -1\r\n`,
    [{ type: 'mail-counted', inbox: 0, folders: 0 }],
  ),
  service(
    NUMBERS,
    'mail moved minus five times',
    'text/x-msmsgsactivemailnotification',
    'Src-Folder: ACTIVE\r\nMessage-Delta: -5\r\n',
    [{ type: 'mail-moved', count: 0 }],
  ),
  service(
    NUMBERS,
    'maintenance in 10^30 minutes',
    'application/x-msmsgssystemmessage',
    `Type: 1\r\nArg1: 1${'0'.repeat(30)}\r\n`,
    [],
  ),
  service(
    FIELDS,
    'a profile of nothing',
    'text/x-msmsgsprofile',
    '',
    [{ type: 'profile', profile: { auth: '', siteId: '', emailEnabled: false } }],
    'CVE-2013-6482',
  ),
  service(FIELDS, 'a kind of message that nobody knows', 'text/x-msmsgsevil', 'x', []),
];

export const serverMessages = kind('server messages', CASES, streamEntries, ({ bytes }) => bytes);
