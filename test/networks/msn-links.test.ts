// Bad links between our client and the servers: what is noticed, when, and what becomes of what is said meanwhile.

import { expect, onTestFinished, test } from 'vitest';

import type { BridgeError } from '../../src/bridge/errors.ts';
import { textsIn } from '../support/msn-person/message.ts';
import type { Weather } from '../support/fault-proxy.ts';
import {
  ALICE,
  BOB,
  CAROL,
  eventually,
  OUR_WORDS,
  pass,
  say,
  setLinkedStage,
  signInOurs,
  signInPerson,
} from './msn-stage.ts';

/** Signed in; whatever has become of the links does not hold up the end of the test. */
async function linked() {
  const stage = await setLinkedStage();
  const ours = await signInOurs(stage);
  onTestFinished(() => {
    stage.links.notification.cut();
    stage.links.switchboard.cut();
  });
  return { stage, ours };
}

async function talking() {
  const { stage, ours } = await linked();
  const bob = await signInPerson(stage, BOB);
  await say(ours, BOB, 'one');
  await bob.waitForText('one');
  return { stage, bob, ours, switchboard: stage.links.switchboard };
}

/** What a send ends with, once it has: a delivery or the code of an error. */
function outcomeOf(sending: Promise<unknown>): { word: string | undefined } {
  const outcome: { word: string | undefined } = { word: undefined };
  sending.then(
    (delivery) => (outcome.word = String(delivery)),
    (error: unknown) => (outcome.word = (error as BridgeError).code),
  );
  return outcome;
}

test('a notification connection that is half open is noticed within 95 seconds', async () => {
  const { stage, ours } = await linked();
  // a whole round of questions and answers is good, and another one begins
  await pass(stage, 50_000);
  stage.links.notification.loseConnections();
  await pass(stage, 95_000);
  await eventually(() => ours.sink.kinds.at(-1) === 'disconnected');
  expect(ours.sink.states.at(-1)?.sentence).toBe('Double did not answer in time.');
  ours.client.connect(2, {});
  await eventually(() => ours.sink.kinds.at(-1) === 'connected');
});

test('a switchboard that does not acknowledge is not used again: one message is uncertain, the next one arrives', async () => {
  const { stage, bob, ours, switchboard } = await talking();
  switchboard.loseConnections();
  const sending = outcomeOf(say(ours, BOB, 'two'));
  await eventually(() => switchboard.vanished > 0);
  stage.clock.advance(30_000);
  await eventually(() => sending.word === 'uncertain');
  expect(await say(ours, BOB, 'three')).toBe('accepted');
  await bob.waitForText('three');
  expect(textsIn(bob.messages)).toEqual(['one', 'three']);
});

test('what waits behind a message that is not acknowledged goes out over a new switchboard', async () => {
  const { stage, bob, ours, switchboard } = await talking();
  switchboard.loseConnections();
  const two = outcomeOf(say(ours, BOB, 'two'));
  const three = outcomeOf(say(ours, BOB, 'three'));
  await eventually(() => switchboard.vanished > 0);
  stage.clock.advance(30_000);
  await bob.waitForText('three');
  await eventually(() => three.word !== undefined);
  expect([two.word, three.word]).toEqual(['uncertain', 'accepted']);
});

test('a switchboard that was quiet for a minute is asked before it is given a message: none is lost in a dead one', async () => {
  const { stage, bob, ours, switchboard } = await talking();
  await pass(stage, 60_000);
  switchboard.loseConnections();
  const sending = outcomeOf(say(ours, BOB, 'two'));
  await eventually(() => switchboard.vanished > 0);
  stage.clock.advance(10_000);
  await bob.waitForText('two');
  await eventually(() => sending.word === 'accepted');
  expect(textsIn(bob.messages)).toEqual(['one', 'two']);
});

