// How many people a contact list holds in each version: more are not asked for.

import { expect, test } from 'vitest';
import type { DialectName } from '../../src/msnp/dialect.ts';
import { NotificationSession } from '../../src/msnp/notification.ts';
import type { ContactCommand } from '../../src/msnp/contact-types.ts';
import { order, received, say } from './support/inputs.ts';

const GROUP = '90000000-0000-0000-0000-000000000001';

/** Signed in, with so many people on the forward list and one on the allow list only. */
function withContacts(name: DialectName, count: number): NotificationSession {
  const session = new NotificationSession({ address: 'a@x.y', dialects: [name], capabilities: 0 });
  say(session, order({ type: 'sign-in' }), received(`VER 1 ${name}\r\nCVR 2 1 1 1 a b\r\nUSR 3 TWN S ct=1\r\n`));
  say(session, order({ type: 'ticket', ticket: 't' }), received('USR 4 OK a@x.y A 1 0\r\n'));
  const numbered = name === 'MSNP8' || name === 'MSNP9';
  const people = Array.from({ length: count }, (_, n) =>
    numbered ? `LST p${n}@x.y P 11 0` : `LST N=p${n}@x.y F=P C=c0000000-0000-0000-0000-${n} 11 `,
  );
  const other = numbered ? 'LST other@x.y O 2 0' : 'LST N=other@x.y F=O 2 ';
  const group = numbered ? 'LSG 0 Other 0' : `LSG Friends ${GROUP}`;
  const lines = [`SYN 5 ${numbered ? '1' : '1 1'} ${count + 1} 1`, group, ...people, other, 'CHG 6 NLN 0', ''];
  say(session, received(lines.join('\r\n')));
  return session;
}

const add = (address: string, list: 'forward' | 'block' = 'forward'): ReturnType<typeof order<ContactCommand>> =>
  order<ContactCommand>({ type: 'add-to-list', request: 'r', list, address });

test.each<[DialectName, number]>([
  ['MSNP8', 150],
  ['MSNP10', 150],
  ['MSNP11', 600],
  ['MSNP12', 600],
])('in %s the contact list holds %i people', (name, limit) => {
  expect(say(withContacts(name, limit - 1), add('new@x.y')).sent).toHaveLength(1);
  const full = withContacts(name, limit);
  const { sent, events } = say(full, add('new@x.y'), add('other@x.y'));
  expect(sent).toEqual([]);
  const refused = { type: 'request-refused', request: 'r', reason: 'too-many-contacts', code: 210 };
  expect(events).toEqual([refused, refused]);
  // nor is anything sent of what begins with another list
  expect(say(full, order({ type: 'add-contact', request: 'r', address: 'new@x.y' }))).toMatchObject({
    sent: [],
    events: [refused],
  });
  // who is there already takes no room, and other lists are others
  expect(say(full, add('p1@x.y'), add('new@x.y', 'block')).sent).toHaveLength(2);
});

test('putting somebody new into a group is no way around it', () => {
  const session = withContacts('MSNP8', 150);
  const wish = { type: 'add-to-list', request: 'r', list: 'forward', address: 'new@x.y', group: '0' } as const;
  expect(say(session, order(wish)).events).toMatchObject([{ reason: 'too-many-contacts' }]);
});
