// The bridge is killed, or asked to end, in the middle of all that; and comes back. And the end.

import { afterEach, describe, expect, test } from 'vitest';
import { Tables } from '../../crash/tables.ts';
import { textsIn } from '../../support/msn-person/message.ts';
import type { FaultAction } from '../../support/msn-server/faults.ts';
import type { MsnServerDouble } from '../../support/msn-server/msn-server-double.ts';
import { comeBack, type OnScene, type Scene } from './scene.ts';

const STILL_THERE = 'the gateway keeps the dead conversation for a minute, and what is said into it is lost';
const HONEST = 'a real server does not hold its answers back when asked to';

/** Ways in which a life ends. */
const ENDS = [
  ['kill -9', async ({ stage }: Scene) => stage.bridge.kill9()],
  ['SIGTERM', async ({ stage }: Scene) => stage.bridge.stop()],
] as const;

/** What a server may do with a message for which it owes an answer; and how often it is then heard. */
const UNANSWERED = [
  ['heard', { type: 'swallow' }, 1],
  ['lost', { type: 'ignore' }, 0],
] as const;

export function lives(on: OnScene): void {
  describe('after kill -9', () => {
    test('both go on talking, and what was said meanwhile arrives', async ({ skip }) => {
      const scene = on();
      const { alice, bob, chat, stage, msn } = scene;
      skip(msn.overGateway, STILL_THERE);
      await stage.bridge.kill9();
      const said = await alice.say(chat, 'said while you were dead');
      await stage.bridge.startAgain();
      expect((await bob.waitForText('said while you were dead', { timeoutMs: 30_000 })).from).toBe(msn.alice.address);
      await alice.waitForStatus(said, 'SUCCESS');
      await bob.say(msn.alice.address, 'welcome back');
      await alice.waitForMessage(chat, 'welcome back');
      expect(await scene.ask('list', /Contacts of/)).toMatch(/Bob \(bob@[^)]*\) – Online/);
    });
  });

  describe.each(ENDS)('%s in mid-conversation', (name, end) => {
    afterEach(() => {
      on().stage.synapse.resume();
      on().msn.double?.faults.clear();
    });

    test('what was on its way to Matrix arrives, once and in order', async ({ skip }) => {
      const { alice, bob, chat, stage, msn } = on();
      skip(msn.overGateway, STILL_THERE);
      const texts = [0, 1, 2, 3, 4].map((n) => `${name} ${n}`);
      const tables = new Tables(stage.databaseUrl);
      // The last answer was seen, and may not be in the books yet.
      await expect.poll(async () => tables.waiting(), { timeout: 10_000 }).toBe(0);
      stage.synapse.pause();
      for (const text of texts) await bob.say(msn.alice.address, text);
      await expect.poll(async () => tables.waiting(), { timeout: 10_000 }).toBe(texts.length);
      await tables.close();
      const ended = end(on());
      // what the homeserver has heard of them already it only now reads
      if (name === 'SIGTERM') stage.synapse.resume();
      await ended;
      stage.synapse.resume();
      await comeBack(on());
      await bob.say(msn.alice.address, `after ${name}`);
      await alice.waitForMessage(chat, `after ${name}`);
      expect(textsFrom(on(), `${name} `)).toEqual(texts);
    });

    test('a message that waits for its conversation goes out after it, once', async ({ skip }) => {
      const { alice, bob, chat, msn } = on();
      const double = msn.double ?? skip(HONEST);
      await endConversation(on(), double);
      const held = await strike(double, 'NS', 'XFR', { type: 'ignore' }, async () => alice.say(chat, `${name} waits`));
      await end(on());
      double.faults.clear();
      await comeBack(on());
      await bob.waitForText(`${name} waits`);
      await alice.waitForStatus(held, 'SUCCESS');
      await goesOn(on(), `${name} waits`);
    });

    for (const [what, action, times] of UNANSWERED) {
      test(`of one that was ${what} and not acknowledged the truth is told`, async ({ skip }) => {
        const { alice, bob, chat, msn } = on();
        const double = msn.double ?? skip(HONEST);
        const text = `${name} ${what}`;
        await alice.say(chat, `before ${text}`);
        await bob.waitForText(`before ${text}`);
        const said = await strike(double, 'SB', 'MSG', action, async () => alice.say(chat, text));
        if (times > 0) await bob.waitForText(text);
        await end(on());
        double.faults.clear();
        await comeBack(on());
        await alice.waitForStatus(said, 'FAIL_RETRIABLE');
        await on().told(/^Your message may not have been delivered: .*🔁/, chat);
        expect(alice.statusOf(said).map(({ status }) => status)).not.toContain('SUCCESS');
        await goesOn(on(), text, times);
      });
    }
  });

  test('SIGTERM waits for the acknowledgement of what has gone out', async ({ skip }) => {
    const { alice, bob, chat, stage, msn } = on();
    const double = msn.double ?? skip(HONEST);
    await alice.say(chat, 'before the late one');
    await bob.waitForText('before the late one');
    const late = { type: 'delay', ms: 500 } as const;
    const said = await strike(double, 'SB', 'MSG', late, async () => alice.say(chat, 'the late one'));
    await stage.bridge.stop();
    double.faults.clear();
    await comeBack(on());
    await alice.waitForStatus(said, 'SUCCESS');
    await goesOn(on(), 'the late one');
  });

  describe('the end', { tags: ['sign-in'] }, () => {
    test('a sign-in from elsewhere is told and not fought', async () => {
      const scene = on();
      const elsewhere = await scene.msn.signIn(scene.msn.alice);
      await scene.told(/from another place/);
      expect(elsewhere.isSignedIn).toBe(true);
      await elsewhere.signOut();
      await scene.ask('reconnect', /^You are signed in as/);
    });

    test('logout signs off and forgets', async () => {
      const scene = on();
      await scene.ask('logout', /signed out/);
      await scene.bob.waitForPresence(scene.msn.alice.address, 'FLN');
      await scene.ask('list', /not signed in anywhere/);
    });

    test('SIGTERM ends the bridge cleanly', async () => {
      expect(await on().stage.bridge.stop()).toBe(0);
    });
  });
}

