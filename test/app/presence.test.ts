// Presence both ways: contacts are seen in Matrix, and the user is seen on the network.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MsnPerson } from '../support/msn-person.ts';
import { House, type Visitor } from './house.ts';

let house: House;
let alice: Visitor;
let bob: MsnPerson;
let ghost: string;

beforeAll(async () => {
  house = await House.build();
  alice = await house.signedIn('alice');
  bob = await house.onMsn('bob');
  ghost = house.ghost('msn', 'test', 'bob@example.com');
  await bob.say('alice@example.com', 'hello');
  await alice.person.waitForText(await alice.enters(), 'hello');
});
afterAll(async () => house.pullDown());

async function sees(presence: string, message: string): Promise<void> {
  await house.homeserver.waitFor(() => {
    const shown = house.homeserver.presence(ghost);
    return shown?.state === presence && (shown.statusMessage ?? '') === message;
  }, `bob to be ${presence} “${message}”`);
}

test('a contact is shown as they are, with what Matrix has no word for as text', async () => {
  await sees('online', '');
  await bob.setStatus('PHN');
  await sees('unavailable', 'On the phone');
  await bob.setStatus('AWY');
  await bob.setPersonalMessage('back at five');
  await sees('unavailable', 'Away – back at five');
});

test('somebody who never wrote has no account in Matrix, and none is made to show their presence', async () => {
  await house.onMsn('carol');
  await bob.setStatus('NLN');
  await sees('online', 'back at five');
  expect(house.homeserver.isRegistered(house.ghost('msn', 'test', 'carol@example.com'))).toBe(false);
});

test('the user chooses how contacts see them', async () => {
  await alice.asks('presence on the phone', /seen as: On the phone/);
  await bob.waitForPresence('alice@example.com', 'PHN');
  await alice.asks('presence asleep', /no such status/);
  await alice.asks('presence appear offline', /Appear offline/);
  await bob.waitForPresence('alice@example.com', 'FLN');
  await alice.asks('presence auto', /Matrix presence counts/);
  await bob.waitForPresence('alice@example.com', 'NLN');
});

test('the choice outlives a restart', async () => {
  await alice.asks('presence busy', /Busy/);
  await house.close();
  await house.open();
  await bob.waitForPresence('alice@example.com', 'BSY', { timeoutMs: 20_000 });
  expect(await alice.asks('presence', /seen as/)).toContain('Busy');
});

test('a new nick is seen', async () => {
  await alice.asks('nick Alice in Wonderland', /Alice in Wonderland/);
  await house.msn.waitFor(({ verb, line }) => verb === 'NLN' && line.includes('Alice%20in%20Wonderland'));
  expect(house.msn.violations).toEqual([]);
});

test('when the login goes, its contacts are not seen any more', async () => {
  await house.msn.goDown();
  await sees('offline', '');
  await house.msn.comeBack();
});
