// Three people talk: who comes, who goes, and that everybody hears everything once.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MatrixPerson } from '../../support/matrix-person.ts';
import type { Chat, MsnPerson } from '../../support/msn-person.ts';
import { textsIn } from '../../support/msn-person/message.ts';
import type { Stage } from '../../support/stage.ts';
import type { OnScene } from './scene.ts';

export function several(on: OnScene): void {
  describe('a conversation of several', { tags: ['group'] }, () => {
    let alice: MatrixPerson;
    let bob: MsnPerson;
    let stage: Stage;
    let carol: MsnPerson;
    let talk: Chat;
    let group: string;

    beforeAll(async () => {
      ({ alice, bob, stage } = on());
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
      await alice.say(on().chat, 'just you, bob');
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
      const { chat } = on();
      await Promise.all([bob.leave(), carol.leave()]);
      await alice.invite(chat, stage.ghost(stage.msn.carol.address));
      await carol.waitForChat([stage.msn.alice.address, stage.msn.bob.address]);
      await on().told(/goes on in .*Bob/, chat);
      await inRoom(chat, [stage.ghost(stage.msn.bob.address)]);
      await (await carol.waitForChat([stage.msn.alice.address, stage.msn.bob.address])).say('you called?');
      await alice.waitForMessage(group, 'you called?');
    });

    test('a ghost that is put out is back, with a word why', async () => {
      await alice.client.kick(group, stage.ghost(stage.msn.carol.address));
      await on().told(/put out/, group);
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
      await on().told(/^You are out/, group);
      await bob.waitForChat([stage.msn.carol.address]);
      await Promise.all([bob.leave(), carol.leave()]);
      await on().ask(`invite ${stage.msn.carol.address} to ${stage.msn.bob.address}`, /came in: the chat is/);
      await carol.waitForChat([stage.msn.alice.address, stage.msn.bob.address]);
      await Promise.all([bob.leave(), carol.leave()]);
    });
  });
}
