// Two people talk: one at a Matrix client that is not ours, on a real Synapse; one on MSN, on the double or on a real server.
// The tests run in order: each goes on where the one before it ended.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MatrixPerson } from '../support/matrix-person.ts';
import type { Chat, MsnPerson } from '../support/msn-person.ts';
import { textsIn } from '../support/msn-person/message.ts';
import { setStage, type Stage, type StageOptions } from '../support/stage.ts';

const STILL_THERE = 'the gateway keeps the dead conversation for a minute, and what is said into it is lost';

/** The suite, for one protocol version. */
export function conversation(options: StageOptions): void {
  describe(`in ${options.dialect}`, () => {
    tell(options);
  });
}

function tell(options: StageOptions): void {
  let stage: Stage;
  let alice: MatrixPerson;
  let bob: MsnPerson;
  /** Alice's room with the bot, and her room with Bob. */
  let room: string;
  let chat: string;

  beforeAll(async () => {
    stage = await setStage(options);
    alice = await stage.person('alice');
    bob = await stage.msn.signIn(stage.msn.bob);
  });

  afterAll(async () => {
    bob?.vanish();
    await stage?.stop();
  });

  /** Says something to the bot and waits for a reply to it. */
  async function ask(person: MatrixPerson, where: string, what: string, reply: RegExp): Promise<string> {
    const asked = await person.say(where, what);
    const answer = await person.waitForMessage(where, (seen) => {
      const order = person.timeline(where).map(({ id }) => id);
      return seen.sender === stage.bot && reply.test(seen.text) && order.indexOf(seen.id) > order.indexOf(asked);
    });
    return answer.text;
  }

  describe('signing in', () => {
    test('the bot greets whoever invites it', async () => {
      room = await alice.createDirect(stage.bot);
      await alice.waitForMessage(room, (seen) => seen.sender === stage.bot && seen.text.includes('login'));
    });

    test('somebody who is not permitted is turned down', async () => {
      const stranger = await stage.person('stranger');
      const asked = await stranger.createDirect(stage.bot);
      await stranger.waitUntil('the bot to turn the invitation down', () =>
        stranger.members(asked).some((one) => one.userId === stage.bot && one.membership === 'leave'),
      );
    });

    test('help shows what can be said', async () => {
      expect(await ask(alice, room, 'help', /login/)).toMatch(/list[\s\S]*chat[\s\S]*status[\s\S]*logout[\s\S]*cancel/);
    });

    test('a wrong password is one plain sentence, and nothing is tried again', async () => {
      await ask(alice, room, 'login', /e-mail address/);
      await ask(alice, room, stage.msn.alice.address, /password/);
      await ask(alice, room, 'not-the-password', /password/i);
      await alice.waitForMessage(
        room,
        (seen) => seen.sender === stage.bot && /password/i.test(seen.text) && !/What is/.test(seen.text),
      );
      expect(await ask(alice, room, 'status', /refused|signed in|trying/)).toContain('refused');
    });

    test('a dialogue can be cancelled', async () => {
      await ask(alice, room, 'login', /e-mail address/);
      expect(await ask(alice, room, 'cancel', /cancel/)).toBe('The sign-in is cancelled.');
    });

    test('with the right password she is signed in, and the password is gone from the room', async () => {
      await ask(alice, room, 'login', /e-mail address/);
      await ask(alice, room, stage.msn.alice.address, /password/);
      const secret = await alice.say(room, stage.msn.alice.password);
      await alice.waitForMessage(
        room,
        (seen) => seen.sender === stage.bot && seen.text.startsWith('You are signed in as'),
      );
      expect(alice.redactedEvents(room)).toContain(secret);
      expect(alice.timeline(room).some((seen) => seen.text.includes(stage.msn.alice.password))).toBe(false);
    });

    test('nobody else can sign in to the same account', async () => {
      const mallory = await stage.person('mallory');
      const other = await mallory.createDirect(stage.bot);
      await mallory.waitForMessage(other, (seen) => seen.text.includes('login'));
      await ask(mallory, other, 'login', /e-mail address/);
      await ask(mallory, other, stage.msn.alice.address, /password/);
      await ask(mallory, other, stage.msn.alice.password, /another/i);
    });

    test('no room is made by signing in', async () => {
      expect(alice.invites()).toEqual([]);
    });
  });

  describe('talking', () => {
    test('the list shows who is there', async () => {
      const list = await ask(alice, room, 'list', /Contacts of/);
      expect(list).toMatch(/Bob \(bob@[^)]*\) – Online/);
      expect(list).toMatch(/Carol \(carol@[^)]*\) – Offline/);
    });

    test('the first message of a contact makes a direct room', async () => {
      await bob.say(stage.msn.alice.address, 'hello alice');
      const invite = await alice.waitForInvite();
      expect(invite).toMatchObject({ direct: true, from: stage.bot });
      chat = invite.room;
      await alice.join(chat);
      const seen = await alice.waitForMessage(chat, 'hello alice');
      expect(seen).toMatchObject({ sender: stage.ghost(stage.msn.bob.address), senderName: 'Bob' });
    });

    test('the answer arrives, and the sender is shown that the server took it', async () => {
      const said = await alice.say(chat, 'hello bob, ça va? ☃ <b>');
      expect((await bob.waitForText('hello bob, ça va? ☃ <b>')).from).toBe(stage.msn.alice.address);
      await alice.waitForStatus(said, 'SUCCESS');
      await alice.waitForReceipt(said, stage.bot);
    });

    test('style is kept both ways, and markup is only text', async () => {
      await bob.say(stage.msn.alice.address, '<i>bold</i>', { format: 'FN=Arial; EF=B; CO=0; CS=0; PF=22' });
      expect((await alice.waitForMessage(chat, '<i>bold</i>')).html).toBe('<strong>&lt;i&gt;bold&lt;/i&gt;</strong>');
      await alice.say(chat, { html: '<em>slanted</em>', text: 'slanted' });
      expect((await bob.waitForText('slanted')).format).toMatch(/EF=I\b/);
    });

    test('an answer repeats what it answers to', async () => {
      const asked = await alice.waitForMessage(chat, 'hello alice');
      const relation = { 'm.in_reply_to': { event_id: asked.id } };
      await alice.send(chat, 'm.room.message', { msgtype: 'm.text', body: 'you again?', 'm.relates_to': relation });
      expect((await bob.waitForText((heard) => heard.text.includes('you again?'))).text).toBe(
        '> Bob: hello alice\r\nyou again?',
      );
    });

    test('nudges go both ways', async () => {
      await bob.nudge(stage.msn.alice.address);
      await alice.waitForMessage(chat, 'sent you a nudge');
      const said = await alice.say(chat, '!nudge');
      await bob.waitForNudge(stage.msn.alice.address);
      await alice.waitForStatus(said, 'SUCCESS');
    });

    test('the same words twice are two messages', async () => {
      await bob.say(stage.msn.alice.address, 'ok');
      await bob.say(stage.msn.alice.address, 'ok');
      await bob.say(stage.msn.alice.address, 'after ok');
      await alice.waitForMessage(chat, 'after ok');
      expect(alice.timeline(chat).filter((seen) => seen.text === 'ok')).toHaveLength(2);
    });

    test('typing is seen on both sides', async () => {
      await bob.type(stage.msn.alice.address);
      await alice.waitForTyping(chat, stage.ghost(stage.msn.bob.address));
      await alice.setTyping(chat, true);
      await bob.waitForTyping(stage.msn.alice.address);
      await alice.setTyping(chat, false);
    });

    test('a long message arrives in parts, whole and in order', async () => {
      const long = Array.from({ length: 500 }, (_, index) => `word${index}`).join(' ');
      const said = await alice.say(chat, long);
      await alice.waitForStatus(said, 'SUCCESS');
      let heard = '';
      while (heard.length < long.length)
        heard += `${heard && ' '}${(await bob.waitForText((text) => text.text.startsWith('word'))).text}`;
      expect(heard).toBe(long);
    });

    test('chat finds the room that is there, and makes the one that is not', async () => {
      expect(await ask(alice, room, `chat ${stage.msn.bob.address}`, /already/)).toContain(
        'You already have a room with Bob',
      );
      await ask(alice, room, `chat ${stage.msn.carol.address}`, /Here you can talk/);
      await alice.waitForInvite((invite) => invite.room !== chat);
    });

    test('a message to somebody who is not there fails with a sentence', async () => {
      const invite = await alice.waitForInvite();
      await alice.join(invite.room);
      const said = await alice.say(invite.room, 'are you there, carol?');
      await alice.waitForStatus(said, 'FAIL_RETRIABLE');
      await alice.waitForMessage(invite.room, (seen) =>
        /was not delivered: .*(not signed in|offline)/i.test(seen.text),
      );
    });

    test('what cannot be carried is said, not swallowed', async () => {
      const said = await alice.edit(chat, await alice.say(chat, 'a frist word'), 'a first word');
      await bob.waitForText('a frist word');
      await alice.waitForStatus(said, 'FAIL_PERMANENT');
      await alice.waitForMessage(chat, (seen) => seen.text.includes('does not carry an edit'));
    });

    test('who left the chat is invited again by the next message', async () => {
      await alice.leave(chat);
      await bob.say(stage.msn.alice.address, 'where did you go?');
      await alice.waitForInvite((invite) => invite.room === chat);
      await alice.join(chat);
      await alice.waitForMessage(chat, 'where did you go?');
    });

    test('a contact’s ghost that is invited shows the way to the chat’s own room', async () => {
      const second = await alice.createDirect(stage.ghost(stage.msn.bob.address));
      await alice.waitForMessage(second, (seen) => seen.text.includes('room of its own'));
    });
  });

  describe('the contact list', () => {
    test('who is blocked does not see her; unblocked they do', async () => {
      await bob.waitForPresence(stage.msn.alice.address, 'NLN');
      await ask(alice, room, `block ${stage.msn.bob.address}`, /is blocked/);
      await bob.waitForPresence(stage.msn.alice.address, 'FLN');
      await ask(alice, room, `unblock ${stage.msn.bob.address}`, /may see you/);
      await bob.waitForPresence(stage.msn.alice.address, 'NLN');
    });

    test('a private name stands on the list and on the room, and nowhere else', async () => {
      const { address } = stage.msn.bob;
      await ask(alice, room, `rename ${address} Bobby dear`, /You see .* as Bobby dear/);
      expect(await ask(alice, room, 'list', /Contacts of/)).toMatch(/Bobby dear \(bob@[^)]*\) – Online/);
      await alice.waitUntil('the room to be called so', () => alice.nameOf(chat) === 'Bobby dear');
      await bob.say(stage.msn.alice.address, 'am I still Bob?');
      const seen = await alice.waitForMessage(chat, 'am I still Bob?');
      expect(seen.senderName).toBe('Bob');
      expect(await alice.client.getProfileInfo(stage.ghost(address))).toMatchObject({ displayname: 'Bob' });
      await ask(alice, room, `rename ${address}`, /as they call themselves/);
      expect(await ask(alice, room, 'list', /Contacts of/)).toMatch(/Bob \(bob@[^)]*\) – Online/);
      await alice.waitUntil('the room to be called otherwise', () => alice.nameOf(chat) !== 'Bobby dear');
    });

    test('a stranger who adds her is a question, and is let in by her answer', async ({ skip }) => {
      const { dave } = stage.msn;
      if (!dave) {
        skip('the server has no fourth account');
        return;
      }
      const stranger = await stage.msn.signIn(dave);
      await stranger.addContact(stage.msn.alice.address);
      await alice.waitForMessage(room, (seen) => seen.text.includes(dave.address) && seen.text.includes('has put you'));
      await ask(alice, room, `answer ${dave.address} add`, /is on your list/);
      await stranger.waitForPresence(stage.msn.alice.address, 'NLN');
      expect(await ask(alice, room, 'list', /Contacts of/)).toContain(dave.address);
      stranger.vanish();
    });
  });

  describe('how she is seen', () => {
    test('her presence in Matrix is what her contacts see, with what she says of it where the version can', async () => {
      await alice.setPresence('unavailable', 'on the train');
      await bob.waitForPresence(stage.msn.alice.address, 'AWY');
      if (options.dialect === 'MSNP12') await bob.waitForPersonalMessage(stage.msn.alice.address, 'on the train');
      await alice.setPresence('online');
      await bob.waitForPresence(stage.msn.alice.address, 'NLN');
    });

    test('who wants that is called on MSN as in Matrix', async () => {
      const name = (): string | undefined => bob.presenceOf(stage.msn.alice.address).name;
      await alice.client.setDisplayName('Alice A.');
      await ask(alice, room, 'nick auto', /your name in Matrix counts: Alice A\./);
      await bob.waitForPresence(stage.msn.alice.address, () => name() === 'Alice A.');
      await alice.client.setDisplayName('Alice B.');
      await bob.waitForPresence(stage.msn.alice.address, () => name() === 'Alice B.', { timeoutMs: 90_000 });
    });
  });

  describe('a conversation of several', () => {
    let carol: MsnPerson;
    let talk: Chat;
    let group: string;

    beforeAll(async () => {
      carol = await stage.msn.signIn(stage.msn.carol);
      await bob.leave();
    });

    afterAll(() => carol?.vanish());

    const ghosts = (): string[] => [stage.ghost(stage.msn.bob.address), stage.ghost(stage.msn.carol.address)];

    /** Waits until just these ghosts are in a room. */
    async function inRoom(where: string, wanted: readonly string[]): Promise<void> {
      const inside = (): string[] =>
        alice.members(where).flatMap(({ userId, membership }) => (membership === 'join' ? [userId] : []));
      await alice.waitUntil(
        `only ${wanted.join(', ')} of MSN in ${where}`,
        () => ghosts().every((ghost) => wanted.includes(ghost) === inside().includes(ghost)),
        { room: where },
      );
    }

    test('the first word makes a room with all of them', async () => {
      talk = await bob.startChat([stage.msn.alice.address, stage.msn.carol.address]);
      talk.type();
      await talk.say('hello you two');
      const invite = await alice.waitForInvite();
      expect(invite).toMatchObject({ direct: false, from: stage.bot });
      group = invite.room;
      await alice.join(group);
      const seen = await alice.waitForMessage(group, 'hello you two');
      expect(seen).toMatchObject({ sender: stage.ghost(stage.msn.bob.address), senderName: 'Bob' });
      await inRoom(group, ghosts());
      expect(alice.nameOf(group)).toMatch(/^(Bob, Carol|Carol.*, Bob)/);
    });

    test('everybody hears everybody, each once, and the chat with one of them stays what it is', async () => {
      await (await carol.waitForChat([stage.msn.alice.address, stage.msn.bob.address])).say('hello from carol');
      const seen = await alice.waitForMessage(group, 'hello from carol');
      expect(seen.sender).toBe(stage.ghost(stage.msn.carol.address));
      const said = await alice.say(group, 'hello from alice');
      await bob.waitForText('hello from alice');
      await carol.waitForText('hello from alice');
      await alice.waitForStatus(said, 'SUCCESS');
      await alice.say(chat, 'just you, bob');
      await bob.waitForText('just you, bob');
      const texts = alice.timeline(group).flatMap(({ type, text }) => (type === 'm.room.message' ? [text] : []));
      expect(texts).toEqual(['hello you two', 'hello from carol', 'hello from alice']);
      expect(textsIn(carol.messages)).not.toContain('just you, bob');
    });

    test('who goes leaves the room, and comes back when they begin anew, in whatever order', async () => {
      await carol.leave();
      await inRoom(group, [stage.ghost(stage.msn.bob.address)]);
      await alice.say(group, 'she is gone');
      await bob.waitForText('she is gone');
      await bob.leave();
      await alice.say(group, 'all together now');
      await bob.waitForText('all together now');
      await carol.waitForText('all together now');
      await inRoom(group, ghosts());
      await Promise.all([bob.leave(), carol.leave()]);
      await (await carol.startChat([stage.msn.bob.address, stage.msn.alice.address])).say('it is us again');
      await alice.waitForMessage(group, 'it is us again');
      await inRoom(group, ghosts());
    });

    test('a ghost that is invited into the chat with one is called in, and the talk goes on where all of them were', async () => {
      await Promise.all([bob.leave(), carol.leave()]);
      await alice.invite(chat, stage.ghost(stage.msn.carol.address));
      await carol.waitForChat([stage.msn.alice.address, stage.msn.bob.address]);
      await alice.waitForMessage(chat, (seen) => seen.sender === stage.bot && /goes on in .*Bob/.test(seen.text));
      await inRoom(chat, [stage.ghost(stage.msn.bob.address)]);
      await (await carol.waitForChat([stage.msn.alice.address, stage.msn.bob.address])).say('you called?');
      await alice.waitForMessage(group, 'you called?');
    });

    test('a ghost that is put out is back, with a word why', async () => {
      await alice.client.kick(group, stage.ghost(stage.msn.carol.address));
      await alice.waitForMessage(group, (seen) => seen.sender === stage.bot && seen.text.includes('put out'));
      await inRoom(group, ghosts());
    });

    test('who leaves the room leaves the conversation; the next word invites her again', async () => {
      await alice.leave(group);
      await bob.waitForChat([stage.msn.carol.address]);
      await bob.leave();
      await carol.leave();
      await (await bob.startChat([stage.msn.alice.address, stage.msn.carol.address])).say('come back');
      await alice.waitForInvite((invite) => invite.room === group);
      await alice.join(group);
      await alice.waitForMessage(group, 'come back');
    });

    test('commands do it, too', async () => {
      await alice.say(group, '!msn leave');
      await alice.waitForMessage(group, (seen) => seen.sender === stage.bot && seen.text.startsWith('You are out'));
      await bob.waitForChat([stage.msn.carol.address]);
      await Promise.all([bob.leave(), carol.leave()]);
      await ask(alice, room, `invite ${stage.msn.carol.address} to ${stage.msn.bob.address}`, /is in your chat with/);
      await carol.waitForChat([stage.msn.alice.address, stage.msn.bob.address]);
      await Promise.all([bob.leave(), carol.leave()]);
    });
  });

  describe('after kill -9', () => {
    test('both go on talking, and what was said meanwhile arrives', async ({ skip }) => {
      skip(stage.msn.overGateway, STILL_THERE);
      await stage.bridge.kill9();
      const said = await alice.say(chat, 'said while you were dead');
      await stage.bridge.startAgain();
      expect((await bob.waitForText('said while you were dead', { timeoutMs: 30_000 })).from).toBe(
        stage.msn.alice.address,
      );
      await alice.waitForStatus(said, 'SUCCESS');
      await bob.say(stage.msn.alice.address, 'welcome back');
      await alice.waitForMessage(chat, 'welcome back');
      expect(await ask(alice, room, 'list', /Contacts of/)).toMatch(/Bob \(bob@[^)]*\) – Online/);
    });

    test('a kill in mid-conversation doubles nothing', async ({ skip }) => {
      skip(stage.msn.overGateway, STILL_THERE);
      for (let n = 0; n < 5; n++) await bob.say(stage.msn.alice.address, `before ${n}`);
      await alice.waitForMessage(chat, 'before 4');
      await stage.bridge.kill9();
      const from = stage.bridge.log.length;
      await stage.bridge.startAgain();
      await stage.bridge.waitForLog((line) => line['state'] === 'connected', { from });
      await bob.say(stage.msn.alice.address, 'after');
      await alice.waitForMessage(chat, 'after');
      expect(
        alice
          .timeline(chat)
          .map((seen) => seen.text)
          .filter((text) => text.startsWith('before')),
      ).toEqual([0, 1, 2, 3, 4].map((n) => `before ${n}`));
    });
  });

  describe('the end', () => {
    test('a sign-in from elsewhere is told and not fought', async () => {
      const elsewhere = await stage.msn.signIn(stage.msn.alice);
      await alice.waitForMessage(room, (seen) => seen.sender === stage.bot && /from another place/.test(seen.text));
      expect(elsewhere.isSignedIn).toBe(true);
      await elsewhere.signOut();
      await ask(alice, room, 'reconnect', /Signing in/);
      await alice.waitForMessage(room, (seen) => seen.sender === stage.bot && /signed in again/.test(seen.text));
    });

    test('logout signs off and forgets', async () => {
      await ask(alice, room, 'logout', /signed out/);
      await bob.waitForPresence(stage.msn.alice.address, 'FLN');
      await ask(alice, room, 'list', /not signed in anywhere/);
    });

    test('SIGTERM ends the bridge cleanly', async () => {
      expect(await stage.bridge.stop()).toBe(0);
    });
  });
}
