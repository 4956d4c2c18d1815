// Conversations of several: which chat they are, who is in it, and how they begin again. Against a double over loopback
// sockets.

import { describe, expect, test } from 'vitest';
import type { Participants } from '../../src/bridge/events.ts';
import type { ChatId, RemoteUserId } from '../../src/bridge/ids.ts';
import type { GroupChat } from '../../src/bridge/network.ts';
import type { Chat } from '../support/msn-person.ts';
import { refusal } from '../support/msn-server/faults.ts';
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
  type Stage,
} from './msn-stage.ts';

const DAVE = 'dave@example.com';
const user = (address: string): RemoteUserId => `double/${address}` as RemoteUserId;
const nameOf = (address: string): string => address.charAt(0).toUpperCase() + address.slice(1, address.indexOf('@'));

function news({ sink }: OurLogin): Participants[] {
  return sink.events.filter((event) => event.type === 'participants');
}

/** Who is in the chat of the last news, and how. */
function standings(ours: OurLogin): Record<string, string> {
  const all = news(ours).at(-1)?.participants ?? [];
  return Object.fromEntries(all.map(({ name, standing }) => [name, standing]));
}

/** The chat in which these words were heard. */
async function chatOf(ours: OurLogin, words: string): Promise<ChatId> {
  await eventually(() => ours.sink.texts.includes(words));
  return ours.sink.messages[ours.sink.texts.indexOf(words)]!.chat;
}

/** How often our client has asked for a switchboard. */
function requests({ server }: Stage): number {
  return server.received.filter((entry) => entry.verb === 'XFR' && entry.user === ALICE).length;
}

/** Resolves when our client has answered so many calls. */
function answered({ server }: Stage, times: number): Promise<void> {
  const isOurs = ({ verb, direction, user: whose, line }: (typeof server.log)[number]): boolean =>
    verb === 'ANS' && direction === 'out' && whose === ALICE && line.endsWith('OK');
  return eventually(() => server.log.filter(isOurs).length === times);
}

function known(chat: string, ...addresses: string[]): GroupChat {
  const standing = 'in' as const;
  const participants = addresses.map((address) => ({ user: user(address), name: nameOf(address), standing }));
  return { chat: chat as ChatId, participants };
}

/** Alice, Bob and Carol, in a conversation that Bob has begun and in which he has said something. */
async function inGroup(dialect: 'MSNP2' | 'MSNP8' | 'MSNP12' = 'MSNP12') {
  const stage = await setStage({ profile: { dialects: [dialect] } });
  const bob = await signInPerson(stage, BOB, { dialect });
  const carol = await signInPerson(stage, CAROL, { dialect });
  const ours = await signInOurs(stage);
  const room = await bob.startChat([ALICE, CAROL]);
  await room.say('hello all');
  return { stage, bob, carol, ours, room, chat: await chatOf(ours, 'hello all') };
}

/** Four who are there and have not talked. `groups`: the chats that our login has had before. */
async function withDave(...groups: readonly GroupChat[]) {
  const addresses = [ALICE, BOB, CAROL, DAVE];
  const others = (address: string): string[] => addresses.filter((one) => one !== address);
  const accounts = addresses.map((address) => ({ address, name: nameOf(address), contacts: others(address) }));
  const stage = await setStage({ accounts });
  const bob = await signInPerson(stage, BOB);
  const carol = await signInPerson(stage, CAROL);
  const dave = await signInPerson(stage, DAVE);
  const ours = makeClient(stage, {}, { groups });
  ours.client.connect(1, {});
  await eventually(() => ours.sink.kinds.includes('connected'));
  return { stage, bob, carol, dave, ours };
}

describe.each(['MSNP2', 'MSNP8', 'MSNP12'] as const)('with %s', (dialect) => {
  test('a third person makes it another chat, in which all are heard', async () => {
    const { stage, bob, carol, ours, room, chat } = await inGroup(dialect);
    expect(chat).toMatch(/^GROUP-[0-9a-f]{24}$/);
    expect(standings(ours)).toEqual({ Bob: 'in', Carol: 'in' });
    await (await carol.waitForChat([ALICE, BOB])).say('hello from Carol');
    expect(await chatOf(ours, 'hello from Carol')).toBe(chat);
    expect(ours.sink.messages.map(({ sender }) => sender)).toEqual([user(BOB), user(CAROL)]);
    await say(ours, chat, 'hello both');
    await bob.waitForText('hello both');
    await carol.waitForText('hello both');
    await say(ours, BOB, 'only for you');
    expect((await bob.waitForText('only for you')).chat).not.toBe(room);
    expect(textsIn(carol.messages)).not.toContain('only for you');
    expect(stage.server.violations).toEqual([]);
  });
});

