// What the service tells besides contacts and chats, as the user reads it. Against a double over loopback sockets.

import { describe, expect, test } from 'vitest';
import { plainText } from '../../src/bridge/events.ts';
import { ALICE, BOB, eventually, order, type OurLogin, setStage, type Stage, type StageOptions } from './msn-stage.ts';
import { signInOurs } from './msn-stage.ts';

const WITH_MAIL = [
  { address: ALICE, name: 'Alice', contacts: [BOB], mail: { inboxUnread: 1, foldersUnread: 4 } },
  { address: BOB, name: 'Bob', contacts: [ALICE] },
];
const COUNTED = 'You have one unread message in your inbox and 4 in other folders.';

async function signedIn(options: StageOptions = {}): Promise<{ stage: Stage; ours: OurLogin }> {
  const stage = await setStage(options);
  return { stage, ours: await signInOurs(stage) };
}

function notices({ sink }: OurLogin): string[] {
  return sink.events.flatMap((event) => (event.type === 'notice' ? [event.text] : []));
}

async function hears(ours: OurLogin, count: number): Promise<string[]> {
  await eventually(() => notices(ours).length >= count);
  return notices(ours);
}

async function mail(stage: Pick<Stage, 'network'>, ours: OurLogin): Promise<string> {
  return plainText(await order(stage, ours, 'mail')).split('\n')[0] ?? '';
}

function message(type: string, ...body: string[]): string {
  return ['MIME-Version: 1.0', `Content-Type: ${type}; charset=UTF-8`, '', ...body].join('\r\n');
}

function oim(id: string, address: string, name: string): string {
  return `<M><T>11</T><E>${address}</E><I>${id}</I><F>.!!OIM</F><N>${name}</N></M>`;
}

describe.each(['MSNP2', 'MSNP8', 'MSNP12'] as const)('with %s', (dialect) => {
  test('unread mail is told at the sign-in, and counted as it comes and goes', async () => {
    const { stage, ours } = await signedIn({ accounts: WITH_MAIL, profile: { dialects: [dialect] } });
    expect(await hears(ours, 1)).toEqual([COUNTED]);
    stage.server.deliverMail(ALICE, { from: 'mike@example.org', name: 'Mike', subject: '=?utf-8?B?SMOpbGxv?=' });
    stage.server.deliverMail(ALICE, { from: 'spam@example.org', subject: '', folder: 'HM_BuLkMail_' });
    expect((await hears(ours, 3)).slice(1)).toEqual([
      'New mail from Mike (mike@example.org): Héllo',
      'New mail from spam@example.org, not in your inbox: no subject',
    ]);
    expect(await mail(stage, ours)).toBe('You have 2 unread messages in your inbox and 5 in other folders.');
    stage.server.moveMail(ALICE, { from: 'ACTIVE', to: '.!!trAsH', count: 2 });
    stage.server.deliverMail(ALICE, { from: 'mike@example.org', subject: 'a mark' });
    await hears(ours, 4);
    expect(await mail(stage, ours)).toBe(COUNTED.replace('4', '5'));
  });
});

test('a count that has not changed is not told again at the next sign-in', async () => {
  const { stage, ours } = await signedIn({ accounts: WITH_MAIL });
  expect(await hears(ours, 1)).toEqual([COUNTED]);
  stage.server.cut(ALICE);
  await eventually(() => ours.sink.kinds.at(-1) === 'disconnected');
  ours.client.connect(2, {});
  await eventually(() => ours.sink.kinds.at(-1) === 'connected');
  stage.server.deliverMail(ALICE, { from: 'mike@example.org', subject: 'a mark' });
  expect((await hears(ours, 2)).slice(1)).toEqual(['New mail from mike@example.org: a mark']);
});

test('an account without a mailbox hears nothing, and says so when asked', async () => {
  const { stage, ours } = await signedIn({ profile: { dialects: ['MSNP8'] } });
  expect(notices(ours)).toEqual([]);
  expect(await mail(stage, ours)).toBe('This server has told nothing of a mailbox.');
});

test('a long subject is cut where everybody sees it', async () => {
  const { stage, ours } = await signedIn({ accounts: WITH_MAIL });
  stage.server.deliverMail(ALICE, { from: 'mike@example.org', subject: 'ab '.repeat(1_000) });
  const text = (await hears(ours, 2))[1] ?? '';
  expect(text).toMatch(/^New mail from mike@example\.org: ab ab .*ab…$/);
  expect(text.length).toBeLessThan(250);
});

