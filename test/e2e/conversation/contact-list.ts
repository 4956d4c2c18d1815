// Whom she lets in, blocks and renames; and how she herself is seen.

import { describe, expect, test } from 'vitest';
import { comeBack, type OnScene } from './scene.ts';

export function contactList(on: OnScene): void {
  describe('the contact list', () => {
    test('who is blocked does not see her; unblocked they do', { tags: ['block'] }, async () => {
      const scene = on();
      const { bob, msn } = scene;
      await bob.waitForPresence(msn.alice.address, 'NLN');
      await scene.ask(`block ${msn.bob.address}`, /is blocked/);
      await bob.waitForPresence(msn.alice.address, 'FLN');
      await scene.ask(`unblock ${msn.bob.address}`, /may see you/);
      await bob.waitForPresence(msn.alice.address, 'NLN');
    });

    test('a private name stands on the list and on the room, and nowhere else', { tags: ['rename'] }, async () => {
      const scene = on();
      const { alice, bob, chat, stage, msn } = scene;
      const { address } = msn.bob;
      await scene.ask(`rename ${address} Bobby dear`, /You see .* as Bobby dear/);
      expect(await scene.ask('list', /Contacts of/)).toMatch(/Bobby dear \(bob@[^)]*\) – Online/);
      await alice.waitUntil('the room to be called so', () => alice.nameOf(chat) === 'Bobby dear');
      await bob.say(msn.alice.address, 'am I still Bob?');
      const seen = await alice.waitForMessage(chat, 'am I still Bob?');
      expect(seen.senderName).toBe('Bob');
      expect(await alice.client.getProfileInfo(stage.ghost(address))).toMatchObject({ displayname: 'Bob' });
      await scene.ask(`rename ${address}`, /as they call themselves/);
      expect(await scene.ask('list', /Contacts of/)).toMatch(/Bob \(bob@[^)]*\) – Online/);
      await alice.waitUntil('the room to be called otherwise', () => alice.nameOf(chat) !== 'Bobby dear');
    });

    test('a stranger who adds her is a question, and is let in by her answer', { tags: ['add'] }, async ({ skip }) => {
      const scene = on();
      const dave = scene.msn.dave ?? skip('the server has no fourth account');
      const stranger = await scene.msn.signIn(dave);
      await stranger.addContact(scene.msn.alice.address);
      await scene.told(new RegExp(`${dave.address}.*has put you`, 'i'));
      await scene.ask(`answer ${dave.address} add`, /is on your list/);
      await stranger.waitForPresence(scene.msn.alice.address, 'NLN');
      expect(await scene.ask('list', /Contacts of/)).toContain(dave.address);
      await stranger.signOut();
    });

    test('so is one who did so while she was away', { tags: ['add'] }, async ({ skip }) => {
      const scene = on();
      const { msn, stage } = scene;
      const dave = msn.dave ?? skip('the server has no fourth account');
      await stage.bridge.stop();
      await msn.part();
      const stranger = await msn.signIn(dave);
      await stranger.addContact(msn.alice.address);
      await msn.settle();
      const before = scene.alice.timeline(scene.room).length;
      await comeBack(scene);
      await scene.alice.waitUntil('the question', () =>
        scene.alice
          .timeline(scene.room)
          .slice(before)
          .some(({ text }) => /dave@.*has put you/i.test(text)),
      );
      await scene.ask(`answer ${dave.address} add`, /is on your list/);
      await stranger.waitForPresence(msn.alice.address, 'NLN');
      await stranger.signOut();
    });
  });

  describe('how she is seen', { tags: ['presence'] }, () => {
    test('her presence in Matrix is what her contacts see, with what she says of it where the version can', async () => {
      const { alice, bob, msn } = on();
      await alice.setPresence('unavailable', 'on the train');
      await bob.waitForPresence(msn.alice.address, 'AWY');
      if (msn.dialect === 'MSNP12') await bob.waitForPersonalMessage(msn.alice.address, 'on the train');
      await alice.setPresence('online');
      await bob.waitForPresence(msn.alice.address, 'NLN');
    });

    test('their presence is what she sees on her list', async () => {
      const scene = on();
      const { alice, bob, stage, msn } = scene;
      const ghost = stage.ghost(msn.bob.address);
      await bob.setStatus('PHN');
      await alice.waitForPresence(ghost, 'unavailable');
      expect(await scene.ask('list', /Contacts of/)).toMatch(/Bob \(bob@[^)]*\) – On the phone/);
      await bob.setStatus('NLN');
      await alice.waitForPresence(ghost, 'online');
      expect(await scene.ask('list', /Contacts of/)).toMatch(/Bob \(bob@[^)]*\) – Online/);
    });

    test('who wants that is called on MSN as in Matrix', async () => {
      const scene = on();
      const { alice, bob, msn } = scene;
      const name = (): string | undefined => bob.presenceOf(msn.alice.address).name;
      await alice.client.setDisplayName('Alice A.');
      await scene.ask('nick auto', /your name in Matrix counts: Alice A\./);
      await bob.waitForPresence(msn.alice.address, () => name() === 'Alice A.');
      await alice.client.setDisplayName('Alice B.');
      await bob.waitForPresence(msn.alice.address, () => name() === 'Alice B.', { timeoutMs: 90_000 });
    });
  });
}