describe('which chat it is', () => {
  test('people who come together and say nothing have none, and typing makes none', async () => {
    const { stage, bob, ours } = await withDave();
    const room = await bob.startChat([ALICE, CAROL]);
    await answered(stage, 1);
    room.type();
    // what other clients say of themselves whenever somebody comes
    const caps =
      'MIME-Version: 1.0\r\nContent-Type: text/x-clientcaps\r\n\r\nClient-Name: x\r\nChat-Logging: Y\r\n\r\n';
    await room.send(Buffer.from(caps), 'A');
    await room.invite(DAVE);
    await room.say('now');
    const chat = await chatOf(ours, 'now');
    expect(ours.sink.events.filter(({ type }) => type === 'typing')).toEqual([]);
    expect(news(ours)).toMatchObject([{ chat }]);
    expect(standings(ours)).toEqual({ Bob: 'in', Carol: 'in', Dave: 'in' });
  });

  test('people who are called one by one are the chat that all of them had before', async () => {
    const { stage, bob, ours } = await withDave(known('GROUP-1', BOB, CAROL, DAVE));
    const room = await bob.startChat([ALICE, CAROL]);
    await answered(stage, 1);
    await room.invite(DAVE);
    await room.say('here we are');
    expect(await chatOf(ours, 'here we are')).toBe('GROUP-1');
    expect(news(ours).map(({ chat }) => chat)).toEqual(['GROUP-1']);
  });

  test('if something is said before all have come, it goes on where all of them were before', async () => {
    const { bob, ours } = await withDave(known('GROUP-1', BOB, CAROL, DAVE));
    const room = await bob.startChat([ALICE, CAROL]);
    await room.say('before Dave');
    const three = await chatOf(ours, 'before Dave');
    expect(three).not.toBe('GROUP-1');
    await room.invite(DAVE);
    await eventually(() => news(ours).length === 2);
    expect(news(ours)[1]).toMatchObject({ chat: 'GROUP-1', continues: three });
    await room.say('with Dave');
    expect(await chatOf(ours, 'with Dave')).toBe('GROUP-1');
    // and both are found again
    await bob.leave();
    const again = await bob.startChat([ALICE, CAROL]);
    await again.say('once more before Dave');
    expect(await chatOf(ours, 'once more before Dave')).toBe(three);
    await again.invite(DAVE);
    await again.say('once more with Dave');
    expect(await chatOf(ours, 'once more with Dave')).toBe('GROUP-1');
    expect(new Set(news(ours).map(({ chat }) => chat)).size).toBe(2);
  });

  test('somebody who was never with them comes into the chat that it is', async () => {
    const { bob, ours } = await withDave();
    const room = await bob.startChat([ALICE, CAROL]);
    await room.say('we are three');
    const chat = await chatOf(ours, 'we are three');
    await room.invite(DAVE);
    await eventually(() => news(ours).length === 2);
    expect(news(ours)[1]).toMatchObject({ chat });
    expect(standings(ours)).toEqual({ Bob: 'in', Carol: 'in', Dave: 'in' });
    await room.say('we are four');
    expect(await chatOf(ours, 'we are four')).toBe(chat);
  });

  test('the same people are the same chat, also in another life', async () => {
    const { stage, bob, carol, ours, chat } = await inGroup();
    await bob.leave();
    await carol.leave();
    await (await carol.startChat([BOB, ALICE])).say('here we are again');
    expect(await chatOf(ours, 'here we are again')).toBe(chat);
    const groups = [{ chat, participants: news(ours).at(-1)!.participants }];
    await ours.client.disconnect();

    const later = makeClient(stage, {}, { groups });
    later.client.connect(2, {});
    await eventually(() => later.sink.kinds.includes('connected'));
    await (await bob.startChat([CAROL, ALICE])).say('and again');
    expect(await chatOf(later, 'and again')).toBe(chat);
  });

  test('who is in a chat of an earlier life is told once anew: what is known of it may be older than what was told', async () => {
    const { ours } = await withDave(known('GROUP-1', BOB, CAROL));
    await say(ours, 'GROUP-1', 'one');
    await say(ours, 'GROUP-1', 'two');
    expect(news(ours)).toMatchObject([known('GROUP-1', BOB, CAROL)]);
  });

  test('of a crowd of chats that begin at once, the eleventh and the others come in the chats with those who talk', async () => {
    const { stage, ours } = await withDave();
    const people = ['eve', 'frank'].map((name) => `${name}@example.com`);
    for (const address of people) stage.server.world.addAccount({ address });
    const [eve, frank] = await Promise.all(people.map((address) => signInPerson(stage, address)));
    const guests = Array.from({ length: 14 }, (_, index) => `guest${index}@example.com`);
    for (const address of guests) stage.server.world.addAccount({ address });
    for (const [index, guest] of guests.entries()) {
      await signInPerson(stage, guest);
      const room = await (index % 2 === 0 ? eve : frank)!.startChat([ALICE, guest]);
      await room.say(`chat ${index}`);
    }
    await eventually(() => ours.sink.texts.length === guests.length);
    const chats = ours.sink.messages.map(({ chat }) => chat);
    expect(new Set(chats.slice(0, 10)).size).toBe(10);
    expect(chats.slice(10).toSorted()).toEqual([...people, ...people].toSorted());
    await pass(stage, 60_000);
    const room = await eve!.startChat([ALICE, 'guest12@example.com']);
    await room.say('a minute later');
    expect(await chatOf(ours, 'a minute later')).toMatch(/^GROUP-/);
  });

  test('others are another chat', async () => {
    const { bob, ours } = await withDave();
    await (await bob.startChat([ALICE, CAROL])).say('with Carol');
    await (await bob.startChat([ALICE, DAVE])).say('with Dave');
    expect(await chatOf(ours, 'with Carol')).not.toBe(await chatOf(ours, 'with Dave'));
  });

  test('who is alone with us in a conversation of which nobody heard is a chat of two', async () => {
    const { stage, bob, carol, ours } = await withDave();
    const room = await bob.startChat([ALICE, CAROL]);
    await answered(stage, 1);
    await carol.leave();
    await bob.waitForChat([ALICE]);
    await room.say('only we two');
    expect(await chatOf(ours, 'only we two')).toBe(BOB);
    await say(ours, BOB, 'quite');
    expect((await bob.waitForText('quite')).chat).toBe(room);
  });

  test('what was said to one stays there; with a third it goes on elsewhere', async () => {
    const { bob, ours } = await withDave();
    const room = await bob.startChat([ALICE]);
    await room.say('just you');
    expect(await chatOf(ours, 'just you')).toBe(BOB);
    await room.invite(CAROL);
    await room.say('and Carol');
    const chat = await chatOf(ours, 'and Carol');
    expect(news(ours)).toMatchObject([{ chat, continues: BOB }]);
  });

  test('two conversations of the same people at once are one chat, and who leaves one of them is still there', async () => {
    const { bob, carol, ours, room, chat } = await inGroup();
    const other = await carol.startChat([BOB, ALICE]);
    await eventually(() => other.people.length === 2);
    await other.say('in the other');
    expect(await chatOf(ours, 'in the other')).toBe(chat);
    const [first] = carol.chats.filter((one) => one !== other);
    await first!.leave();
    await eventually(() => room.people.length === 1);
    await say(ours, chat, 'all of you');
    await bob.waitForText('all of you');
    await carol.waitForText('all of you');
    expect(standings(ours)).toEqual({ Bob: 'in', Carol: 'in' });
  });

  test('who calls us just then is answered there: no second conversation is opened', async () => {
    const { stage, bob, carol, ours } = await withDave(known('GROUP-1', BOB, CAROL));
    const room = await bob.startChat([ALICE, CAROL]);
    await answered(stage, 1);
    (await carol.waitForChat([ALICE, BOB])).type();
    await eventually(() => ours.sink.events.some((event) => event.type === 'typing' && event.chat === 'GROUP-1'));
    await say(ours, 'GROUP-1', 'there you are');
    expect((await bob.waitForText('there you are')).chat).toBe(room);
    expect(requests(stage)).toBe(0);
    await room.say('yes');
    expect(await chatOf(ours, 'yes')).toBe('GROUP-1');
  });

  test('typing in it is told of it', async () => {
    const { bob, ours, room, chat } = await inGroup();
    room.type();
    await eventually(() => ours.sink.events.some((event) => event.type === 'typing'));
    expect(ours.sink.events.find((event) => event.type === 'typing')).toMatchObject({ chat, sender: user(BOB) });
    ours.client.typing(chat, true);
    await bob.waitForTyping(ALICE);
  });
});

