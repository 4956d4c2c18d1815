// The people of the sandbox answer its user, and not each other.
import { expect, onTestFinished, test } from 'vitest';

import { startMsn, USER } from '../sandbox/contacts.ts';
import { MsnPerson } from '../support/msn-person.ts';

test('each answers the user once, also in a conversation of several', async () => {
  const msn = await startMsn();
  onTestFinished(async () => msn.stop());
  const { host, port, nexusUrl, caFile } = msn.server;
  const heard: string[] = [];
  const user = await MsnPerson.signIn({
    ...USER,
    host,
    port,
    nexusUrl,
    caFile,
    dialect: 'MSNP12',
    onText: ({ text }) => void heard.push(text),
  });
  onTestFinished(() => user.vanish());

  const chat = await user.startChat(['bob@msn.test', 'carol@msn.test']);
  await chat.say('Hello both');
  await Promise.all([user.waitForText('You said: Hello both'), user.waitForText('HELLO BOTH')]);
  // Had they answered each other, those answers would stand before the ones to a second word.
  await chat.say('again');
  await Promise.all([user.waitForText('You said: again'), user.waitForText('AGAIN')]);
  expect(heard.toSorted()).toEqual(['AGAIN', 'HELLO BOTH', 'You said: Hello both', 'You said: again'].toSorted());
});
