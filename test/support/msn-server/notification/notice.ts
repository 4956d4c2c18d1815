// What the notification server says of itself: messages of services, and notices as documents. Knows their texts only.
import type { Account } from '../account.ts';
import type { Session } from './session.ts';

/** A service's message: its body is lines of fields, which an empty line may end. */
export function sendNotice(
  session: Session,
  contentType: string,
  fields: readonly (readonly [string, string | number])[],
  endsInBlank = false,
): void {
  const head = ['MIME-Version: 1.0', `Content-Type: ${contentType}`, ''];
  const body = fields.map(([name, value]) => `${name}: ${value}`);
  const text = [...head, ...body, '', ...(endsInBlank ? [''] : [])].join('\r\n');
  session.sendPayload(Buffer.from(text), 'MSG', 'Hotmail', 'Hotmail');
}

/** The server goes down in so many minutes; with none left, now. */
export function sendShutDownWarning(session: Session, minutes: number): void {
  sendNotice(session, 'application/x-msmsgssystemmessage', [
    ['Type', 1],
    ['Arg1', minutes],
  ]);
}

/** An alert of some service. Its links are relative, and written as carelessly as they were. */
export function alertDocument(account: Account, text: string): string {
  return [
    '<NOTIFICATION ver="1" id="342902633" siteid="199999999" siteurl="http://alerts.example.com">',
    `<TO pid="${hex(account.memberId.low)}:${hex(account.memberId.high)}" name="${account.address}" email="${account.address}"><VIA agent="messenger"/></TO>`,
    '<MSG pri="1" id="342902633"><ACTION url="/act?x=1&y=2"/><SUBSCR url="/sub"/><CAT id="110110001"/>',
    `<BODY lang="3076" icon="/i.gif"><TEXT>${text}</TEXT></BODY></MSG>`,
    '</NOTIFICATION>',
  ].join('\r\n');
}

/** A message from a telephone. */
export function pageDocument(account: Account, from: string, text: string): string {
  return [
    '<NOTIFICATION id="0" siteid="111100400" siteurl="http://mobile.msn.com/">',
    `<TO name="${account.address}"><VIA agent="mobile"/></TO>`,
    `<FROM name="${from}"/>`,
    '<MSG pri="1" id="1"><CAT Id="110110001"/><ACTION url="2wayIM.asp"/><SUBSCR url="2wayIM.asp"/>',
    `<BODY lcid="1033"><TEXT>${text}</TEXT></BODY></MSG>`,
    '</NOTIFICATION>',
  ].join('\r\n');
}

/** The notice that goes with every change of the reverse list. */
export function noticeOfChange(account: Account): Buffer {
  const lines = [
    '<NOTIFICATION id="0" siteid="45705" siteurl="http://contacts.msn.com">',
    `\t<TO pid="${hex(account.memberId.low)}:${hex(account.memberId.high)}" name="${account.address}">`,
    '\t\t<VIA agent="messenger" />',
    '\t</TO>',
    '\t<MSG id="0">',
    '\t\t<SUBSCR url="s.htm" />',
    '\t\t<ACTION url="a.htm" />',
    '\t\t<BODY>',
    '\t\t\t&lt;NotificationData xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"&gt;',
    '\t\t\t\t&lt;Service&gt;ABCHInternal&lt;/Service&gt;',
    '\t\t\t\t&lt;CID&gt;1136741134175073718&lt;/CID&gt;',
    `\t\t\t\t&lt;LastModifiedDate&gt;${new Date().toISOString().slice(0, 19)}Z&lt;/LastModifiedDate&gt;`,
    '\t\t\t\t&lt;HasNewItem&gt;false&lt;/HasNewItem&gt;',
    '\t\t\t&lt;/NotificationData&gt;',
    '\t\t</BODY>',
    '\t</MSG>',
    '</NOTIFICATION>',
  ];
  return Buffer.from(lines.join('\r\n'));
}

function hex(number: number): string {
  return `0x${number.toString(16).padStart(8, '0')}`;
}