test('messages that wait with the server are told once, by sender', async () => {
  const { stage, ours } = await signedIn();
  const tell = (...messages: string[]): void =>
    stage.server.tell(
      ALICE,
      'MSG Hotmail Hotmail',
      message('text/x-msmsgsoimnotification', `Mail-Data: <MD>${messages.join('')}</MD>`),
    );
  tell(oim('1', BOB, '=?utf-8?B?Qm9i?='), oim('2', BOB, 'Bob'), oim('3', 'carol@example.com', ''));
  tell(oim('1', BOB, 'Bob'));
  stage.server.tell(ALICE, 'MSG Hotmail Hotmail', message('text/x-msmsgsoimnotification', 'Mail-Data: too-large'));
  const rest = 'for you while you were away. The bridge cannot fetch it yet; it stays with the server.';
  expect(await hears(ours, 3)).toEqual([
    `Bob (bob@example.com) left 2 messages ${rest}`,
    `carol@example.com left a message ${rest}`,
    'Messages were left for you while you were away. The bridge cannot fetch it yet; it stays with the server.',
  ]);
});

test('what somebody writes from a telephone is read whole, line by line', async () => {
  const { stage, ours } = await signedIn();
  const long = 'call me back '.repeat(100).trim();
  stage.server.page(ALICE, 'tel:+15550100', `Hi!\r\n${long}`);
  expect(await hears(ours, 1)).toEqual([`A message from a telephone from +15550100: Hi!\n${long}`]);
});

test('what is too long says that it is, and so does what cannot be read', async () => {
  const { stage, ours } = await signedIn();
  stage.server.page(ALICE, 'tel:+15550100', 'ab '.repeat(10_000));
  stage.server.page(ALICE, 'tel:+15550100', 'x'.repeat(1_000_001));
  stage.server.tell(ALICE, 'IPG', '<NOTIFICATION');
  const [cut, ...lost] = await hears(ours, 3);
  expect(cut).toMatch(/ab…\n\(It goes on, and is too long to be shown: 29999 characters\.\)$/);
  expect(cut?.length).toBeLessThan(4_200);
  expect(lost).toEqual([
    'A message from a telephone came that is too long to be shown.',
    'A message from a telephone came that cannot be read.',
  ]);
});

test('an alert is shown with where to read more; those for programs are not, and none ends the session', async () => {
  const { stage, ours } = await signedIn();
  stage.server.tell(ALICE, 'NOT', 'x'.repeat(2_000_000));
  stage.server.tell(ALICE, 'NOT', '<NOTIFICATION');
  stage.server.tell(ALICE, 'NOT');
  stage.server.tell(ALICE, 'NOT nonsense');
  stage.server.tell(ALICE, 'NOT', '<NOTIFICATION><MSG><BODY>&lt;NotificationData/&gt;</BODY></MSG></NOTIFICATION>');
  stage.server.alert(ALICE, 'Your stock has fallen');
  expect(await hears(ours, 1)).toEqual([
    'A notice of the service: Your stock has fallen\n' +
      'http://alerts.example.com/act?x=1&y=2&notification_id=342902633&message_id=342902633&agent=messenger',
  ]);
  expect(ours.sink.kinds).toEqual(['connecting', 'connected']);
});

test.each([
  [5, 'Double goes down for maintenance in 5 minutes.'],
  [1, 'Double goes down for maintenance in a minute.'],
  [0, 'Double goes down for maintenance now.'],
])('a server that goes down in %i minutes says so', async (minutes, sentence) => {
  const { stage, ours } = await signedIn();
  stage.server.announceShutDown(minutes);
  expect(await hears(ours, 1)).toEqual([sentence]);
});

test('each notice has an id of its own, also in the next session', async () => {
  const { stage, ours } = await signedIn();
  stage.server.announceShutDown(5);
  stage.server.announceShutDown(4);
  await hears(ours, 2);
  stage.server.cut(ALICE);
  await eventually(() => ours.sink.kinds.at(-1) === 'disconnected');
  ours.client.connect(2, {});
  await hears(ours, 3);
  const ids = ours.sink.events.flatMap((event) => (event.type === 'notice' ? [event.id] : []));
  expect(ids).toEqual(['1.notice.1', '1.notice.2', '2.notice.1'].map((end) => `double/${ALICE}/${end}`));
});
