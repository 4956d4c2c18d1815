// Which program one uses, as programs tell each other. Against a double over loopback sockets.

import { expect, test } from 'vitest';

import type { MsnServerDouble } from '../support/msn-server/msn-server-double.ts';
import { ALICE, BOB, CAROL, eventually, say, setStage, signInOurs, signInPerson } from './msn-stage.ts';

const isIntroduction = ({ contentType }: { readonly contentType: string }): boolean =>
  contentType === 'text/x-clientcaps';

function ourIntroductions(server: MsnServerDouble): string[] {
  return server.received
    .filter(({ user, payload }) => user === ALICE && payload.includes('text/x-clientcaps'))
    .map(({ args }) => args[1] ?? '');
}

test.each(['MSNP8', 'MSNP12'] as const)('with %s whoever comes is told once what we are', async (dialect) => {
  const stage = await setStage({ profile: { dialects: [dialect] } });
  const bob = await signInPerson(stage, BOB, { dialect });
  const ours = await signInOurs(stage);
  await say(ours, BOB, 'hello');
  await say(ours, BOB, 'again');
  const told = await bob.waitForMessage(isIntroduction);
  expect(told.body.toString()).toBe('Client-Name: msn-matrix-bridge\r\nChat-Logging: Y\r\n');
  await bob.waitForText('again');
  expect(ourIntroductions(stage.server)).toEqual(['U']);
  expect(stage.server.violations).toEqual([]);
});

test('those who call us are told too, and so is everybody who comes later', async () => {
  const stage = await setStage();
  const ours = await signInOurs(stage);
  const [bob, carol] = [await signInPerson(stage, BOB), await signInPerson(stage, CAROL)];
  const chat = await bob.chatWith(ALICE);
  await bob.waitForMessage(isIntroduction);
  await chat.invite(CAROL);
  await carol.waitForMessage(isIntroduction);
  await chat.say('hello both');
  await eventually(() => ours.sink.texts.includes('hello both'));
  expect(ourIntroductions(stage.server)).toHaveLength(2);
});

test('what others use is logged, and nothing is shown of it', async () => {
  const stage = await setStage();
  const ours = await signInOurs(stage);
  const bob = await signInPerson(stage, BOB);
  const chat = await bob.chatWith(ALICE);
  const caps =
    'MIME-Version: 1.0\r\nContent-Type: text/x-clientcaps\r\n\r\nClient-Name: Purple/2.10.9\r\nChat-Logging: Y\r\n';
  await chat.send(Buffer.from(caps), 'U');
  await chat.say('hello');
  await eventually(() => ours.sink.texts.length > 0);
  expect(ours.sink.texts).toEqual(['hello']);
  expect(stage.log.lines).toContainEqual(
    expect.objectContaining({ fields: expect.objectContaining({ client: 'Purple/2.10.9' }) as object }),
  );
});

test('a crowd that comes and goes is not told every time', async () => {
  const stage = await setStage();
  const ours = await signInOurs(stage);
  const crowd = Array.from({ length: 40 }, (_, index) => [
    `JOI p${index}@example.com P 0`,
    `BYE p${index}@example.com`,
  ]);
  const lines = ['CAL {trid} RINGING 1', ...crowd.flat(), `JOI ${BOB} Bob 0`];
  stage.server.faults.add({ side: 'SB', verb: 'CAL' }, { type: 'answer', lines }, 1);
  await say(ours, BOB, 'hello');
  await ours.client.disconnect();
  expect(ourIntroductions(stage.server)).toHaveLength(16);
});
