// Conversations of several people on MSN as rooms: the whole program between both doubles, in both kinds of rooms.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Chat, MsnPerson } from '../support/msn-person.ts';
import { textsIn } from '../support/msn-person/message.ts';
import { House, type Visitor } from './house.ts';

const ALICE = 'alice@example.com';
const BOB = 'bob@example.com';
const CAROL = 'carol@example.com';
const DAVE = 'dave@example.com';

describe.each(['11', '12'])('in room version %s', (defaultRoomVersion) => {
  let house: House;
  let alice: Visitor;
  let bob: MsnPerson;
  let carol: MsnPerson;
  let dave: MsnPerson;
  /** The conversation as Bob has it, and its room. */
  let talk: Chat;
  let room: string;
  /** The room of the chat with Bob alone. */
  let dm: string;

  beforeAll(async () => {
    house = await House.build({
      homeserver: { defaultRoomVersion },
      accounts: ['alice', 'bob', 'carol', 'dave'],
    });
    alice = await house.signedIn('alice');
    bob = await house.onMsn('bob');
    carol = await house.onMsn('carol');
    dave = await house.onMsn('dave');
  });
  afterAll(async () => house.pullDown());

  const ghost = (address: string): string => house.ghost('msn', 'test', address);
  const stateOf = (type: string) => house.homeserver.room(room).content(type);

  /** Resolves when just these of MSN are in a room, besides Alice and the bot. */
  async function inRoom(where: string, ...addresses: readonly string[]): Promise<void> {
    const wanted = [...addresses.map(ghost), alice.person.id, house.bot].sort().join(' ');
    const found = (): string => [...house.homeserver.room(where).joined].sort().join(' ');
    await house.homeserver.waitFor(() => found() === wanted, `${wanted} in ${where}`);
  }

  async function named(name: string): Promise<void> {
    await house.homeserver.waitFor(() => stateOf('m.room.name')?.['name'] === name, `the name ${name}`);
  }

  /** What the room says that it is. */
  async function bridged(displayname: string): Promise<void> {
    const info = { channel: { displayname, 'fi.mau.receiver': ALICE }, 'com.beeper.room_type.v2': 'group_dm' };
    const said = async (): Promise<object | undefined> => {
      const state: unknown = await house.asBot.request('GET', `/rooms/${encodeURIComponent(room)}/state`);
      return (state as { type: string; content: object }[]).findLast(({ type }) => type === 'm.bridge')?.content;
    };
    await expect.poll(said).toMatchObject(info);
  }

  /** Whoever is meant hears these words, whatever chat they come in. */
  async function reaches(words: string, ...people: readonly MsnPerson[]): Promise<void> {
    await alice.person.say(room, words);
    for (const person of people) await person.waitForText(words);
  }

  test('people who only come together and type have no room', async () => {
    talk = await bob.startChat([ALICE, CAROL]);
    talk.type();
    await bob.say(ALICE, 'just us');
    dm = await alice.enters();
    await alice.person.waitForText(dm, 'just us');
    expect(alice.person.texts(dm)).toEqual(['just us']);
  });

  test('the first word makes a room with all of them, which says what it is', async () => {
    await talk.say('hello both');
    room = await alice.enters();
    expect(room).not.toBe(dm);
    const said = await alice.person.waitForText(room, 'hello both');
    expect(said.sender).toBe(ghost(BOB));
    await inRoom(room, BOB, CAROL);
    await named('Bob, Carol');
    await bridged('Bob, Carol');
    const create = stateOf('m.room.create');
    expect(create?.['room_version'] ?? '11').toBe(defaultRoomVersion);
  });

  test('everybody hears everybody, each once', async () => {
    await (await carol.waitForChat([ALICE, BOB])).say('hello from Carol');
    const said = await alice.person.waitForText(room, 'hello from Carol');
    expect(said.sender).toBe(ghost(CAROL));
    await reaches('hello from Alice', bob, carol);
    expect(alice.person.texts(room)).toEqual(['hello both', 'hello from Carol', 'hello from Alice']);
    expect(alice.person.texts(dm)).toEqual(['just us']);
  });

  test('who types there is seen there', async () => {
    talk.type();
    await alice.person.until(() => alice.person.typing(room).includes(ghost(BOB)));
    await alice.person.setTyping(room, true);
    await carol.waitForTyping(ALICE);
    await alice.person.setTyping(room, false);
  });

  test('who comes and goes comes and goes', async () => {
    await talk.invite(DAVE);
    await inRoom(room, BOB, CAROL, DAVE);
    await named('Bob, Carol, Dave');
    await bridged('Bob, Carol, Dave');
    await (await dave.waitForChat([ALICE, BOB, CAROL])).say('thanks for having me');
    await alice.person.waitForText(room, 'thanks for having me');
    await dave.leave();
    await inRoom(room, BOB, CAROL);
    await named('Bob, Carol');
    await reaches('he was nice', bob, carol);
  });

  test('a conversation that the server ends for being idle begins anew with the next message, with all of them', async () => {
    house.msn.idleOut();
    await reaches('are you all asleep?', bob, carol, dave);
    await inRoom(room, BOB, CAROL, DAVE);
    talk = await bob.waitForChat([ALICE, CAROL, DAVE]);
    await talk.say('no');
    await alice.person.waitForText(room, 'no');
  });

  test('two who begin it anew at once begin one chat', async () => {
    house.msn.idleOut();
    const [theirs] = await Promise.all([carol.startChat([BOB, ALICE, DAVE]), alice.person.say(room, 'from Alice')]);
    await theirs.say('from Carol');
    await alice.person.waitForText(room, 'from Carol');
    await bob.waitForText('from Alice');
    await dave.waitForText('from Alice');
    await reaches('which one?', bob, carol, dave);
    await Promise.all([bob.leave(), carol.leave(), dave.leave()]);
  });

  test('the same people are in the same room after a restart', async () => {
    await house.close();
    await bob.waitForPresence(ALICE, 'FLN');
    await house.open();
    await bob.waitForPresence(ALICE, 'NLN');
    talk = await dave.startChat([ALICE, CAROL, BOB]);
    await talk.say('same place?');
    await alice.person.waitForText(room, 'same place?');
    await inRoom(room, BOB, CAROL, DAVE);
    await dave.leave();
    await reaches('same place', bob, carol);
    talk = await bob.waitForChat([ALICE, CAROL]);
    await inRoom(room, BOB, CAROL);
  });

  test('a ghost that is invited into the room is called in', async () => {
    await alice.person.invite(room, ghost(DAVE));
    await dave.waitForChat([ALICE, BOB, CAROL]);
    await inRoom(room, BOB, CAROL, DAVE);
    await reaches('welcome, Dave', bob, carol, dave);
  });

  test('a ghost that is put out is back, with a word why', async () => {
    await alice.person.kick(room, ghost(CAROL));
    await alice.person.waitForText(room, 'Nobody can be put out of a chat on MSN Messenger, so Carol is still here.');
    await inRoom(room, BOB, CAROL, DAVE);
    await reaches('sorry, Carol', carol);
    await expect(alice.person.ban(room, ghost(CAROL))).rejects.toThrow('M_FORBIDDEN');
  });

  test('who leaves the room is out of the conversation, and the next word invites them again', async () => {
    await alice.person.leave(room);
    await bob.waitForChat([CAROL, DAVE]);
    await bob.leave();
    talk = await bob.startChat([CAROL, ALICE, DAVE]);
    await talk.say('come back');
    expect(await alice.enters()).toBe(room);
    await alice.person.waitForText(room, 'come back');
    await reaches('I am back', bob, carol, dave);
  });

  test('a third ghost that is invited into a chat with one makes a room of its own', async () => {
    await Promise.all([bob.leave(), carol.leave(), dave.leave()]);
    await alice.person.invite(dm, ghost(DAVE));
    const next = await alice.enters();
    expect([room, dm]).not.toContain(next);
    await inRoom(next, BOB, DAVE);
    await alice.person.waitForText(dm, 'More people are in this conversation now: it goes on in Bob, Dave.');
    await inRoom(dm, BOB);
    await alice.person.say(next, 'you two');
    await bob.waitForText('you two');
    await dave.waitForText('you two');
    await alice.person.say(dm, 'not for Dave');
    await bob.waitForText('not for Dave');
    expect(textsIn(dave.messages)).not.toContain('not for Dave');
  });

  test('who cannot come is named in a sentence', async () => {
    await carol.signOut();
    await alice.person.invite(dm, ghost(CAROL));
    await alice.person.waitForText(dm, 'Carol could not be brought in: Carol is not signed in.');
    await inRoom(dm, BOB);
    carol = await house.onMsn('carol');
  });

  test('all that can be said as a command, too', async () => {
    await alice.asks(`invite ${CAROL} to ${BOB}`, /^Carol came in: the chat is Bob, Carol now\.$/);
    const three = await alice.enters();
    await alice.person.say(three, `!msn invite ${DAVE}`);
    await alice.person.waitForText(dm, 'More people are in this conversation now: it goes on in Bob, Carol.');
    await alice.person.waitForText(three, 'Dave came in: the chat is Bob, Carol, Dave now.');
    await alice.person.say(room, '!msn leave');
    await bob.waitForChat([CAROL, DAVE]);
    await reaches('and in again', bob, carol, dave);
    const heard = [bob, carol, dave].flatMap(({ messages }) => textsIn(messages));
    expect(heard.filter((text) => text.startsWith('!msn'))).toEqual([]);
  });

  test('nothing of this was against the rules of a strict homeserver or MSN server', () => {
    expect(house.homeserver.violations).toEqual([]);
    expect(house.msn.violations).toEqual([]);
  });
});

