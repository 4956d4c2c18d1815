// What a person can do in every version of the protocol: talk, lists, groups, names, telephones, presence. It runs at the double, or at
// the server that the environment names (see `msnUnderTest`), and leaves everybody's lists as it found them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { PERSON_DIALECTS, type MsnPerson } from '../support/msn-person.ts';
import { HABITS } from '../support/msn-person/habits.ts';
import { LIST_BITS } from '../support/msn-person/roster.ts';
import { msnUnderTest, type MsnUnderTest } from '../support/msn-under-test.ts';

const { FL, AL, BL, RL } = LIST_BITS;

describe.each(PERSON_DIALECTS)('%s', (dialect) => {
  const habits = HABITS[dialect];
  let msn: MsnUnderTest;
  let alice: MsnPerson;
  let bob: MsnPerson;
  let carol: MsnPerson;

  beforeAll(async () => {
    msn = await msnUnderTest(dialect);
    carol = await msn.signIn(msn.carol);
    bob = await msn.signIn(msn.bob);
    alice = await msn.signIn(msn.alice);
    await alice.waitForPresence(msn.bob.address, 'NLN');
    await bob.waitForPresence(msn.alice.address, 'NLN');
  });

  afterAll(async () => {
    await alice?.signOut();
    await bob?.signOut();
    await carol?.signOut();
    await msn?.stop();
  });

  test('the roster comes whole, with the lists everybody is on', () => {
    expect(alice.contacts.map(({ address }) => address).sort()).toEqual([msn.bob.address, msn.carol.address]);
    expect(alice.contact(msn.bob.address)).toMatchObject({ name: 'Bob', lists: FL | AL | RL });
    expect(alice.contact(msn.bob.address)?.guid !== undefined).toBe(habits.edits === 'ADC');
    expect(alice.book.settings.get('BLP')).toBe('AL');
    expect(alice.profile.get('emailenabled')).toBe('0');
  });

  test('every status is seen, and hiding looks like going', async () => {
    for (const status of ['BSY', 'IDL', 'BRB', 'AWY', 'PHN', 'LUN'] as const) {
      await alice.setStatus(status);
      await bob.waitForPresence(msn.alice.address, status);
    }
    await alice.setStatus('HDN');
    await bob.waitForPresence(msn.alice.address, 'FLN');
    await expect(alice.startChat([msn.bob.address])).rejects.toMatchObject({ code: 913 });
    await expect(bob.startChat([msn.alice.address])).rejects.toMatchObject({ code: 217 });
    await alice.setStatus('NLN');
    await bob.waitForPresence(msn.alice.address, 'NLN');
  });

  test('two people talk, and a third makes it a group', async () => {
    await alice.type(msn.bob.address);
    await bob.waitForTyping(msn.alice.address);
    await alice.say(msn.bob.address, 'hello, ¿qué tal? 😀');
    await (await bob.waitForText('hello, ¿qué tal? 😀')).chat.say('fine');
    const { chat } = await alice.waitForText('fine');
    chat.nudge();
    await bob.waitForNudge(msn.alice.address);
    await chat.invite(msn.carol.address);
    const carols = await carol.waitForChat([msn.alice.address, msn.bob.address]);
    await carols.say('to both');
    await Promise.all([alice.waitForText('to both'), bob.waitForText('to both')]);
    await bob.leave();
    await alice.waitForChat([msn.carol.address]);
    await Promise.all([alice.leave(), carol.leave()]);
  });

  test('a name is told to whoever sees one', async () => {
    const named = (name: string) => bob.waitForPresence(msn.alice.address, (seen) => seen.name === name);
    await alice.book.setName('Ålice 100% 😀');
    await named('Ålice 100% 😀');
    await alice.book.setName('Alice');
    await named('Alice');
  });

  test('blocking hides one, and unblocking shows one again', async () => {
    await alice.block(msn.bob.address);
    await bob.waitForPresence(msn.alice.address, 'FLN');
    await expect(bob.startChat([msn.alice.address])).rejects.toMatchObject({ code: 217 });
    expect(alice.contact(msn.bob.address)?.lists).toBe(FL | AL | BL | RL);
    await alice.unblock(msn.bob.address);
    await bob.waitForPresence(msn.alice.address, 'NLN');
    expect(alice.contact(msn.bob.address)?.lists).toBe(FL | AL | RL);
  });

  test('a contact removed and added again hears of both', async () => {
    await alice.removeContact(msn.bob.address);
    await bob.waitForContact(msn.alice.address, ({ lists }) => (lists & RL) === 0);
    expect(alice.contact(msn.bob.address)?.lists).toBe(AL | RL);
    await alice.addContact(msn.bob.address);
    await bob.waitForContact(msn.alice.address, ({ lists }) => (lists & RL) !== 0);
    expect(bob.book.requests).toEqual([]);
    await alice.waitForPresence(msn.bob.address, 'NLN');
  });

  test.runIf(habits.groups)('groups are made, named, filled and taken away', async () => {
    await alice.book.addGroup('Chess Club');
    await expect(alice.book.addGroup('Chess Club')).rejects.toMatchObject({ code: 228 });
    await alice.book.renameGroup('Chess Club', 'Schach & Mühle');
    await alice.book.addToGroup(msn.bob.address, 'Schach & Mühle');
    await expect(alice.book.addToGroup(msn.bob.address, 'Schach & Mühle')).rejects.toMatchObject({ code: 215 });
    expect(alice.book.groupsOf(msn.bob.address)).toEqual(['Schach & Mühle']);
    await alice.refresh();
    expect(alice.book.groupsOf(msn.bob.address)).toEqual(['Schach & Mühle']);
    await alice.book.removeGroup('Schach & Mühle');
    expect(alice.book.groupsOf(msn.bob.address)).toEqual([]);
    expect(alice.contact(msn.bob.address)?.lists).toBe(FL | AL | RL);
  });

  test.runIf(habits.phones)('telephones reach whoever has one on the list', async () => {
    await alice.book.setProperty('PHH', '+1 555 0100');
    await bob.waitForContact(msn.alice.address, ({ properties }) => properties.get('PHH') === '+1 555 0100');
    expect(alice.book.settings.get('PHH')).toBe('+1 555 0100');
    await alice.book.setProperty('PHH');
    expect(alice.book.settings.has('PHH')).toBe(false);
  });

  test('privacy and prompt are set and kept', async () => {
    await alice.book.setPrivacy('BL');
    await expect(alice.book.setPrivacy('BL')).rejects.toMatchObject({ code: 218 });
    await alice.book.setPrivacy('AL');
    await alice.book.setPrompt('N');
    await alice.book.setPrompt('A');
    expect(alice.book.settings.get('GTC')).toBe('A');
  });

  test.runIf(habits.personalMessage)('a personal message reaches whoever sees one', async () => {
    await alice.setPersonalMessage('tea & cake');
    await bob.waitForPersonalMessage(msn.alice.address, 'tea & cake');
    await alice.setPersonalMessage('');
    await bob.waitForPersonalMessage(msn.alice.address, '');
  });

  test('a stranger waits to be answered', async () => {
    // Carol is gone from Alice's lists for a while, on both sides.
    await carol.removeContact(msn.alice.address);
    await alice.waitForContact(msn.carol.address, ({ lists }) => (lists & RL) === 0);
    await alice.book.remove('AL', msn.carol.address);
    await alice.removeContact(msn.carol.address);
    await carol.book.add('FL', msn.alice.address);
    await alice.waitForRequest(msn.carol.address);
    await alice.book.accept(msn.carol.address);
    expect(alice.book.requests).toEqual([]);
    await alice.book.add('FL', msn.carol.address);
    await carol.waitForContact(msn.alice.address, ({ lists }) => (lists & RL) !== 0);
  });

  test.runIf(habits.challenge && process.env['MSN_HOST'] === undefined)('a challenge is answered', async () => {
    msn.double?.challenge(msn.alice.address);
    const isConfirmed = { what: 'QRY' };
    await msn.double?.waitFor(({ direction, verb }) => direction === 'out' && verb === 'QRY', isConfirmed);
  });

  test('nothing of this was against the rules of a strict server', () => {
    expect(msn.double?.violations ?? []).toEqual([]);
  });
});
