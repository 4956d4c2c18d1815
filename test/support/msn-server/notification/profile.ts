// The profile message that ends a sign-in. Knows its fields; not when it is sent.
import type { Account } from '../account.ts';
import { LOOPBACK } from '../listener.ts';

export function profileOf(account: Account, ticket: string, port: number): Buffer {
  const fields: readonly (readonly [string, string | number])[] = [
    ['MIME-Version', '1.0'],
    ['Content-Type', 'text/x-msmsgsprofile; charset=UTF-8'],
    ['LoginTime', Math.floor(Date.now() / 1_000)],
    ['EmailEnabled', 0],
    ['MemberIdHigh', account.memberId.high],
    ['MemberIdLow', account.memberId.low],
    ['lang_preference', 1033],
    ['preferredEmail', ''],
    ['country', ''],
    ['PostalCode', ''],
    ['Gender', ''],
    ['Kid', 0],
    ['Age', ''],
    ['BDayPre', ''],
    ['Birthday', ''],
    ['Wallet', ''],
    ['Flags', 536872513],
    ['sid', 507],
    ['MSPAuth', `${ticket}${Buffer.from('a web ticket nobody redeems').toString('base64')}&p=`],
    ['ClientIP', LOOPBACK],
    ['ClientPort', port],
    ['ABCHMigrated', 1],
    ['MPOPEnabled', 0],
  ];
  const lines = fields.map(([name, value]) => (value === '' ? `${name}:` : `${name}: ${value}`));
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}
