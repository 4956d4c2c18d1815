// How conversations end: quietly, at the end of the session, and with something still under way.

import { expect, test } from 'vitest';

import { ALICE, BOB, eventually, OUR_WORDS, pass, say, setStage, signInOurs, signInPerson } from './msn-stage.ts';

test('signing off waits for the word on what was just sent', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  await say(ours, BOB, 'one');
  stage.server.faults.add(OUR_WORDS, { type: 'delay', ms: 100 }, 1);
  const sending = say(ours, BOB, 'two');
  await stage.server.waitFor(({ payload }) => payload.includes('two'));
  await ours.client.disconnect();
  expect(await sending).toBe('accepted');
  await bob.waitForText('two');
  await eventually(() => bob.chats.every(({ people }) => people.length === 0));
});

test('five minutes without a word end the connection, not the chat', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  await say(ours, BOB, 'hello');
  await pass(stage, 4 * 60_000);
  await say(ours, BOB, 'still here?');
  await pass(stage, 4 * 60_000);
  await bob.waitForChat([ALICE]);
  await pass(stage, 60_000);
  await eventually(() => bob.chats.every(({ people }) => people.length === 0));
  await say(ours, BOB, 'and again');
  await bob.waitForText('and again');
  expect(stage.server.received.filter(({ verb, user }) => verb === 'XFR' && user === ALICE)).toHaveLength(2);
});

test('what crosses our goodbye is heard', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  await say(ours, BOB, 'hello');
  const { chat: theirs } = await bob.waitForText('hello');
  stage.server.faults.add({ side: 'SB', user: ALICE, verb: 'OUT' }, { type: 'delay', ms: 200 });
  await pass(stage, 5 * 60_000);
  await theirs.say('one more thing');
  await eventually(() => ours.sink.texts.includes('one more thing'));
  await eventually(() => bob.chats.every(({ people }) => people.length === 0));

  await say(ours, BOB, 'again');
  const second = await bob.waitForText('again');
  const goodbye = ours.client.disconnect();
  await second.chat.say('do not go');
  await goodbye;
  expect(ours.sink.texts).toContain('do not go');
});
