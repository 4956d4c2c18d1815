// The notice that somebody's address book has changed, which goes with every change of the reverse list. Knows its text only.
import type { Account } from '../account.ts';

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
