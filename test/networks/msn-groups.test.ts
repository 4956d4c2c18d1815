// Conversations of several: which chat they are, who is in it, and how they begin again. Against a double over loopback
// sockets.

import { describe, expect, test } from 'vitest';
import type { Participants } from '../../src/bridge/events.ts';
import type { ChatId, RemoteUserId } from '../../src/bridge/ids.ts';
import { textsIn } from '../support/msn-person/message.ts';
import {
  ALICE,
  BOB,
  CAROL,
  eventually,
  makeClient,
  type OurLogin,
  pass,
  say,
  setStage,
  signInOurs,
  signInPerson,
} from './msn-stage.ts';

const DAVE = 'dave@example.com';
const user = (address: string): RemoteUserId => `double/${address}` as RemoteUserId;

function news({ sink }: OurLogin): Participants[] {
  return sink.events.filter((event) => event.type === 'participants');
}

/** Who is in the chat of the last news, and how. */
function standings(ours: OurLogin): Record<string, string> {
  const all = news(ours).at(-1)?.participants ?? [];
  return Object.fromEntries(all.map(({ name, standing }) => [name, standing]));
}

async function inGroup(dialect: 'MSNP2' | 'MSNP8' | 'MSNP12' = 'MSNP12') {
  const stage = await setStage({ profile: { dialects: [dialect] } });
  const bob = await signInPerson(stage, BOB, { dialect });
  const carol = await signInPerson(stage, CAROL, { dialect });
  const ours = await signInOurs(stage);
  const room = await bob.startChat([ALICE, CAROL]);
  await eventually(() => news(ours).length > 0);
  return { stage, bob, carol, ours, room, chat: news(ours)[0]!.chat };
}

describe.each(['MSNP2', 'MSNP8', 'MSNP12'] as const)('with %s', (dialect) => {
  test('a third person makes it another chat, in which all are heard', async () => {
    const { stage, bob, carol, ours, room, chat } = await inGroup(dialect);
    expect(standings(ours)).toEqual({ Bob: 'in', Carol: 'in' });
    await room.say('hello all');
    await (await carol.waitForChat([ALICE, BOB])).say('hello from Carol');
    await eventually(() => ours.sink.texts.length === 2);
    expect(ours.sink.messages).toMatchObject([
      { chat, sender: user(BOB) },
      { chat, sender: user(CAROL) },
    ]);
    await say(ours, chat, 'hello both');
    await bob.waitForText('hello both');
    await carol.waitForText('hello both');
    await say(ours, BOB, 'only for you');
    expect((await bob.waitForText('only for you')).chat).not.toBe(room);
    expect(textsIn(carol.messages)).not.toContain('only for you');
    expect(stage.server.violations).toEqual([]);
  });
});

test('who is called in while two talk makes a chat of three; the one of two stays what it is', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  await signInPerson(stage, CAROL);
  const ours = await signInOurs(stage);
  await say(ours, BOB, 'hello');
  const chat = await ours.client.invite!(BOB as ChatId, user(CAROL));
  expect(chat).toMatch(/^GROUP-[0-9a-f]{24}$/);
  expect(news(ours)).toMatchObject([{ chat }]);
  expect(standings(ours)).toEqual({ Bob: 'in', Carol: 'in' });
  await say(ours, chat, 'hello both');
  await say(ours, BOB, 'hello again');
  const [both, again] = [await bob.waitForText('hello both'), await bob.waitForText('hello again')];
  expect(both.chat).not.toBe(again.chat);
});

test('who is there already need not be called', async () => {
  const { ours, chat } = await inGroup();
  await expect(ours.client.invite!(chat, user(CAROL))).resolves.toBe(chat);
});

test('who does not come is named in a sentence, and the chat stays as it is', async () => {
  const stage = await setStage();
  await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  await expect(ours.client.invite!(BOB as ChatId, user(CAROL))).rejects.toMatchObject({
    code: 'recipient-offline',
    message: 'Carol is not signed in.',
  });
  expect(news(ours)).toEqual([]);
});

test('who goes has left; the last one takes the conversation along', async () => {
  const { stage, bob, carol, ours, chat } = await inGroup();
  await carol.leave();
  await eventually(() => standings(ours)['Carol'] === 'left');
  await bob.leave();
  await eventually(() => stage.log.lines.filter(({ text }) => text === 'switchboard ended').length > 0);
  expect(standings(ours)).toEqual({ Bob: 'in', Carol: 'left' });
  await say(ours, chat, 'still there?');
  await bob.waitForText('still there?');
  expect(carol.chats).toEqual([]);
});

test('a conversation that was quiet for long begins again with the next message, with all of them', async () => {
  const { stage, bob, carol, ours, chat } = await inGroup();
  await pass(stage, 6 * 60_000);
  await eventually(() => bob.chats.every((one) => !one.has(ALICE)));
  await bob.leave();
  await carol.leave();
  await say(ours, chat, 'once more');
  await bob.waitForText('once more');
  await carol.waitForText('once more');
  expect(news(ours)).toHaveLength(1);
});