describe('with two of the bridge’s users in one conversation', () => {
  let house: House;
  afterAll(async () => house.pullDown());

  test('each has a room of their own, with every message once', async () => {
    house = await House.build();
    const [alice, bob] = [await house.signedIn('alice'), await house.signedIn('bob', 'bob')];
    const carol = await house.onMsn('carol');
    const talk = await carol.startChat([ALICE, BOB]);
    await talk.say('hello you two');
    const [hers, his] = [await alice.enters(), await bob.enters()];
    expect(hers).not.toBe(his);
    await alice.person.waitForText(hers, 'hello you two');
    await bob.person.waitForText(his, 'hello you two');
    await alice.person.say(hers, 'from Alice');
    await carol.waitForText('from Alice');
    await bob.person.waitForText(his, 'from Alice');
    await bob.person.say(his, 'from Bob');
    await carol.waitForText('from Bob');
    await alice.person.waitForText(hers, 'from Bob');
    await talk.say('good');
    await alice.person.waitForText(hers, 'good');
    await bob.person.waitForText(his, 'good');
    const all = ['hello you two', 'from Alice', 'from Bob', 'good'];
    expect(alice.person.texts(hers)).toEqual(all);
    expect(bob.person.texts(his)).toEqual(all);
    expect(textsIn(carol.messages)).toEqual(['from Alice', 'from Bob']);
    const senderOf = (of: Visitor, room: string, text: string): string | undefined =>
      of.person.timeline(room).find(({ content }) => content['body'] === text)?.sender;
    expect(senderOf(alice, hers, 'from Bob')).toBe(house.ghost('msn', 'test', BOB));
    expect(senderOf(bob, his, 'from Alice')).toBe(house.ghost('msn', 'test', ALICE));
    expect(house.homeserver.violations).toEqual([]);
    expect(house.msn.violations).toEqual([]);
  });
});
