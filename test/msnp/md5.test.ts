// The versions before Passport: the way in, and the contact list that comes list by list.

import { expect, test } from 'vitest';
import { digestOf } from '../../src/msnp/auth-md5.ts';
import { ContactBook } from '../../src/msnp/contact-book.ts';
import { EMPTY_LIST } from '../../src/msnp/contacts.ts';
import { MsnpProtocolError } from '../../src/msnp/errors.ts';
import { NotificationSession } from '../../src/msnp/notification.ts';
import type { NotificationOptions } from '../../src/msnp/notification.ts';
import { readTranscript } from '../support/transcript.ts';
import { order, received, say, woken } from './support/inputs.ts';
import { seeded } from './support/random.ts';
import { replayNotification } from './support/replay.ts';

const OPTIONS: NotificationOptions = { address: 'Alice@x.y', dialects: ['MSNP7', 'MSNP2'] };
const signIn = order({ type: 'sign-in' } as const);

test('the digest is that of the challenge and the password', () => {
  expect(digestOf('1013928519.693957190', 'secret1')).toBe('a9c78aa0ae147c914c5b57ff6cd2c2ad');
});

test('recorded digests are those of the recorded password', () => {
  const digests = ['2', '3', '4', '5', '6', '7'].flatMap((number) =>
    readTranscript(`msnp${number}-md5-login-and-chat`).flatMap(({ said }) => {
      const line = (pattern: RegExp): string => said.find((each) => pattern.test(each.line))?.line.split(' ')[4] ?? '';
      const wanted = { salt: line(/^USR 3 MD5 S/), digest: line(/^USR 4 MD5 S/) };
      return wanted.salt === '' ? [] : [wanted];
    }),
  );
  expect(digests.length).toBeGreaterThan(11);
  for (const { salt, digest } of digests) expect(digestOf(salt, 'test1234')).toBe(digest);
});

test('asks for a digest, and never for a password', () => {
  const session = new NotificationSession(OPTIONS);
  expect(say(session, signIn).sent).toEqual(['VER 1 MSNP7 MSNP2 CVR0\r\n']);
  expect(say(session, received('VER 1 MSNP7\r\n')).sent).toEqual(['INF 2\r\n']);
  expect(say(session, received('INF 2 MD5 CTP\r\n')).sent).toEqual(['USR 3 MD5 I Alice@x.y\r\n']);
  const { events } = say(session, received('USR 3 MD5 S 1013928519.693957190\r\n'));
  expect(events).toEqual([{ type: 'ticket-wanted', proof: 'digest', challenge: '1013928519.693957190' }]);
  const answer = order({ type: 'ticket', ticket: 'a9c7' } as const);
  expect(say(session, answer).sent).toEqual(['USR 4 MD5 S a9c7\r\n']);
  expect(say(session, received('USR 4 OK Alice@x.y Al%20ice 1\r\n')).events).toEqual([
    { type: 'signed-in', address: 'alice@x.y', dialect: 'MSNP7' },
    { type: 'own-nick', nick: 'Al ice' },
  ]);
});

test('speaks the newest version that both sides know, whichever way it signs in', () => {
  const session = new NotificationSession({ address: 'a@x.y', dialects: ['MSNP8', 'MSNP7'] });
  say(session, signIn);
  expect(say(session, received('VER 1 MSNP7 MSNP8\r\n')).sent[0]).toContain('CVR 2 ');
});

test('does not sign in by a method that is not its own', () => {
  const session = new NotificationSession(OPTIONS);
  const { closes } = say(session, signIn, received('VER 1 MSNP2\r\nINF 2 CTP\r\n'));
  expect(closes).toEqual([expect.any(MsnpProtocolError)]);
});

test('gives up when INF is not answered', () => {
  const session = new NotificationSession(OPTIONS);
  say(session, signIn, received('VER 1 MSNP2\r\n'));
  expect(say(session, woken('step')).events).toEqual([{ type: 'timed-out', step: 'INF' }]);
});

test('a wrong password is refused', () => {
  const { events } = replayNotification(
    readTranscript('msnp2-7-login-errors')[1] ?? { name: '', kind: 'http', said: [], closedBy: undefined },
    seeded(1),
  );
  expect(events.at(-1)).toEqual({ type: 'sign-in-refused', code: 911 });
});

// ---- the list

function listening(options: Partial<NotificationOptions> = {}): NotificationSession {
  const session = new NotificationSession({ ...OPTIONS, ...options });
  say(session, signIn, received('VER 1 MSNP7\r\nINF 2 MD5\r\nUSR 3 MD5 S s\r\n'));
  say(session, order({ type: 'ticket', ticket: 't' } as const), received('USR 4 OK Alice@x.y Alice 1\r\n'));
  return session;
}

const BURST = `SYN 5 9
GTC 5 9 A
BLP 5 9 BL
PRP 5 9 PHH 01%20234
PRP 9 PHW
LSG 5 9 1 2 0 Other%20Contacts 0
LSG 5 9 2 2 1 Friends 0
LST 5 FL 9 1 2 Bob@example.com Bob%20B 0,1
BPR 9 bob@example.com PHH 1%20222
LST 5 FL 9 2 2 eve@example.com Eve 0
LST 5 AL 9 1 1 bob@example.com Another
LST 5 BL 9 0 0
LST 5 RL 9 1 2 bob@example.com Bob
`;