test('one that was quiet and stands goes on, and the other side sees nothing of the question', async () => {
  const { stage, bob, ours, switchboard } = await talking();
  await pass(stage, 70_000);
  await say(ours, BOB, 'two');
  await bob.waitForText('two');
  await say(ours, BOB, 'three'); // heard from just now: not asked again
  expect(switchboard.accepted).toBe(1);
  expect(textsIn(bob.messages)).toEqual(['one', 'two', 'three']);
  const asked = stage.server.received.filter(
    ({ side, user, payload }) => side === 'SB' && user === ALICE && payload.includes('text/x-clientcaps'),
  );
  expect(asked.map(({ line }) => line.split(' ')[2])).toEqual(['U', 'A']);
});

test('a call that is not answered on a switchboard leaves it', async () => {
  const { stage, ours, switchboard } = await talking();
  await signInPerson(stage, CAROL);
  switchboard.loseConnections();
  const calling = outcomeOf(ours.client.invite!(BOB as never, `double/${CAROL}` as never));
  await eventually(() => switchboard.vanished > 0);
  stage.clock.advance(15_000);
  await eventually(() => calling.word === 'network');
  expect(await say(ours, BOB, 'two')).toBe('accepted');
});

test('a conversation of several that is quiet is asked from time to time, and left once it is dead', async () => {
  const { stage, bob, ours, switchboard } = await talking();
  const carol = await signInPerson(stage, CAROL);
  const { chat } = await ours.client.invite!(BOB as never, `double/${CAROL}` as never);
  await say(ours, chat, 'both of you');
  await carol.waitForText('both of you');
  const before = stage.server.received.length;
  await pass(stage, 5 * 60_000);
  await eventually(() => stage.server.received.slice(before).some(({ payload }) => payload.includes('clientcaps')));
  switchboard.loseConnections();
  await pass(stage, 6 * 60_000);
  expect(await say(ours, chat, 'still there?')).toBe('accepted');
  await carol.waitForText('still there?');
  await bob.waitForText('still there?');
});

test.each<[string, Weather]>([
  ['late', { type: 'latency', ms: 20 }],
  ['byte by byte', { type: 'split' }],
  ['slowly', { type: 'drip', bytes: 100, everyMs: 1 }],
])('what comes %s is all the same', async (_, weather) => {
  const stage = await setLinkedStage();
  stage.links.notification.weather = weather;
  stage.links.switchboard.weather = weather;
  const bob = await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  for (const word of ['one', 'ünï 😀', 'three']) await say(ours, BOB, word);
  const { chat } = await bob.waitForText('three');
  expect(textsIn(bob.messages)).toEqual(['one', 'ünï 😀', 'three']);
  for (const word of ['vier', 'fünf']) await chat.say(word);
  await eventually(() => ours.sink.texts.length === 2);
  expect(ours.sink.texts).toEqual(['vier', 'fünf']);
  expect(stage.server.violations).toEqual([]);
});

test.each(['cut', 'reset'] as const)('a switchboard that is %s under a message leaves it uncertain', async (end) => {
  const { stage, bob, ours, switchboard } = await talking();
  stage.server.faults.add(OUR_WORDS, { type: 'ignore' }, 1);
  const sending = outcomeOf(say(ours, BOB, 'two'));
  await stage.server.waitFor(({ payload }) => payload.includes('two'));
  switchboard[end]();
  await eventually(() => sending.word === 'uncertain');
  await say(ours, BOB, 'three');
  await bob.waitForText('three');
  expect(ours.sink.kinds.at(-1)).toBe('connected');
});

test.each(['cut', 'reset'] as const)('a notification connection that is %s is a lost one', async (end) => {
  const { stage, ours } = await linked();
  stage.links.notification[end]();
  await eventually(() => ours.sink.kinds.at(-1) === 'disconnected');
});

test('a server that stands and says nothing is given up', async () => {
  const { stage, ours } = await linked();
  stage.links.notification.cut();
  await eventually(() => ours.sink.kinds.at(-1) === 'disconnected');
  stage.links.notification.weather = { type: 'void' };
  ours.client.connect(2, {});
  await eventually(() => stage.links.notification.vanished > 0);
  await pass(stage, 15_000);
  await eventually(() => ours.sink.kinds.at(-1) === 'server-down');
  expect(ours.sink.states.at(-1)?.sentence).toBe('Double did not answer in time.');
});