test('a server that ends it for being idle makes nobody leave', async () => {
  const { stage, bob, carol, ours, chat } = await inGroup();
  stage.server.idleOut();
  await eventually(() => bob.chats.length === 0);
  await say(ours, chat, 'once more');
  await bob.waitForText('once more');
  await carol.waitForText('once more');
  expect(standings(ours)).toEqual({ Bob: 'in', Carol: 'in' });
});

test('who cannot be reached is away, and is called again the next time', async () => {
  const { stage, bob, carol, ours, chat } = await inGroup();
  stage.server.idleOut();
  await carol.signOut();
  await eventually(() => bob.chats.length === 0);
  await say(ours, chat, 'where is Carol?');
  await bob.waitForText('where is Carol?');
  await eventually(() => standings(ours)['Carol'] === 'away');
  stage.server.idleOut();
  await eventually(() => bob.chats.length === 0);
  const back = await signInPerson(stage, CAROL);
  await say(ours, chat, 'there you are');
  await back.waitForText('there you are');
  await eventually(() => standings(ours)['Carol'] === 'in');
});

test('if nobody is there any more, a sentence says so', async () => {
  const { stage, bob, carol, ours, chat } = await inGroup();
  stage.server.idleOut();
  await bob.signOut();
  await carol.signOut();
  await expect(say(ours, chat, 'hello?')).rejects.toMatchObject({
    code: 'recipient-offline',
    retriable: false,
    message: 'Nobody else of this conversation is there just now.',
  });
});

test('the same people are the same chat, also in another life', async () => {
  const { stage, bob, carol, ours, chat } = await inGroup();
  await bob.leave();
  await carol.leave();
  await (await carol.startChat([BOB, ALICE])).say('here we are again');
  await eventually(() => ours.sink.texts.includes('here we are again'));
  expect(ours.sink.messages.at(-1)?.chat).toBe(chat);
  const groups = [{ chat, participants: news(ours).at(-1)!.participants }];
  await ours.client.disconnect();

  const later = makeClient(stage, {}, { groups });
  later.client.connect(2, {});
  await eventually(() => later.sink.kinds.includes('connected'));
  await (await bob.startChat([CAROL, ALICE])).say('and again');
  await eventually(() => later.sink.texts.includes('and again'));
  expect(later.sink.messages.at(-1)?.chat).toBe(chat);
});

test('others are another chat', async () => {
  const stage = await setStage({
    accounts: [ALICE, BOB, CAROL, DAVE].map((address) => ({ address, name: address[0]!.toUpperCase() })),
  });
  const [bob] = [await signInPerson(stage, BOB), await signInPerson(stage, CAROL), await signInPerson(stage, DAVE)];
  const ours = await signInOurs(stage);
  await bob.startChat([ALICE, CAROL]);
  await eventually(() => news(ours).length === 1);
  await bob.startChat([ALICE, DAVE]);
  await eventually(() => news(ours).length === 2);
  expect(new Set(news(ours).map(({ chat }) => chat)).size).toBe(2);
});

test('a fourth comes into the chat that it is, and makes it known by four from then on', async () => {
  const stage = await setStage({
    accounts: [ALICE, BOB, CAROL, DAVE].map((address) => ({ address, name: address[0]!.toUpperCase() })),
  });
  const [bob] = [await signInPerson(stage, BOB), await signInPerson(stage, CAROL), await signInPerson(stage, DAVE)];
  const ours = await signInOurs(stage);
  const room = await bob.startChat([ALICE, CAROL]);
  await eventually(() => news(ours).length === 1);
  await room.invite(DAVE);
  await eventually(() => news(ours).length === 2);
  const [three, four] = news(ours);
  expect(four!.chat).toBe(three!.chat);
  expect(standings(ours)).toEqual({ B: 'in', C: 'in', D: 'in' });
});

test('two conversations of the same people at once are one chat, and who leaves one of them is still there', async () => {
  const { bob, carol, ours, room, chat } = await inGroup();
  const other = await carol.startChat([BOB, ALICE]);
  await eventually(() => other.people.length === 2);
  await other.say('in the other');
  await room.say('in the one');
  await eventually(() => ours.sink.texts.length === 2);
  expect(ours.sink.messages.map((message) => message.chat)).toEqual([chat, chat]);
  const [first] = carol.chats.filter((one) => one !== other);
  await first!.leave();
  await eventually(() => room.people.length === 1);
  await say(ours, chat, 'all of you');
  await bob.waitForText('all of you');
  await carol.waitForText('all of you');
  expect(standings(ours)).toEqual({ Bob: 'in', Carol: 'in' });
});

test('who goes out hears nothing more, until they speak again', async () => {
  const { bob, carol, ours, room, chat } = await inGroup();
  ours.client.leave!(chat);
  await eventually(() => room.people.length === 1);
  await room.say('without Alice');
  await carol.waitForText('without Alice');
  await say(ours, chat, 'I am back');
  await bob.waitForText('I am back');
  expect(ours.sink.texts).toEqual([]);
});

test('typing in it is told of it', async () => {
  const { bob, ours, room, chat } = await inGroup();
  room.type();
  await eventually(() => ours.sink.events.some((event) => event.type === 'typing'));
  expect(ours.sink.events.find((event) => event.type === 'typing')).toMatchObject({ chat, sender: user(BOB) });
  ours.client.typing(chat, true);
  await bob.waitForTyping(ALICE);
});
