// From one process life to the next: what is kept, what is done again, what is told.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { House, type Visitor } from './house.ts';

let house: House;
let alice: Visitor;

beforeAll(async () => {
  house = await House.build();
  alice = await house.signedIn('alice');
});
afterAll(async () => house.pullDown());

test('a wanted login comes back by itself, and the list answers at once from memory', async () => {
  await house.close();
  await house.msn.goDown();
  await house.open();
  expect(await alice.asks('list', /Contacts of/)).toMatch(/as of \d{4}-\d\d-\d\d \d\d:\d\d UTC\nBob/);
  const { mark } = house.msn;
  await house.msn.comeBack();
  await house.msn.waitFor(({ line }) => /^USR \d+ OK alice@/.test(line), { after: mark });
});

test('a message that came while the bridge was stopped is carried when it is back', async () => {
  const bob = await house.onMsn('bob');
  await bob.say('alice@example.com', 'hello');
  const chat = await alice.enters();
  await alice.person.waitForText(chat, 'hello');
  await house.close();
  await alice.person.say(chat, 'one');
  await alice.person.say(chat, 'two');
  await house.open();
  expect((await bob.waitForText((text) => text.text !== 'hello', { timeoutMs: 20_000 })).text).toBe('one');
  await bob.waitForText('two');
});

test('a message that waits for its conversation while the bridge is stopped goes out when it is back', async () => {
  const carol = await house.onMsn('carol');
  await alice.asks('chat carol@example.com', /Here you can talk/);
  const chat = await alice.enters();
  const { mark } = house.msn;
  house.msn.faults.add({ side: 'NS', verb: 'XFR' }, { type: 'ignore' });
  const said = await alice.person.say(chat, 'as soon as I can');
  await house.msn.waitFor(({ line }) => line === 'fault: ignore', { after: mark });
  await house.close();
  house.msn.faults.clear();
  expect(alice.person.statusOf(said)?.['status']).not.toMatch(/FAIL/);
  await house.open();
  await carol.waitForText('as soon as I can', { timeoutMs: 20_000 });
  carol.vanish();
});

test('a password said just before a restart is removed after it, and nothing is done with it', async () => {
  await alice.asks('login', /Which network/);
  await alice.asks('msn', /e-mail address/);
  await alice.asks('carol@example.com', /password/);
  house.homeserver.faults.add(
    { method: 'PUT', path: /\/redact\//, times: Number.POSITIVE_INFINITY },
    { type: 'refuse', status: 503 },
  );
  const said = await alice.person.say(alice.room, 'secret');
  await house.homeserver.waitForRequest((request) => request.path.includes('/redact/') && request.status === 503);
  await house.crash();
  house.homeserver.faults.clear();
  await house.open();
  await alice.hears(/restarted while we were talking/);
  await alice.person.waitFor((event) => event.type === 'm.room.redaction' && JSON.stringify(event).includes(said));
  expect(house.msn.isSignedIn('carol@example.com')).toBe(false);
});

test('a login whose user is no longer permitted is left alone', async () => {
  await house.close();
  house.permit({});
  await house.open();
  expect(house.log.lines.some((line) => line.text.includes('not permitted any more'))).toBe(true);
  expect(house.msn.isSignedIn('alice@example.com')).toBe(false);
  await house.close();
});

test('a server that accounts use cannot vanish from the configuration', async () => {
  house.renameServer('other');
  await expect(house.open()).rejects.toThrow(/networks\.msn\.servers: test is missing or was renamed/);
});
