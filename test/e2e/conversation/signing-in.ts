// The first acquaintance with the bot, and the way in.

import { describe, expect, test } from 'vitest';
import type { OnScene } from './scene.ts';

export function signingIn(on: OnScene): void {
  describe('signing in', { tags: ['sign-in'] }, () => {
    test('the bot greets whoever invites it', async () => {
      const scene = on();
      scene.room = await scene.alice.createDirect(scene.stage.bot);
      await scene.told(/login/);
    });

    test('somebody who is not permitted is turned down', async () => {
      const { stage } = on();
      const stranger = await stage.person('stranger');
      const asked = await stranger.createDirect(stage.bot);
      await stranger.waitUntil('the bot to turn the invitation down', () =>
        stranger.members(asked).some((one) => one.userId === stage.bot && one.membership === 'leave'),
      );
    });

    test('help shows what can be said', async () => {
      expect(await on().ask('help', /login/)).toMatch(/list[\s\S]*chat[\s\S]*status[\s\S]*logout[\s\S]*cancel/);
    });

    test('a wrong password is one plain sentence', async () => {
      const scene = on();
      await scene.ask('login', /e-mail address/);
      await scene.ask(scene.msn.alice.address, /password/);
      const sentence = await scene.ask('not-the-password', /refused/);
      expect(sentence).toMatch(/^Test server refused the (sign-in|address or the password)\./);
      expect(await scene.ask('status', /refused|signed in|trying/)).toContain('refused');
    });

    test('a dialogue can be cancelled', async () => {
      const scene = on();
      await scene.ask('login', /e-mail address/);
      expect(await scene.ask('cancel', /cancel/)).toBe('The sign-in is cancelled.');
    });

    test('with the right password she is signed in, and the password is gone from the room', async () => {
      const scene = on();
      const { alice, room, msn } = scene;
      await scene.ask('login', /e-mail address/);
      await scene.ask(msn.alice.address, /password/);
      const secret = await alice.say(room, msn.alice.password);
      await scene.told(/^You are signed in as/);
      expect(alice.redactedEvents(room)).toContain(secret);
      expect(alice.timeline(room).some((seen) => seen.text.includes(msn.alice.password))).toBe(false);
    });

    test('nobody else can sign in to the same account', async () => {
      const scene = on();
      const mallory = await scene.stage.person('mallory');
      const other = await mallory.createDirect(scene.stage.bot);
      await mallory.waitForMessage(other, (seen) => seen.text.includes('login'));
      await scene.ask('login', /e-mail address/, mallory, other);
      await scene.ask(scene.msn.alice.address, /password/, mallory, other);
      await scene.ask(scene.msn.alice.password, /another/i, mallory, other);
    });

    test('no room is made by signing in', () => {
      expect(on().alice.invites()).toEqual([]);
    });
  });
}