describe('inviting', () => {
  test('who is called in while two talk makes a chat of three; the one of two stays what it is', async () => {
    const stage = await setStage();
    const bob = await signInPerson(stage, BOB);
    await signInPerson(stage, CAROL);
    const ours = await signInOurs(stage);
    await say(ours, BOB, 'hello');
    const { chat, participants } = await ours.client.invite!(BOB as ChatId, user(CAROL));
    expect(news(ours)).toMatchObject([{ chat, participants, continues: BOB }]);
    expect(standings(ours)).toEqual({ Bob: 'in', Carol: 'in' });
    await say(ours, chat, 'hello both');
    await say(ours, BOB, 'hello again');
    const [both, again] = [await bob.waitForText('hello both'), await bob.waitForText('hello again')];
    expect(both.chat).not.toBe(again.chat);
  });

  test('into a chat of several one comes, also if it has to begin anew for that', async () => {
    const { bob, dave, ours } = await withDave(known('GROUP-1', BOB, CAROL));
    const { chat } = await ours.client.invite!('GROUP-1' as ChatId, user(DAVE));
    expect(chat).toBe('GROUP-1');
    expect(standings(ours)).toEqual({ Bob: 'in', Carol: 'in', Dave: 'in' });
    await (await dave.waitForChat([ALICE, BOB, CAROL])).say('thank you');
    await bob.waitForText('thank you');
    expect(await chatOf(ours, 'thank you')).toBe('GROUP-1');
  });

  test('people who had a chat before are in that one again', async () => {
    const { ours } = await withDave(known('GROUP-1', BOB, CAROL), known('GROUP-2', BOB, CAROL, DAVE));
    expect(await ours.client.invite!(BOB as ChatId, user(CAROL))).toMatchObject({ chat: 'GROUP-1' });
    expect(await ours.client.invite!('GROUP-1' as ChatId, user(DAVE))).toMatchObject({ chat: 'GROUP-2' });
    expect(news(ours)).toMatchObject([
      { chat: 'GROUP-1', continues: BOB },
      { chat: 'GROUP-2', continues: 'GROUP-1' },
    ]);
  });

  test('who is there already need not be called', async () => {
    const { ours, chat } = await inGroup();
    await expect(ours.client.invite!(chat, user(CAROL))).resolves.toMatchObject({ chat });
    expect(news(ours)).toHaveLength(1);
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

  test('who is being rung already may still come; until then they do not answer', async () => {
    const stage = await setStage();
    await signInPerson(stage, BOB);
    const ours = await signInOurs(stage);
    await say(ours, BOB, 'hello');
    stage.server.faults.add({ verb: 'CAL', user: ALICE }, refusal(215));
    const invited = ours.client.invite!(BOB as ChatId, user(CAROL)).catch((error: Error) => error.message);
    await stage.server.waitFor(
      ({ verb, args, direction }) => verb === 'CAL' && args.includes(CAROL) && direction === 'in',
    );
    await pass(stage, 20_000);
    expect(await invited).toBe('Carol does not answer.');
  });

  test('who somebody is whose id is known is told of this server’s people only, and not of oneself', async () => {
    const { ours } = await withDave();
    expect(ours.client.identify(user(DAVE))).toEqual(ours.client.resolve(DAVE));
    expect(ours.client.identify(`other/${DAVE}` as RemoteUserId)).toBeUndefined();
    expect(ours.client.identify(user(ALICE))).toBeUndefined();
    expect(ours.client.identify('double/nonsense' as RemoteUserId)).toBeUndefined();
  });
});

describe('coming and going', () => {
  test.each([
    ['goes', async (chat: Chat) => chat.leave()],
    ['loses the line', async (chat: Chat) => chat.destroy()],
  ])('who %s is away, and is called again when it begins anew', async (_, go) => {
    const { bob, carol, ours, chat } = await inGroup();
    await go(await carol.waitForChat([ALICE, BOB]));
    await eventually(() => standings(ours)['Carol'] === 'away');
    await say(ours, chat, 'without Carol');
    await bob.waitForText('without Carol');
    await bob.leave();
    await say(ours, chat, 'all together');
    await bob.waitForText('all together');
    await carol.waitForText('all together');
    await eventually(() => standings(ours)['Carol'] === 'in');
    expect(textsIn(carol.messages)).not.toContain('without Carol');
  });

  test('the last one takes the conversation along', async () => {
    const { stage, bob, carol, ours } = await inGroup();
    await carol.leave();
    await eventually(() => standings(ours)['Carol'] === 'away');
    await bob.leave();
    await eventually(() => stage.log.lines.some(({ text }) => text === 'switchboard ended'));
    expect(standings(ours)).toEqual({ Bob: 'in', Carol: 'away' });
  });

  test('who signs off does not drop out of the chat', async () => {
    const { stage, bob, carol, ours, chat } = await inGroup();
    await carol.signOut();
    await eventually(() => standings(ours)['Carol'] === 'away');
    await bob.leave();
    await say(ours, chat, 'where is Carol?');
    await bob.waitForText('where is Carol?');
    const back = await signInPerson(stage, CAROL);
    await bob.leave();
    await say(ours, chat, 'there you are');
    await back.waitForText('there you are');
    await eventually(() => standings(ours)['Carol'] === 'in');
  });

  test('where several are, we stay, however long nobody says anything', async () => {
    const { stage, bob, ours, room } = await inGroup();
    await pass(stage, 20 * 60_000);
    expect(room.people).toHaveLength(2);
    await room.say('still there?');
    await eventually(() => ours.sink.texts.includes('still there?'));
    expect(bob.chats).toHaveLength(1);
  });

  test('a server that ends it for being idle makes nobody leave, and the next message begins it anew', async () => {
    const { stage, bob, carol, ours, chat } = await inGroup();
    stage.server.idleOut();
    await eventually(() => bob.chats.length === 0);
    await say(ours, chat, 'once more');
    await bob.waitForText('once more');
    await carol.waitForText('once more');
    expect(standings(ours)).toEqual({ Bob: 'in', Carol: 'in' });
    expect(news(ours)).toHaveLength(1);
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

  test.each([
    ['a minute later', async ({ stage }: Awaited<ReturnType<typeof inGroup>>) => pass(stage, 60_000)],
    ['when the session ends', async ({ ours }: Awaited<ReturnType<typeof inGroup>>) => ours.client.disconnect()],
  ])('of a crowd that comes and goes the most is told together, %s', async (_, wait) => {
    const group = await inGroup();
    const { stage, ours, chat } = group;
    const crowd = [...Array(50).keys()].map((index) => [
      `JOI p${index}@example.com P${index} 0`,
      `BYE p${index}@example.com`,
    ]);
    const lines = [...crowd.flat(), 'ACK {trid}'];
    stage.server.faults.add({ side: 'SB', verb: 'MSG', user: ALICE }, { type: 'answer', lines }, 1);
    await say(ours, chat, 'what a day');
    expect(news(ours)).toHaveLength(30);
    await wait(group);
    await eventually(() => news(ours).length === 31);
    expect(Object.keys(standings(ours))).toHaveLength(52);
    expect(standings(ours)).toMatchObject({ Bob: 'in', Carol: 'in', P0: 'away', P49: 'away' });
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

  test('who goes out hears nothing more, until they speak again', async () => {
    const { bob, carol, ours, room, chat } = await inGroup();
    ours.client.leave!(chat);
    await eventually(() => room.people.length === 1);
    await room.say('without Alice');
    await carol.waitForText('without Alice');
    await say(ours, chat, 'I am back');
    await bob.waitForText('I am back');
    expect(ours.sink.texts).toEqual(['hello all']);
  });
});
