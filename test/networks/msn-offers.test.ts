// What is offered in a conversation and is not carried yet: it is told, and told once. Against a double over loopback sockets.

import { expect, test } from 'vitest';

import { ALICE, BOB, eventually, setStage, signInOurs, signInPerson } from './msn-stage.ts';

const payload = (type: string, body: string): Buffer =>
  Buffer.from(`MIME-Version: 1.0\r\nContent-Type: ${type}\r\n\r\n${body}`);

test('a wink is told as an action of its sender', async () => {
  const stage = await setStage();
  const ours = await signInOurs(stage);
  const bob = await signInPerson(stage, BOB);
  const chat = await bob.chatWith(ALICE);
  await chat.send(payload('text/x-msnmsgr-datacast', 'ID: 2\r\nData: <msnobj Type="8"/>\r\n\r\n'), 'N');
  await chat.say('did you see it?');
  await eventually(() => ours.sink.texts.length === 2);
  expect(ours.sink.messages[0]).toMatchObject({
    sender: `double/${BOB}`,
    content: { runs: [{ text: 'sent a wink, which cannot be shown here yet' }], emote: true },
  });
});

test('a file that is offered twice in one breath has one id, so that it is told once; the next file has another', async () => {
  const stage = await setStage();
  const ours = await signInOurs(stage);
  const bob = await signInPerson(stage, BOB);
  const chat = await bob.chatWith(ALICE);
  const offer = (call: string): Buffer =>
    payload(
      'application/x-msnmsgrp2p',
      `${'\0'.repeat(48)}INVITE MSNMSGR:${ALICE} MSNSLP/1.0\r\nCall-ID: {${call}}\r\n\r\nEUF-GUID: {5D3E02AB-6190-11D3-BBBB-00C04F795683}\r\n`,
    );
  for (const call of ['A', 'A', 'B']) await chat.send(offer(call), 'D');
  await eventually(() => ours.sink.texts.length === 3);
  expect(ours.sink.texts[0]).toBe('wants to send a file, which cannot be taken here yet');
  const [first, second, third] = ours.sink.messages.map(({ id }) => id);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test('pictures that programs fetch from each other are nobody’s business', async () => {
  const stage = await setStage();
  const ours = await signInOurs(stage);
  const bob = await signInPerson(stage, BOB);
  const chat = await bob.chatWith(ALICE);
  const body = `${'\0'.repeat(48)}INVITE MSNMSGR:${ALICE} MSNSLP/1.0\r\nCall-ID: {A}\r\n\r\nEUF-GUID: {A4268EEC-FEC5-49E5-95C3-F126696BDBF6}\r\n`;
  await chat.send(payload('application/x-msnmsgrp2p', body), 'D');
  await chat.say('hello');
  await eventually(() => ours.sink.texts.length > 0);
  expect(ours.sink.texts).toEqual(['hello']);
});

test('a file that is offered in the old way is told, and declined so that nobody waits', async () => {
  const stage = await setStage();
  const ours = await signInOurs(stage);
  const bob = await signInPerson(stage, BOB);
  const chat = await bob.chatWith(ALICE);
  const fields = [
    'Application-GUID: {5D3E02AB-6190-11d3-BBBB-00C04F795683}',
    'Invitation-Command: INVITE',
    'Invitation-Cookie: 58273',
  ];
  await chat.send(payload('text/x-msmsgsinvite; charset=UTF-8', `${fields.join('\r\n')}\r\n\r\n`), 'N');
  await eventually(() => ours.sink.texts.length === 1);
  expect(ours.sink.texts[0]).toBe('wants to send a file, which cannot be taken here yet');
  const isDecline = (body: string): boolean => /CANCEL\r\nInvitation-Cookie: 58273\r\nCancel-Code: REJECT/.test(body);
  await eventually(() => bob.messages.some(({ body }) => isDecline(body.toString())));
});