/** Bob leaves, and the bridge has noticed: its next message needs a new conversation. */
async function endConversation({ bob, msn }: Scene, double: MsnServerDouble): Promise<void> {
  const { mark } = double;
  if (bob.chats.length === 0) return;
  await bob.leave();
  await double.waitFor(({ side, user, line }) => side === 'SB' && user === msn.alice.address && line === 'closed', {
    after: mark,
  });
}

/** Does something of which a command of alice’s follows that the server then treats so; resolves when it has come. */
async function strike<T>(
  double: MsnServerDouble,
  side: 'NS' | 'SB',
  verb: string,
  action: FaultAction,
  work: () => Promise<T>,
): Promise<T> {
  const { mark } = double;
  const isText = ({ payload }: { readonly payload: Buffer }): boolean =>
    verb !== 'MSG' || payload.includes('Content-Type: text/plain');
  double.faults.add({ side, verb, user: 'alice@example.com', where: isText }, action, 1);
  const done = await work();
  await double.waitFor(({ line }) => line === `fault: ${action.type}`, { after: mark });
  return done;
}

function textsFrom({ alice, chat, stage, msn }: Scene, beginning: string): string[] {
  return alice
    .timeline(chat)
    .filter(({ sender, text }) => sender === stage.ghost(msn.bob.address) && text.startsWith(beginning))
    .map(({ text }) => text);
}

/** They talk on, and bob has heard this so many times. */
async function goesOn({ alice, bob, chat, msn }: Scene, text: string, times = 1): Promise<void> {
  const said = await alice.say(chat, `after “${text}”`);
  await bob.waitForText(`after “${text}”`);
  await alice.waitForStatus(said, 'SUCCESS');
  await bob.say(msn.alice.address, `heard “${text}”`);
  await alice.waitForMessage(chat, `heard “${text}”`);
  expect(textsIn(bob.messages).filter((one) => one === text)).toHaveLength(times);
}
