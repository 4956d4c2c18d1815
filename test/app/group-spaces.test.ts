// The groups of an MSN contact list as spaces: made, renamed and taken away as the groups are.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textAt } from '../support/homeserver/json.ts';
import { House, type Visitor } from './house.ts';

describe.each(['MSNP8', 'MSNP12'])('in %s', (dialect) => {
  let house: House;
  let alice: Visitor;
  /** Alice's chat with Bob. */
  let chat: string;

  beforeAll(async () => {
    house = await House.build({ dialects: [dialect] });
    await house.close();
    house.configure({ bridge: { spaces: true } });
    await house.open();
    alice = await house.signedIn('alice');
    await alice.asks('chat bob@example.com', /Here you can talk/);
    chat = (await alice.person.waitForInvite(({ room }) => !isSpace(room))).room;
    await alice.person.join(chat);
  });
  afterAll(async () => house.pullDown());

  const isSpace = (room: string): boolean =>
    house.homeserver.room(room).content('m.room.create')?.['type'] === 'm.space';

  /** The names of the spaces that Bob's chat is shown in, in the order of the alphabet. */
  const spaces = (): string[] =>
    house.homeserver
      .rooms()
      .filter(({ id, joined }) => joined.has(house.bot) && isSpace(id))
      .map(({ id }) => house.homeserver.room(id))
      .filter((room) => 'via' in (room.content('m.space.child', chat) ?? {}))
      .map((room) => textAt(room.content('m.room.name') ?? {}, 'name'))
      .toSorted();

  const shownIn = async (...names: string[]): Promise<void> => {
    const wanted = ['MSN Messenger (alice@example.com)', ...names].toSorted().join(', ');
    await house.homeserver.waitFor(() => spaces().join(', ') === wanted, `spaces ${wanted}`);
  };

  test('whoever is in no group is in no space but the account’s own', async () => {
    await alice.asks('space groups on', /space of its own/);
    await shownIn();
  });

  test('a group with a chat has a space', async () => {
    await alice.asks('group add Friends', /a group “Friends”/);
    await alice.asks('group move bob@example.com Friends', /is in “Friends”/);
    await shownIn('Friends');
  });

  test('a group that is renamed has a space of the new name', async () => {
    await alice.asks('group rename Friends to Old friends', /now called “Old friends”/);
    await shownIn('Old friends');
  });

  test('it is so after a restart, too', async () => {
    await house.close();
    await house.open();
    for (let status = ''; !status.includes('signed in with');) status = await alice.asks('status', /on Test server/);
    await shownIn('Old friends');
  });

  test('a group that is deleted has none', async () => {
    await alice.asks('group delete Old friends', /is gone/);
    await shownIn();
  });

  test('nothing of this was against the rules of a strict server', () => {
    expect(house.msn.violations).toEqual([]);
    expect(house.homeserver.violations).toEqual([]);
  });
});
