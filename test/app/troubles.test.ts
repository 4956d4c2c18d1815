// What people are told when MSN stumbles, and how the bridge comes back.

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { MsnPerson } from '../support/msn-person.ts';
import { NAK } from '../support/msn-server/faults.ts';
import { bodyOf, House, type Visitor } from './house.ts';

let house: House;
let alice: Visitor;
let bob: MsnPerson;
let chat: string;

beforeAll(async () => {
  house = await House.build();
  alice = await house.signedIn('alice');
  bob = await house.onMsn('bob');
  await bob.say('alice@example.com', 'hello');
  chat = await alice.enters();
  await alice.person.waitForText(chat, 'hello');
});
afterAll(async () => house.pullDown());
afterEach(() => house.msn.faults.clear());

async function fails(text: string, status: string): Promise<string> {
  const said = await alice.person.say(chat, text);
  await house.homeserver.waitFor(
    () => alice.person.statusOf(said)?.['status'] === status,
    `${text} to be ${status}`,
    15_000,
  );
  const notice = await alice.person.waitFor(
    (event) =>
      event.room_id === chat && JSON.stringify(event.content).includes(said) && event.type === 'm.room.message',
  );
  return bodyOf(notice);
}

test('a message that the server says did not arrive has failed', async () => {
  house.msn.faults.add(
    { side: 'SB', verb: 'MSG', where: (command) => command.payload?.includes('refuse me') ?? false },
    NAK,
    1,
  );
  expect(await fails('refuse me', 'FAIL_RETRIABLE')).toMatch(/^Your message was not delivered: /);
});

test('a message that the server never answers may not have arrived', async () => {
  house.msn.faults.add(
    { side: 'SB', verb: 'MSG', where: (command) => command.payload?.includes('hush') ?? false },
    { type: 'ignore' },
    1,
  );
  expect(await fails('hush', 'FAIL_RETRIABLE')).toMatch(/^Your message may not have been delivered: /);
});

test('a connection that breaks under a message leaves it uncertain, and the next one goes through', async () => {
  house.msn.faults.add(
    { side: 'SB', verb: 'MSG', where: (command) => command.payload?.includes('break') ?? false },
    { type: 'drop' },
    1,
  );
  expect(await fails('break', 'FAIL_RETRIABLE')).toMatch(/^Your message may not have been delivered: /);
  await alice.person.say(chat, 'once more');
  await bob.waitForText('once more');
});

test('a lost connection comes back by itself, and what was said meanwhile arrives in order', async () => {
  house.msn.faults.add({ side: 'NS', verb: 'VER' }, { type: 'drop' }, 2);
  for (const open of bob.chats) await open.leave();
  house.msn.cut('alice@example.com');
  await alice.person.say(chat, 'one');
  await alice.person.say(chat, 'two');
  expect((await bob.waitForText((text) => /one|two/.test(text.text), { timeoutMs: 20_000 })).text).toBe('one');
  await bob.waitForText('two');
});

test('a server that is down is named in a sentence, and the user hears when it is well again', async () => {
  await house.msn.goDown();
  await house.lasts();
  await alice.hears(/^alice@example.com has not been connected to Test server since .*keep trying/);
  expect(await alice.asks('status', /Test server/)).toMatch(/trying again/);
  expect(await alice.asks('list', /Contacts of/)).toMatch(/as of \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
  await house.msn.comeBack();
  await alice.hears(/^\* alice@example.com is back on Test server since .*/, 60_000);
});

test('a server that is down at the first sign-in is one plain sentence', async () => {
  const carl = await house.visitor('carl');
  await house.msn.goDown();
  await carl.asks('login', /Which network/);
  await carl.asks('msn', /e-mail address/);
  await carl.asks('carol@example.com', /password/);
  await carl.person.say(carl.room, 'secret');
  await carl.hears(/keep trying/, 20_000);
  await house.msn.comeBack();
  await carl.hears(/signed in/, 60_000);
});

test('a mistyped password does not cost the account that works', async () => {
  bob = await house.onMsn('bob');
  await bob.waitForPresence('alice@example.com', 'NLN', { timeoutMs: 30_000 });
  await alice.asks('login', /Which network/);
  await alice.asks('msn', /e-mail address/);
  await alice.asks('alice@example.com', /password/);
  await alice.asks('mistyped', /refused.*The password you gave before still counts/);
  await alice.hears(/You are signed in as alice@example\.com/);
  await alice.person.say(chat, 'still here');
  await bob.waitForText('still here');
});

test('typing and presence go on after all this, and nothing was against the rules of a strict server', async () => {
  await bob.say('alice@example.com', 'back');
  await alice.person.waitForText(chat, 'back', 20_000);
  expect(house.msn.violations).toEqual([]);
  expect(house.homeserver.violations).toEqual([]);
});
