// MSNP10 with an account whose lists the service keeps in the old way: it says so in the profile, which comes after SYN
// was sent.

import { expect, test } from 'vitest';
import { NotificationSession } from '../../src/msnp/notification.ts';
import type { NotificationCommand } from '../../src/msnp/notification-types.ts';
import { order, received, say } from './support/inputs.ts';

const LIST = `SYN 5 30 3 2
GTC A
BLP AL
LSG 0 Other%20Contacts 0
LSG 1 Friends 0
LST N=bob@x.y F=Bob 11 0,1
LST N=ann@x.y F=Ann 5 0
LST N=eve@x.y F=Eve 16
`;

function profile(migrated: number): string {
  const text = `MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsprofile; charset=UTF-8\r\nABCHMigrated: ${migrated}\r\n\r\n`;
  return `MSG Hotmail Hotmail ${text.length}\r\n${text}`;
}

function signedIn(): { session: NotificationSession; roster: unknown } {
  const session = new NotificationSession({ address: 'alice@x.y', dialects: ['MSNP10'], capabilities: 0 });
  say(session, order({ type: 'sign-in' }), received('VER 1 MSNP10\r\nCVR 2 1 1 1 a b\r\nUSR 3 TWN S ct=1\r\n'));
  say(session, order({ type: 'ticket', ticket: 't' }), received('USR 4 OK alice@x.y 1 0\r\n'));
  const { events } = say(session, received(`${profile(0)}${LIST.replaceAll('\n', '\r\n')}CHG 6 NLN 0\r\n`));
  return { session, roster: events.find(({ type }) => type === 'roster') };
}

test('its groups have numbers, its contacts no GUIDs, its list one serial', () => {
  expect(signedIn().roster).toMatchObject({
    serial: '30',
    groups: [
      { id: '0', name: 'Other Contacts' },
      { id: '1', name: 'Friends' },
    ],
    contacts: [
      { address: 'bob@x.y', nick: 'Bob', lists: 11, groups: ['0', '1'] },
      { address: 'ann@x.y', lists: 5, groups: ['0'] },
      { address: 'eve@x.y', lists: 16, groups: [] },
    ],
  });
});

test.each<[NotificationCommand & { readonly request: string }, string, string, object[]]>([
  [
    { type: 'remove-from-list', request: 'r', list: 'forward', address: 'bob@x.y' },
    'REM 7 FL bob@x.y',
    'REM 7 FL 31 bob@x.y',
    [{ type: 'list-changed', list: 'forward', change: 'removed', address: 'bob@x.y' }],
  ],
  [
    { type: 'add-to-group', request: 'r', address: 'ann@x.y', group: '1' },
    'ADC 7 FL N=ann@x.y F=Ann 1',
    'ADC 7 FL 31 N=ann@x.y F=Ann 1',
    [{ type: 'contact-grouped', change: 'added', address: 'ann@x.y', group: '1' }],
  ],
  [
    { type: 'remove-from-group', request: 'r', address: 'bob@x.y', group: '1' },
    'REM 7 FL bob@x.y 1',
    'REM 7 FL 31 bob@x.y 1',
    [{ type: 'contact-grouped', change: 'removed', address: 'bob@x.y', group: '1' }],
  ],
  [
    { type: 'add-group', request: 'r', name: 'Work' },
    'ADG 7 Work 0',
    'ADG 7 31 Work 2 0',
    [{ type: 'group-added', group: '2', name: 'Work' }],
  ],
])('it is asked and answered with addresses, numbers and list versions: %j', (wish, line, answer, changes) => {
  const { session } = signedIn();
  expect(say(session, order(wish)).sent).toEqual([`${line}\r\n`]);
  const { events } = say(session, received(`${answer}\r\n`));
  expect(events).toEqual([...changes, { type: 'request-done', request: 'r' }]);
});

test.each<[string, object[]]>([
  ['ADC 0 RL 31 N=new@x.y F=New', [{ list: 'reverse', change: 'added', address: 'new@x.y', nick: 'New' }]],
  ['REM 0 RL 31 bob@x.y', [{ list: 'reverse', change: 'removed', address: 'bob@x.y' }]],
  [
    'ADC 0 FL 31 N=new@x.y F=New 1',
    [
      { list: 'forward', change: 'added', address: 'new@x.y' },
      { type: 'contact-grouped', change: 'added', address: 'new@x.y', group: '1' },
    ],
  ],
])('news of it carries list versions: %s', (line, changes) => {
  expect(say(signedIn().session, received(`${line}\r\n`)).events).toMatchObject(changes);
});
