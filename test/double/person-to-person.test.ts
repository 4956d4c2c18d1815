// Two and three scripted people talk over the double, in each dialect.
import { describe, expect, onTestFinished, test } from 'vitest';

import { PERSON_DIALECTS } from '../support/msn-person.ts';
import { bring, echo, hostContacts, lines, rules } from '../support/msn-person/talking-contacts.ts';
import { ALICE, BOB, CAROL, signIn, startServer } from './stage.ts';

describe.each(PERSON_DIALECTS)('%s', (dialect) => {
  test('two people see each other, type and talk', async () => {
    const server = await startServer();
    const alice = await signIn(server, ALICE, { dialect });
    const bob = await signIn(server, BOB, { dialect });
    await alice.waitForPresence(BOB, 'NLN');
    expect(bob.presenceOf(ALICE)).toMatchObject({ status: 'NLN', name: 'Alice' });

    await alice.type(BOB);
    await bob.waitForTyping(ALICE);
    await alice.say(BOB, 'Hello Bob, ¿qué tal? 😀', { format: 'FN=Arial; EF=B; CO=ff; CS=0; PF=22' });
    const text = await bob.waitForText('Hello Bob, ¿qué tal? 😀');
    expect(text).toMatchObject({ from: ALICE, format: 'FN=Arial; EF=B; CO=ff; CS=0; PF=22' });
    await text.chat.say('Fine.');
    await alice.waitForText('Fine.');

    await bob.setStatus('AWY');
    await alice.waitForPresence(BOB, 'AWY');
    await bob.signOut();
    await alice.waitForPresence(BOB, 'FLN');
    expect(server.violations).toEqual([]);
  });

  test('a third person makes it a group, and everybody hears everybody', async () => {
    const server = await startServer();
    const alice = await signIn(server, ALICE, { dialect });
    const bob = await signIn(server, BOB, { dialect });
    const carol = await signIn(server, CAROL, { dialect });
    const chat = await alice.startChat([BOB, CAROL]);
    const bobs = await bob.waitForChat([ALICE, CAROL]);
    await carol.waitForChat([ALICE, BOB]);
    await chat.say('to all');
    await Promise.all([bob.waitForText('to all'), carol.waitForText('to all')]);
    await bobs.say('from Bob');
    await Promise.all([alice.waitForText('from Bob'), carol.waitForText('from Bob')]);
    await bob.leave();
    await alice.waitForChat([CAROL]);
    expect(server.violations).toEqual([]);
  });
});

test.each(['MSNP2', 'MSNP7', 'MSNP8'] as const)('%s and MSNP12 talk, each reading its own', async (dialect) => {
  const server = await startServer();
  const old = await signIn(server, ALICE, { dialect });
  const young = await signIn(server, BOB, { dialect: 'MSNP12', picture: '%3Cmsnobj/%3E' });
  await old.waitForPresence(BOB, 'NLN');
  expect(old.presenceOf(BOB).picture).toBeUndefined();
  await old.say(BOB, 'hello');
  await young.waitForText('hello');
  await young.say(ALICE, 'hello yourself');
  await old.waitForText('hello yourself');
});

test('contacts can be hosted who answer by script', async () => {
  const server = await startServer();
  const { host, port, nexusUrl, caFile } = server;
  const people = await hostContacts({ host, port, nexusUrl, caFile, dialect: 'MSNP8' }, [
    { address: BOB, password: 'secret', script: rules([/carol/u, bring(CAROL)], [/./u, echo]) },
    { address: CAROL, password: 'secret', script: lines('yes', 'no') },
  ]);
  onTestFinished(() => {
    for (const person of people.values()) person.vanish();
  });
  const alice = await signIn(server, ALICE);
  await alice.say(BOB, 'one');
  await alice.waitForTyping(BOB);
  await alice.waitForText('one');
  await alice.say(BOB, 'bring carol');
  const group = await alice.waitForChat([BOB, CAROL]);
  await group.say('shall we?');
  await Promise.all(['shall we?', 'yes'].map((text) => alice.waitForText(text)));
  expect(people.get(BOB)?.scriptErrors).toEqual([]);
});
