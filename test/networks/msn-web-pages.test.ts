// Links to pages of the service: which page is asked for, what is in its form, and who may be given it.

import { expect, test } from 'vitest';
import { plainText } from '../../src/bridge/events.ts';
import type { PageForm, PageOffer } from '../../src/bridge/pages.ts';
import {
  ALICE,
  BOB,
  eventually,
  order,
  type OurLogin,
  setStage,
  signInOurs,
  type Stage,
  type StageOptions,
} from './msn-stage.ts';

const WITH_MAIL = [
  { address: ALICE, name: 'Alice', contacts: [BOB], mail: { inboxUnread: 1 } },
  { address: BOB, name: 'Bob', contacts: [ALICE] },
];
const COUNT = 'You have one unread message in your inbox and 0 in other folders.';

interface Asked {
  readonly said: string;
  readonly offer: PageOffer | undefined;
}

async function mail(stage: Stage, ours: OurLogin, ...args: string[]): Promise<Asked> {
  let offer: PageOffer | undefined;
  const pages = { offer: (made: PageOffer) => ((offer = made), 'https://bridge.example.com/pages/1') };
  const said = plainText(await order(stage, ours, ['mail', ...args].join(' '), { pages }));
  return { said, offer };
}

async function signedIn(options: StageOptions = {}): Promise<{ stage: Stage; ours: OurLogin }> {
  const stage = await setStage({ accounts: WITH_MAIL, ...options });
  const ours = await signInOurs(stage);
  await eventually(() => ours.sink.events.some(({ type }) => type === 'notice'));
  return { stage, ours };
}

const fields = (form: PageForm | undefined): Record<string, string> => Object.fromEntries(form?.fields ?? []);

test.each([
  [[], 'INBOX', 'your inbox'],
  [['inbox'], 'INBOX', 'your inbox'],
  [['FOLDERS'], 'FOLDERS', 'your mail folders'],
  [['compose'], 'COMPOSE', 'a new mail'],
  [['compose', 'Bob@example.com'], 'COMPOSE Bob@example.com', 'a new mail'],
  [['profile'], 'PROFILE 0x0409', 'your public profile'],
  [['account'], 'PERSON 0x0409', 'your account'],
  [['mobile'], 'CHGMOB', 'your mobile settings'],
  [['rooms'], 'CHAT 0x0409', 'the chat rooms'],
  [['addresses'], 'ADDRBOOK', 'your address book'],
  [['search'], 'ADVSEARCH', 'the member directory'],
])('“mail %s” asks for %s', async (words, wanted, title) => {
  const { stage, ours } = await signedIn();
  const { said, offer } = await mail(stage, ours, ...words);
  const asked = stage.server.received.filter(({ verb }) => verb === 'URL').map(({ args }) => args.slice(1).join(' '));
  expect(asked).toEqual([wanted]);
  expect(offer?.title).toBe(title);
  expect(said).toBe(`${COUNT}\nFor one minute this opens ${title}, once: https://bridge.example.com/pages/1`);
});

test('the form is made when it is opened, and holds no password', async () => {
  const { stage, ours } = await signedIn();
  const { offer } = await mail(stage, ours);
  const before = fields(offer?.make());
  stage.clock.advance(30_000);
  const after = fields(offer?.make());
  expect(Number(after['sl']) - Number(before['sl'])).toBe(30);
  expect(after['creds']).toMatch(/^[0-9a-f]{32}$/);
  expect(after['creds']).not.toBe(before['creds']);
  expect(Object.values(after)).not.toContain('secret');
  await ours.client.disconnect();
  expect(offer?.make()).toBeUndefined();
});

test('the mail that came last can be opened, once there is one', async () => {
  const { stage, ours } = await signedIn();
  expect(await mail(stage, ours, 'last')).toEqual({
    said: `${COUNT}\nNo mail has come since you signed in.`,
    offer: undefined,
  });
  stage.server.deliverMail(ALICE, { from: 'mike@example.org', subject: 'hi' });
  await eventually(() => ours.sink.events.filter(({ type }) => type === 'notice').length === 2);
  const { offer } = await mail(stage, ours, 'last');
  expect(fields(offer?.make())['rru']).toMatch(/^\/cgi-bin\/getmsg\?/);
});

test.each([
  ['there is no such word', ['pigeons'], /^There is no such page\. Say “mail”, or “mail” and one of: inbox, folders, /],
  ['somebody is no address', ['compose', 'bob'], /name@example\.com/],
])('%s: that is said, and nothing is asked', async (_, words, sentence) => {
  const { stage, ours } = await signedIn();
  await expect(mail(stage, ours, ...words)).rejects.toThrow(sentence);
  expect(stage.server.received.some(({ verb }) => verb === 'URL')).toBe(false);
});

test('a server without pages, one that refuses, and no session at all: a sentence each, beside the count', async () => {
  const { stage, ours } = await signedIn();
  const noPage = { type: 'answer', lines: ['URL {trid} /unused1 /unused2 1'] } as const;
  stage.server.faults.add({ verb: 'URL' }, noPage, 1);
  expect(await mail(stage, ours)).toEqual({ said: `${COUNT}\nThis server has no such page.`, offer: undefined });
  stage.server.faults.add({ verb: 'URL' }, { type: 'answer', lines: ['502 {trid}'] }, 1);
  expect((await mail(stage, ours)).said).toMatch(new RegExp(`^${COUNT}\n.+`, 'u'));
  await ours.client.disconnect();
  expect((await mail(stage, ours)).said).toBe(`${COUNT}\nYou are not signed in just now.`);
});

test('what proves the password goes to places of the profile only, and encrypted', async () => {
  const { stage, ours } = await signedIn();
  for (const [place, origin] of [
    ['https://evil.example/md5auth.srf?lc=1033', 'https://evil.example'],
    ['http://127.0.0.1/md5auth.srf', 'http://127.0.0.1'],
  ] as const) {
    stage.server.faults.add({ verb: 'URL' }, { type: 'answer', lines: [`URL {trid} /in ${place} 2`] }, 1);
    const { said, offer } = await mail(stage, ours);
    expect(said).toContain(`The page is at ${origin}, which is not among the places`);
    expect(offer).toBeUndefined();
  }
});

test('without an address for browsers the count is told, and why there is no link', async () => {
  const { stage, ours } = await signedIn();
  expect(plainText(await order(stage, ours, 'mail'))).toBe(
    `${COUNT}\nI could give you a link to it if the bridge had an address for browsers: its operator can set “public_url”.`,
  );
  expect(stage.server.received.some(({ verb }) => verb === 'URL')).toBe(false);
});
