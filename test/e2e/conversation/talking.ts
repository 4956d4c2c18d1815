// Two people talk: all that a chat of two carries, and what is said of the rest.

import { describe, expect, test } from 'vitest';
import type { OnScene } from './scene.ts';

export function talking(on: OnScene): void {
  test('the list shows who is there', { tags: ['roster'] }, async () => {
    const list = await on().ask('list', /Contacts of/);
    expect(list).toMatch(/Bob \(bob@[^)]*\) – Online/);
    expect(list).toMatch(/Carol \(carol@[^)]*\) – Offline/);
  });

  describe('talking', { tags: ['chat'] }, () => {
    test('the first message of a contact makes a direct room', async () => {
      const scene = on();
      const { alice, bob, stage, msn } = scene;
      await bob.say(msn.alice.address, 'hello alice');
      const invite = await alice.waitForInvite();
      expect(invite).toMatchObject({ direct: true, from: stage.bot });
      scene.chat = invite.room;
      await alice.join(scene.chat);
      const seen = await alice.waitForMessage(scene.chat, 'hello alice');
      expect(seen).toMatchObject({ sender: stage.ghost(msn.bob.address), senderName: 'Bob' });
    });

    test('the answer arrives, and the sender is shown that the server took it', async () => {
      const { alice, bob, chat, stage, msn } = on();
      const said = await alice.say(chat, 'hello bob, ça va? ☃ <b>');
      expect((await bob.waitForText('hello bob, ça va? ☃ <b>')).from).toBe(msn.alice.address);
      await alice.waitForStatus(said, 'SUCCESS');
      await alice.waitForReceipt(said, stage.bot);
    });

    test('style is kept both ways, and markup is only text', async () => {
      const { alice, bob, chat, msn } = on();
      await bob.say(msn.alice.address, '<i>bold</i>', { format: 'FN=Arial; EF=B; CO=0; CS=0; PF=22' });
      expect((await alice.waitForMessage(chat, '<i>bold</i>')).html).toBe('<strong>&lt;i&gt;bold&lt;/i&gt;</strong>');
      await alice.say(chat, { html: '<em>slanted</em>', text: 'slanted' });
      expect((await bob.waitForText('slanted')).format).toMatch(/EF=I\b/);
    });

    test('an answer repeats what it answers to', async () => {
      const { alice, bob, chat } = on();
      const asked = await alice.waitForMessage(chat, 'hello alice');
      const relation = { 'm.in_reply_to': { event_id: asked.id } };
      await alice.send(chat, 'm.room.message', { msgtype: 'm.text', body: 'you again?', 'm.relates_to': relation });
      expect((await bob.waitForText((heard) => heard.text.includes('you again?'))).text).toBe(
        '> Bob: hello alice\r\nyou again?',
      );
    });

    test('nudges go both ways', async () => {
      const { alice, bob, chat, msn } = on();
      await bob.nudge(msn.alice.address);
      await alice.waitForMessage(chat, 'sent you a nudge');
      const said = await alice.say(chat, '!nudge');
      await bob.waitForNudge(msn.alice.address);
      await alice.waitForStatus(said, 'SUCCESS');
    });

    test('the same words twice are two messages', async () => {
      const { alice, bob, chat, msn } = on();
      await bob.say(msn.alice.address, 'ok');
      await bob.say(msn.alice.address, 'ok');
      await bob.say(msn.alice.address, 'after ok');
      await alice.waitForMessage(chat, 'after ok');
      expect(alice.timeline(chat).filter((seen) => seen.text === 'ok')).toHaveLength(2);
    });

    test('typing is seen on both sides', async () => {
      const { alice, bob, chat, stage, msn } = on();
      await bob.type(msn.alice.address);
      await alice.waitForTyping(chat, stage.ghost(msn.bob.address));
      await alice.setTyping(chat, true);
      await bob.waitForTyping(msn.alice.address);
      await alice.setTyping(chat, false);
    });

    test('a long message arrives in parts, whole and in order', async () => {
      const { alice, bob, chat } = on();
      const long = Array.from({ length: 500 }, (_, index) => `word${index}`).join(' ');
      const said = await alice.say(chat, long);
      await alice.waitForStatus(said, 'SUCCESS');
      let heard = '';
      while (heard.length < long.length)
        heard += `${heard && ' '}${(await bob.waitForText((text) => text.text.startsWith('word'))).text}`;
      expect(heard).toBe(long);
    });

    test('chat finds the room that is there, and makes the one that is not', async () => {
      const scene = on();
      const { alice, chat, msn } = scene;
      expect(await scene.ask(`chat ${msn.bob.address}`, /already/)).toContain('You already have a room with Bob');
      await scene.ask(`chat ${msn.carol.address}`, /Here you can talk/);
      await alice.waitForInvite((invite) => invite.room !== chat);
    });

    test('a message to somebody who is not there fails with a sentence', async () => {
      const scene = on();
      const { alice } = scene;
      const invite = await alice.waitForInvite();
      await alice.join(invite.room);
      const said = await alice.say(invite.room, 'are you there, carol?');
      await alice.waitForStatus(said, 'FAIL_RETRIABLE');
      await scene.told(/was not delivered: .*(not signed in|offline)/i, invite.room);
    });

    test('what cannot be carried is said, not swallowed', async () => {
      const scene = on();
      const { alice, bob, chat } = scene;
      const said = await alice.edit(chat, await alice.say(chat, 'a frist word'), 'a first word');
      await bob.waitForText('a frist word');
      await alice.waitForStatus(said, 'FAIL_PERMANENT');
      await scene.told(/does not carry an edit/, chat);
    });

    test('who left the chat is invited again by the next message', async () => {
      const { alice, bob, chat, msn } = on();
      await alice.leave(chat);
      await bob.say(msn.alice.address, 'where did you go?');
      await alice.waitForInvite((invite) => invite.room === chat);
      await alice.join(chat);
      await alice.waitForMessage(chat, 'where did you go?');
    });

    test('a contact’s ghost that is invited shows the way to the chat’s own room', async () => {
      const { alice, stage, msn } = on();
      const second = await alice.createDirect(stage.ghost(msn.bob.address));
      await alice.waitForMessage(second, (seen) => seen.text.includes('room of its own'));
    });
  });
}
