// The profile message that ends a sign-in. Knows its fields; not when it is sent.
import { LOOPBACK } from '../listener.ts';
import type { Session } from './session.ts';

export function profileOf({ account, webTicket, since, connection }: Session): Buffer {
  const fields: readonly (readonly [string, string | number])[] = [
    ['MIME-Version', '1.0'],
    ['Content-Type', 'text/x-msmsgsprofile; charset=UTF-8'],
    ['LoginTime', since],
    ['EmailEnabled', account.mail ? 1 : 0],
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
    ...(account.mail ? ([['kv', 4]] as const) : []),
    ['MSPAuth', webTicket],
    ['ClientIP', LOOPBACK],
    ['ClientPort', connection.remotePort],
    ['ABCHMigrated', 1],
    ['MPOPEnabled', 0],
  ];
  const lines = fields.map(([name, value]) => (value === '' ? `${name}:` : `${name}: ${value}`));
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}