test('merges the lists by person', () => {
  const session = listening();
  const early = say(session, received(BURST.replaceAll('\n', '\r\n')));
  expect(early.sent).toEqual([]);
  const { sent, events } = say(session, received('LST 5 RL 9 2 2 zoe@example.com Zoe\r\nCHG 6 NLN\r\n'));
  expect(sent).toEqual(['CHG 6 NLN\r\n']);
  expect(events).toEqual([
    {
      type: 'roster',
      unchanged: false,
      serial: '9',
      groups: [
        { id: '0', name: 'Other Contacts' },
        { id: '1', name: 'Friends' },
      ],
      contacts: [
        { address: 'bob@example.com', nick: 'Bob B', lists: 11, groups: ['0', '1'], properties: { PHH: '1 222' } },
        { address: 'eve@example.com', nick: 'Eve', lists: 1, groups: ['0'], properties: {} },
        { address: 'zoe@example.com', nick: 'Zoe', lists: 8, groups: [], properties: {} },
      ],
      privacy: { newcomers: 'ask', unlisted: 'block' },
      properties: { PHH: '01 234' },
    },
    { type: 'status-set', status: 'NLN' },
  ]);
});

test('a list that has not changed is the one that was known', () => {
  const contacts = [{ address: 'bob@x.y', nick: 'Bob', lists: 3, groups: ['1'], properties: {} }];
  const list = { ...EMPTY_LIST, contacts, groups: [{ id: '1', name: 'F' }] };
  const session = listening({ cached: { dialect: 'MSNP7', serial: '9', list } });
  const { sent, events } = say(session, received('SYN 5 9\r\nCHG 6 NLN\r\n'));
  expect(sent).toEqual(['CHG 6 NLN\r\n']);
  expect(events[0]).toMatchObject({ type: 'roster', unchanged: true, serial: '9', contacts });
  const wish = order({ type: 'rename-group', request: 'r', group: '1', name: 'G' } as const);
  expect(say(session, wish).sent).toEqual(['REG 7 1 G 0\r\n']);
});

test('is patient while the lists still come', () => {
  const session = listening();
  say(session, received('SYN 5 9\r\nLST 5 FL 9 1 2 b@x.y B 0\r\n'));
  expect(say(session, woken('step')).wakes).toEqual(['step 15000']);
  expect(say(session, woken('step')).events).toEqual([{ type: 'timed-out', step: 'SYN' }]);
});

test('a list longer than any server allows ends the connection', () => {
  const { closes } = say(listening(), received('SYN 5 9\r\nLST 5 FL 9 1 10001 b@x.y B\r\n'));
  expect(closes).toEqual([expect.any(MsnpProtocolError)]);
});

test('the book follows each change', () => {
  const book = new ContactBook({
    ...EMPTY_LIST,
    contacts: [{ address: 'bob@x.y', nick: 'Bob', lists: 3, guid: 'C-1', groups: ['1', '2'], properties: {} }],
    groups: [
      { id: '1', name: 'F' },
      { id: '2', name: 'W' },
    ],
  });
  expect(book.addressOf('c-1')).toBe('bob@x.y');
  book.apply({ type: 'group-removed', group: '1' });
  book.apply({ type: 'contact-property-changed', address: 'bob@x.y', name: 'PHH', value: '1' });
  book.apply({ type: 'contact-renamed', address: 'bob@x.y', nick: 'B' });
  book.apply({ type: 'list-changed', list: 'allow', change: 'removed', address: 'bob@x.y' });
  book.apply({ type: 'list-changed', list: 'pending', change: 'added', address: 'eve@x.y', nick: 'Eve' });
  book.apply({ type: 'privacy-changed', privacy: { unlisted: 'block' } });
  book.apply({ type: 'own-property-changed', name: 'PHM', value: '2' });
  expect(book.list).toEqual({
    contacts: [
      { address: 'bob@x.y', nick: 'B', lists: 1, guid: 'C-1', groups: ['2'], properties: { PHH: '1' } },
      { address: 'eve@x.y', nick: 'Eve', lists: 16, groups: [], properties: {} },
    ],
    groups: [{ id: '2', name: 'W' }],
    privacy: { unlisted: 'block' },
    properties: { PHM: '2' },
  });
  book.apply({ type: 'contact-property-changed', address: 'bob@x.y', name: 'PHH', value: '' });
  book.apply({ type: 'list-changed', list: 'block', change: 'added', address: 'bob@x.y' });
  book.apply({ type: 'list-changed', list: 'forward', change: 'removed', address: 'bob@x.y' });
  expect(book.contact('bob@x.y')).toEqual({ address: 'bob@x.y', nick: 'B', lists: 4, groups: [], properties: {} });
  expect(book.addressOf('c-1')).toBeUndefined();
  book.apply({ type: 'list-changed', list: 'block', change: 'removed', address: 'bob@x.y' });
  expect(book.contact('bob@x.y')).toBeUndefined();
});
