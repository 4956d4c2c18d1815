// What every store promises about spaces, boards, and what users have chosen for their logins.

import { beforeEach, expect, test } from 'vitest';
import type { EventId, RemoteUserId, RoomId } from '../../src/bridge/ids.ts';
import type { SessionRecord } from '../../src/bridge/store.ts';
import { ALICE, contact, NETWORK, ROOM, seed, START, type Bench } from './harness.ts';

const OTHER = '!other:example.org' as RoomId;

export function choicesContract(bench: () => Bench): void {
  let session: SessionRecord;
  beforeEach(async () => {
    session = await bench().store.sessions.put(NETWORK, ALICE, seed());
  });

  test('a login has one space, and one for each group', async () => {
    const { spaces } = bench().store;
    const { id: login } = session;
    await spaces.put({ login, group: 'Friends', room: ROOM });
    await spaces.put({ login, group: undefined, room: ROOM });
    await spaces.put({ login, group: 'Friends', room: OTHER });
    expect(await spaces.ofLogin(login)).toEqual([
      { login, group: undefined, room: ROOM },
      { login, group: 'Friends', room: OTHER },
    ]);
    await spaces.remove(login, 'Friends');
    expect(await spaces.ofLogin(login)).toHaveLength(1);
  });

  test('a board is remembered with its message', async () => {
    const { boards } = bench().store;
    const { id: login } = session;
    expect(await boards.find(login)).toBeUndefined();
    await boards.put({ login, room: ROOM });
    expect(await boards.find(login)).toEqual({ login, room: ROOM });
    await boards.put({ login, room: ROOM, event: '$board' as EventId, shown: 'abc' });
    expect(await boards.find(login)).toEqual({ login, room: ROOM, event: '$board', shown: 'abc' });
    await boards.remove(login);
    expect(await boards.find(login)).toBeUndefined();
  });

  test('nothing is chosen at first', async () => {
    const { choices } = bench().store;
    const { id: login } = session;
    expect(await choices.of(login)).toEqual({ board: false, groupSpaces: false });
    await choices.put(login, { board: true, groupSpaces: false });
    await choices.put(login, { board: true, groupSpaces: true });
    expect(await choices.of(login)).toEqual({ board: true, groupSpaces: true });
  });

  test('a network’s own choices are remembered by name', async () => {
    const { choices } = bench().store;
    const { id: login } = session;
    for (const name of ['b', 'a', 'a']) await choices.switch(login, name, true);
    expect(await choices.switchedOn(login)).toEqual(new Set(['a', 'b']));
    await choices.switch(login, 'a', false);
    await choices.switch(login, 'c', false);
    expect(await choices.switchedOn(login)).toEqual(new Set(['b']));
  });

  test('whose coming is told is remembered once each', async () => {
    const { choices } = bench().store;
    const [bob, carol] = ['home/bob', 'home/carol'] as RemoteUserId[];
    for (const user of [carol!, bob!, bob!]) await choices.watch(session.id, user, true);
    expect(await choices.watched(session.id)).toEqual([bob, carol]);
    await choices.watch(session.id, bob!, false);
    expect(await choices.watched(session.id)).toEqual([carol]);
  });

  test('what the user calls people is kept, changed and taken away', async () => {
    const { choices } = bench().store;
    const [bob, carol] = ['home/bob', 'home/carol'] as [RemoteUserId, RemoteUserId];
    expect(await choices.privateNames(session.id)).toEqual(new Map());
    await choices.setPrivateName(session.id, bob, 'Bobby');
    await choices.setPrivateName(session.id, carol, 'Caro \0');
    await choices.setPrivateName(session.id, bob, 'Rob');
    expect(await choices.privateNames(session.id)).toEqual(
      new Map([
        [bob, 'Rob'],
        [carol, 'Caro \uFFFD'],
      ]),
    );
    await choices.setPrivateName(session.id, bob, undefined);
    expect([...(await choices.privateNames(session.id)).keys()]).toEqual([carol]);
  });

  test('all of it goes with the login', async () => {
    const { sessions, spaces, boards, choices } = bench().store;
    const { id: login } = session;
    await spaces.put({ login, group: undefined, room: ROOM });
    await boards.put({ login, room: OTHER });
    await choices.put(login, { board: true, groupSpaces: true });
    await choices.watch(login, 'home/bob' as RemoteUserId, true);
    await choices.setPrivateName(login, 'home/bob' as RemoteUserId, 'Bobby');
    await choices.switch(login, 'a', true);
    await sessions.remove(session);
    expect(await spaces.ofLogin(login)).toEqual([]);
    expect(await boards.find(login)).toBeUndefined();
    expect(await choices.of(login)).toEqual({ board: false, groupSpaces: false });
    expect(await choices.watched(login)).toEqual([]);
    expect(await choices.privateNames(login)).toEqual(new Map());
    expect(await choices.switchedOn(login)).toEqual(new Set());
  });

  test('a contact keeps its groups, and whether the network tells of any', async () => {
    const { sessions } = bench().store;
    const bob = { ...contact('Bob'), groups: ['Friends', 'Work \0'] };
    const carol = { ...contact('Carol'), groups: [] };
    await sessions.saveRoster(session, [bob, carol, contact('Dave')], START);
    await sessions.saveContact(session, { ...carol, groups: ['Work'] });
    const { contacts } = await sessions.roster(session.id);
    expect(contacts.map(({ groups }) => groups)).toEqual([['Friends', 'Work \uFFFD'], ['Work'], undefined]);
  });
}
