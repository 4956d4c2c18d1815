// Who is blocked, or was never allowed where only those may call who were: they are not talked with, whatever the server
// lets through.

import { expect, test } from 'vitest';

import { ALICE, BOB, CAROL, eventually, order, say, setStage, signInOurs, signInPerson } from './msn-stage.ts';

const STRANGER = 'stranger@example.com';
const ACCOUNTS = [
  { address: ALICE, name: 'Alice', contacts: [BOB, CAROL] },
  { address: BOB, name: 'Bob', contacts: [ALICE] },
  { address: CAROL, name: 'Carol', contacts: [ALICE] },
  { address: STRANGER, name: 'Stranger' },
];

test.each(['MSNP8', 'MSNP12'])('in %s a stranger may call as long as privacy is open, and not longer', async (name) => {
  const stage = await setStage({ accounts: ACCOUNTS, profile: { dialects: [name as 'MSNP8'] } });
  const ours = await signInOurs(stage);
  const stranger = await signInPerson(stage, STRANGER);
  await stranger.say(ALICE, 'hello?');
  await eventually(() => ours.sink.texts.includes('hello?'));

  await order(stage, ours, 'privacy closed');
  // the conversation that stood is over
  await eventually(() => stranger.chats.every((chat) => !chat.has(ALICE)));
  stage.server.flood(ALICE, STRANGER, 1);
  const bob = await signInPerson(stage, BOB);
  await bob.say(ALICE, 'I am allowed');
  await eventually(() => ours.sink.texts.includes('I am allowed'));
  expect(stage.server.received.filter(({ verb, args }) => verb === 'ANS' && args.includes(ALICE))).toHaveLength(2);

  await order(stage, ours, 'privacy open');
  await stranger.say(ALICE, 'and now?');
  await eventually(() => ours.sink.texts.includes('and now?'));
  expect(stage.server.violations).toEqual([]);
});

test('who is blocked is left in the middle of a conversation, and hears nothing more', async () => {
  const stage = await setStage({ accounts: ACCOUNTS });
  const bob = await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  await bob.say(ALICE, 'hello');
  await eventually(() => ours.sink.texts.includes('hello'));
  await order(stage, ours, `block ${BOB}`);
  await eventually(() => bob.chats.every((chat) => !chat.has(ALICE)));
  await expect(say(ours, BOB, 'are you there?')).rejects.toMatchObject({
    code: 'not-permitted',
    message: 'You have blocked Bob. “unblock” ends that.',
  });
  ours.client.typing(ours.client.resolve(BOB).chat, true);
  expect(stage.server.received.filter(({ verb, user }) => verb === 'XFR' && user === ALICE)).toEqual([]);

  await order(stage, ours, `unblock ${BOB}`);
  await say(ours, BOB, 'again');
  await bob.waitForText('again');
});

test('what somebody who is blocked says among others is not heard', async () => {
  const stage = await setStage({ accounts: ACCOUNTS });
  const bob = await signInPerson(stage, BOB);
  const carol = await signInPerson(stage, CAROL);
  const ours = await signInOurs(stage);
  const chat = await bob.startChat([ALICE, CAROL]);
  await carol.waitForChat([BOB, ALICE]);
  await order(stage, ours, `block ${BOB}`);
  await chat.say('from bob');
  await carol.waitForText('from bob');
  await carol.chats[0]?.say('from carol');
  await eventually(() => ours.sink.texts.includes('from carol'));
  expect(ours.sink.texts).toEqual(['from carol']);
});

test('a block from another place counts at once', async () => {
  const stage = await setStage({ accounts: ACCOUNTS });
  const bob = await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  await bob.say(ALICE, 'hello');
  await eventually(() => ours.sink.texts.includes('hello'));
  stage.server.tell(ALICE, `ADC 0 BL N=${BOB} F=Bob`);
  await eventually(() => bob.chats.every((one) => !one.has(ALICE)));
});
