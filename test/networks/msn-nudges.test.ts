// Nudges that go out. Against a double over loopback sockets.

import { expect, test } from 'vitest';

import { plainText } from '../../src/bridge/events.ts';
import type { ChatId } from '../../src/bridge/ids.ts';
import { textsIn } from '../support/msn-person/message.ts';
import { ALICE, BOB, CAROL, order, say, setStage, signInOurs, signInPerson } from './msn-stage.ts';

const EARLY = { code: 'bad-state', retriable: false, message: 'There was a nudge just now: please wait ten seconds.' };

test('“!nudge” in a chat is a nudge, and not words', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  expect(ours.client.split({ type: 'text', runs: [{ text: ' !Nudge ' }] })).toHaveLength(1);
  expect(await say(ours, BOB, '!Nudge')).toBe('accepted');
  await bob.waitForNudge(ALICE);
  await say(ours, BOB, 'I said !nudge');
  await bob.waitForText('I said !nudge');
  expect(textsIn(bob.messages)).toEqual(['I said !nudge']);
  expect(stage.server.violations).toEqual([]);
});

test('by command it leaves once it is written down, and not otherwise', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  const broken = new Error('the database is away');
  const words = `nudge ${BOB}`;
  await expect(order(stage, ours, words, { beforeWrite: async () => Promise.reject(broken) })).rejects.toBe(broken);
  expect(bob.messages).toEqual([]);
  expect(plainText(await order(stage, ours, words))).toMatch(/^You nudged /u);
  await bob.waitForNudge(ALICE);
});

test('in a chat of several everybody is nudged', async () => {
  const stage = await setStage();
  const ours = await signInOurs(stage);
  const [bob, carol] = [await signInPerson(stage, BOB), await signInPerson(stage, CAROL)];
  const { chat } = await ours.client.invite!(BOB as ChatId, `double/${CAROL}` as never);
  await say(ours, chat, '!nudge');
  await bob.waitForNudge(ALICE);
  await carol.waitForNudge(ALICE);
});

test('there are ten seconds between two nudges of a chat; another chat is another matter', async () => {
  const stage = await setStage();
  const ours = await signInOurs(stage);
  const [bob, carol] = [await signInPerson(stage, BOB), await signInPerson(stage, CAROL)];
  let intents = 0;
  const nudge = async (address: string): Promise<unknown> => say(ours, address, '!nudge', async () => void intents++);
  await nudge(BOB);
  await expect(nudge(BOB)).rejects.toMatchObject(EARLY);
  await nudge(CAROL);
  await carol.waitForNudge(ALICE);
  stage.clock.advance(9_999);
  await expect(nudge(BOB)).rejects.toMatchObject(EARLY);
  expect(intents).toBe(2);
  stage.clock.advance(1);
  await nudge(BOB);
  await bob.waitForNudge(ALICE);
  await bob.waitForNudge(ALICE);
});

test('a nudge that could not go out does not count', async () => {
  const stage = await setStage();
  const ours = await signInOurs(stage);
  await expect(say(ours, BOB, '!nudge')).rejects.toMatchObject({ code: 'recipient-offline' });
  const bob = await signInPerson(stage, BOB);
  const broken = new Error('the database is away');
  await expect(say(ours, BOB, '!nudge', async () => Promise.reject(broken))).rejects.toBe(broken);
  await say(ours, BOB, '!nudge');
  await bob.waitForNudge(ALICE);
});
