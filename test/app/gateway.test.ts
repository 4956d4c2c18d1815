// MSN over HTTP, for places that let nothing else through: everything that goes over a connection goes over the gateway.

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import type { MsnPerson } from '../support/msn-person.ts';
import { House, type Visitor } from './house.ts';

const ALICE = 'alice@example.com';

/** Whatever the bridge has, it opened at the gateway. */
function expectNothingDialled(house: House): void {
  const ofAlice = house.msn.log.filter(({ side, user }) => side !== 'HTTP' && user === ALICE);
  const opened = house.msn.received.filter(({ side, line }) => side === 'HTTP' && line.includes('Action=open'));
  expect(new Set(ofAlice.map(({ connection }) => connection)).size).toBe(opened.length);
}

describe.each(['MSNP7', 'MSNP8', 'MSNP12'])('with %s, where no connection is to be had', (dialect) => {
  let house: House;
  let alice: Visitor;
  let bob: MsnPerson;
  let chat: string;
  const inChat = async (who: string, text: string): Promise<void> => {
    await alice.person.waitFor(
      (event) =>
        event.room_id === chat &&
        event.sender === house.ghost('msn', 'test', `${who}@example.com`) &&
        event.content['body'] === text,
    );
  };

  beforeAll(async () => {
    const closed = await freePort();
    house = await House.build({
      dialects: [dialect],
      server: (msn) => ({
        port: closed,
        gateway_url: msn.gateway.url,
      }),
    });
    bob = await house.onMsn('bob');
    alice = await house.signedIn('alice');
  });
  afterAll(async () => house.pullDown());

  test('she signs in, and is seen', async () => {
    await bob.waitForPresence(ALICE, 'NLN');
    expect(await alice.asks('list', /Contacts of/)).toMatch(/Bob \(bob@[^)]*\) – Online/);
    await alice.asks('presence busy', /Busy/);
    await bob.waitForPresence(ALICE, 'BSY');
  });

  test('both talk', async () => {
    await bob.say(ALICE, 'hello');
    chat = await alice.enters();
    await inChat('bob', 'hello');
    const said = await alice.person.say(chat, 'hello over HTTP');
    await bob.waitForText('hello over HTTP');
    await house.homeserver.waitFor(() => alice.person.statusOf(said)?.['status'] === 'SUCCESS', 'it to be taken');
    await bob.say(ALICE, 'heard');
    await inChat('bob', 'heard');
  });

  test('a conversation that she begins comes about', async () => {
    const { mark } = house.msn;
    for (const open of bob.chats) await open.leave();
    const left = { after: mark, what: 'alice to leave as well' };
    await house.msn.waitFor(({ side, verb, user }) => side === 'SB' && verb === 'OUT' && user === ALICE, left);
    await alice.person.say(chat, 'I begin');
    await bob.waitForText('I begin');
  });

  test('a conversation of several comes about', async () => {
    const carol = await house.onMsn('carol');
    const both = await bob.startChat([ALICE, 'carol@example.com']);
    await both.say('hello all');
    const group = await alice.enters();
    expect(group).not.toBe(chat);
    await alice.person.waitForText(group, 'hello all');
    await alice.person.say(group, 'hello both');
    await bob.waitForText('hello both');
    await carol.waitForText('hello both');
    carol.vanish();
  });

  test('a restart signs off and on again, and the talk goes on', async () => {
    await house.close();
    await bob.waitForPresence(ALICE, 'FLN');
    const said = alice.person.say(chat, 'said meanwhile');
    await house.open();
    await said;
    await bob.waitForText('said meanwhile', { timeoutMs: 20_000 });
    await bob.say(ALICE, 'welcome back');
    await inChat('bob', 'welcome back');
  });

  test('a session that the server ends is a lost connection, which comes back by itself', async () => {
    house.msn.cut(ALICE);
    await bob.waitForPresence(ALICE, 'FLN');
    await bob.waitForPresence(ALICE, 'BSY', { timeoutMs: 30_000 });
    await bob.say(ALICE, 'still there?');
    await inChat('bob', 'still there?');
  });

  test('nothing of this went over a connection, or was against the rules of a strict gateway', () => {
    expectNothingDialled(house);
    expect(house.msn.received.filter(({ verb, user }) => verb === 'PNG' && user === ALICE)).toEqual([]);
    expect(house.msn.violations).toEqual([]);
    expect(house.homeserver.violations).toEqual([]);
  });
});

test('a profile that says so never tries to connect, and a gateway that is down is named in a sentence', async () => {
  const house = await House.build({
    server: (msn) => ({ gateway_url: msn.gateway.url, gateway_only: true, nexus_url: msn.nexusUrl }),
  });
  onTestFinished(async () => house.pullDown());
  const alice = await house.signedIn('alice');
  const bob = await house.onMsn('bob');
  await bob.waitForPresence(ALICE, 'NLN');
  expectNothingDialled(house);
  await house.msn.gateway.close();
  await house.lasts();
  await alice.hears(/not been connected .*: Test server could not be reached\. I keep trying\./);
  await house.msn.gateway.open();
  await alice.hears(/is back on Test server/, 60_000);
});

test('a server that speaks without Passport needs no nexus', async () => {
  const house = await House.build({ dialects: ['MSNP7'], server: () => ({ nexus_url: undefined }) });
  onTestFinished(async () => house.pullDown());
  await house.signedIn('alice');
});
