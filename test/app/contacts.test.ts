// The contact list, changed from Matrix: people, groups, privacy, numbers, requests.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MsnPerson } from '../support/msn-person.ts';
import { refusal } from '../support/msn-server/faults.ts';
import { House, type Visitor } from './house.ts';

describe.each(['MSNP8', 'MSNP12'])('in %s', (dialect) => {
  let house: House;
  let alice: Visitor;
  let bob: MsnPerson;

  beforeAll(async () => {
    house = await House.build({ dialects: [dialect], accounts: ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'] });
    alice = await house.signedIn('alice');
    bob = await house.onMsn('bob');
  });
  afterAll(async () => house.pullDown());

  test('somebody is put on the list, renamed, and taken off', async () => {
    await alice.asks('add nobody@example.com', /nobody with that address/);
    await alice.asks('add', /Whom do you mean/);
    await alice.asks('add dave@example.com Dave the Brave', /dave@example\.com is on your contact list/);
    expect(await alice.asks('list', /Contacts of/)).toContain('Dave the Brave (dave@example.com) – Offline');
    await alice.asks('rename dave@example.com Davy', /You see dave@example\.com as Davy/);
    expect(await alice.asks('nudge dave@example.com', /not signed in/)).toBe('Davy is not signed in.');
    await alice.asks('remove dave@example.com', /off your contact list/);
    expect(await alice.asks('contacts', /Your contacts/)).toMatch(/dave@example\.com .*not on your list, allowed/);
    expect(await alice.asks('list', /Contacts of/)).not.toContain('dave@example.com');
    await alice.asks('remove dave@example.com', /not on your contact list/);
  });

  test('what she calls somebody is the name of their room, and of nothing that others see', async () => {
    await alice.asks('chat bob@example.com', /Here you can talk/);
    const { room } = await alice.person.waitForInvite();
    await alice.person.join(room);
    await alice.asks('rename bob@example.com Bobby dear', /as Bobby dear/);
    const named = (): unknown => house.homeserver.room(room).content('m.room.name')?.['name'];
    expect(named()).toBe('Bobby dear');
    await bob.setStatus('BSY');
    await bob.setName('Robert');
    const ghost = house.ghost('msn', 'test', 'bob@example.com');
    const profile = async (): Promise<unknown> => (await alice.person.profileOf(ghost))['displayname'];
    for (let name: unknown; name !== 'Robert';) {
      await bob.say('alice@example.com', 'me again');
      name = await profile();
    }
    expect(await alice.asks('list', /Contacts of/)).toContain('Bobby dear (bob@example.com) – Busy');
    expect(house.msn.log.map(({ line }) => decodeURIComponent(line)).join()).not.toContain('Bobby');
    await alice.asks('rename bob@example.com', /as they call themselves/);
    expect(named()).toBe('');
    await bob.setName('Bob');
    await bob.setStatus('NLN');
  });

  test('who is blocked does not see her and cannot write to her; unblocked they can', async () => {
    await bob.waitForPresence('alice@example.com', 'NLN');
    await alice.asks('block bob@example.com', /is blocked/);
    await bob.waitForPresence('alice@example.com', 'FLN');
    await expect(bob.say('alice@example.com', 'hello?')).rejects.toMatchObject({ code: 217 });
    expect(await alice.asks('contacts', /Your contacts/)).toMatch(/bob@example\.com .*blocked/);
    await alice.asks('unblock bob@example.com', /may see you/);
    await bob.waitForPresence('alice@example.com', 'NLN');
  });

  test('groups are made, filled, renamed and deleted', async () => {
    await alice.asks('group add Old Friends', /a group “Old Friends”/);
    await alice.asks('group move bob@example.com Old Friends', /is in “Old Friends”/);
    expect(await alice.asks('groups', /Old Friends/)).toContain('Old Friends – 1');
    await alice.asks('group rename Old Friends to Pals', /now called “Pals”/);
    expect(await alice.asks('contacts', /Your contacts/)).toMatch(/bob@example\.com .*Pals/);
    await alice.asks('group delete Pals', /is gone/);
    expect(await alice.asks('groups', /Other|no groups/)).not.toContain('Pals');
    await alice.asks('group move bob@example.com Nowhere', /no group “Nowhere”/);
    await alice.asks(`group add ${'x'.repeat(70)}`, /too long/);
    await alice.asks('group fly', /Say “group add/);
  });

  test('privacy and telephone numbers are shown and changed', async () => {
    expect(await alice.asks('privacy', /sees? you/)).toContain('(open)');
    expect(await alice.asks('privacy closed', /Only people/)).toContain('(closed)');
    expect(await alice.asks('privacy open', /Everybody/)).toContain('(open)');
    await alice.asks('phone mobile 555 0100', /mobile: 555 0100/);
    expect(await alice.asks('phone', /home/)).toContain('mobile: 555 0100');
    await alice.asks('phone mobile', /mobile: none/);
  });

  test('a nudge arrives', async () => {
    await alice.asks('nudge bob@example.com', /You nudged Bob/);
    await bob.waitForNudge('alice@example.com');
    await alice.asks('nudge carol@example.com', /is not signed in/);
  });

  test('who leaves the room of a chat is still a contact', async () => {
    await alice.asks('chat carol@example.com', /Here you can talk/);
    const { room } = await alice.person.waitForInvite();
    await alice.person.join(room);
    await alice.person.leave(room);
    expect(await alice.asks('list', /Contacts of/)).toContain('carol@example.com');
    expect(house.msn.world.account('alice@example.com')?.has('FL', 'carol@example.com')).toBe(true);
  });

  test('a name that will not do is refused with a sentence, and she keeps the one that she has', async () => {
    await alice.asks('nick Alice Liddell', /Your contacts see you as Alice Liddell/);
    for (const name of ['é'.repeat(65), 'x'.repeat(388)]) await alice.asks(`nick ${name}`, /too long/);
    const isName = ({ args }: { readonly args: readonly string[] }): boolean => args.includes('Rude');
    house.msn.faults.add({ user: 'alice@example.com', where: isName }, refusal(209), 1);
    await alice.asks('nick Rude', /does not take that name/);
    await house.close();
    await house.open();
    for (let status = ''; !status.includes('signed in with');) status = await alice.asks('status', /on Test server/);
    await bob.waitForPresence('alice@example.com', ({ status, name }) => status === 'NLN' && name === 'Alice Liddell');
    const told = house.msn.received.filter(({ user, args }) => user === 'alice@example.com' && args.includes('Rude'));
    expect(told).toHaveLength(1);
  });

  test('who adds her is a question, and is let in by her answer', async () => {
    const frank = await house.onMsn('frank');
    await frank.addContact('alice@example.com');
    await alice.hears(/frank@example\.com.* has put you/, 10_000);
    await alice.asks('answer frank@example.com add', /is on your list/);
    await frank.waitForPresence('alice@example.com', 'NLN');
    expect(await alice.asks('list', /Contacts of/)).toContain('frank@example.com');
  });

  test('who added her while she was away is asked about when she is back', async () => {
    const erin = await house.onMsn('erin');
    await house.close();
    await erin.addContact('alice@example.com');
    await house.open();
    await alice.hears(/erin@example\.com.* has put you/, 20_000);
    await alice.asks('answer erin@example.com block', /is blocked/);
    expect(erin.presenceOf('alice@example.com').status).toBe('FLN');
  });

  test('mail is told of, and counted', async () => {
    const mail = (type: string, ...fields: string[]): void =>
      house.msn.tell(
        'alice@example.com',
        'MSG Hotmail Hotmail',
        [`MIME-Version: 1.0`, `Content-Type: text/x-msmsgs${type}; charset=UTF-8`, '', ...fields, ''].join('\r\n'),
      );
    mail(
      'emailnotification',
      'From: Mike',
      'Subject: =?utf-8?B?SMOpbGxv?=',
      'Dest-Folder: ACTIVE',
      'From-Addr: mike@example.org',
      'id: 2',
    );
    await alice.hears(/^New mail from Mike \(mike@example\.org\): Héllo$/);
    expect(await alice.asks('mail', /inbox/)).toContain('one unread message in your inbox');
    mail('activemailnotification', 'Src-Folder: ACTIVE', 'Dest-Folder: .!!trAsH', 'Message-Delta: 1');
    expect(await alice.asks('mail', /inbox/)).toContain('0 unread messages in your inbox');
  });

  test('nothing of this was against the rules of a strict server', () => {
    expect(house.msn.violations).toEqual([]);
    expect(house.homeserver.violations).toEqual([]);
  });
});
