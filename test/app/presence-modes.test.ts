// The ways in which contacts' presence is shown, as config.yaml has them; the usual one is tested beside.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MsnPerson } from '../support/msn-person.ts';
import { House, type Visitor } from './house.ts';

const WHO_IS_THERE = 'MSN Messenger (alice@example.com): who is there';
const STATUS = 'org.matrix.msc4426.status';

let house: House;
let alice: Visitor;
let bob: MsnPerson;
let ghost: string;
/** Requests that were made before this life of the bridge. */
let before: number;

beforeAll(async () => {
  house = await House.build();
  alice = await house.signedIn('alice');
  bob = await house.onMsn('bob');
  ghost = house.ghost('msn', 'test', 'bob@example.com');
  await bob.say('alice@example.com', 'hello');
  await alice.person.waitForText(await alice.enters(), 'hello');
});
afterAll(async () => house.pullDown());

async function live(mode: string): Promise<void> {
  await house.close();
  before = house.homeserver.requestCount;
  house.configure({ presence: { mode } });
  await house.open();
  await bob.waitForPresence('alice@example.com', 'NLN');
}

async function hasStatus(text: string | undefined): Promise<void> {
  await house.homeserver.waitFor(() => {
    const status = house.homeserver.profile(ghost)[STATUS] as { readonly text: string } | undefined;
    return status?.text === text;
  }, `bob to be “${text}”`);
}

/** What this life of the bridge has shown of how somebody is. */
const showings = (): string[] =>
  house.homeserver.log
    .slice(before - house.homeserver.requestCount)
    .filter(({ method, path }) => method !== 'GET' && (path.includes('/presence/') || path.includes(STATUS)))
    .map(({ path }) => path);

test('as a status in the profile: it stays, and is right again after a restart', async () => {
  await live('status');
  await hasStatus('Online');
  await bob.setStatus('LUN');
  await bob.setPersonalMessage('soup');
  await hasStatus('Out to lunch – soup');
  await house.close();
  expect(house.homeserver.profile(ghost)[STATUS]).toEqual({ text: 'Out to lunch – soup', emoji: '🟡' });
  await bob.setStatus('HDN');
  await live('status');
  await hasStatus(undefined);
  await bob.setStatus('NLN');
  await hasStatus('Online');
  await house.msn.goDown();
  await hasStatus(undefined);
  await house.msn.comeBack();
  bob = await house.onMsn('bob');
  await hasStatus('Online');
  expect(showings().filter((path) => path.includes('/presence/'))).toEqual([]);
});

test('on boards only: nothing is shown of ghosts', async () => {
  await live('board');
  await alice.asks('board on', /I invite you to a room/);
  const board = await alice.enters();
  const shows = async (words: RegExp): Promise<void> =>
    void (await house.homeserver.waitForEvent(
      ({ content }, room) => room.id === board && words.test(JSON.stringify(content)),
    ));
  await shows(/Bob/);
  await bob.setStatus('BSY');
  await shows(/Busy\\n• Bob/);
  expect(showings()).toEqual([]);
});

test('nowhere: there are no boards either, and one that was there is taken away', async () => {
  const boards = house.homeserver.rooms().filter((room) => room.content('m.room.name')?.['name'] === WHO_IS_THERE);
  expect(boards.map(({ joined }) => joined.size)).toEqual([2]);
  await live('off');
  await house.homeserver.waitFor(() => boards.every(({ joined }) => joined.size === 0));
  await alice.asks('board on', /Boards are switched off here/);
  expect(await alice.asks('list', /Contacts of/)).toContain('Bob (bob@example.com) – Busy');
  expect(showings()).toEqual([]);
  expect(house.homeserver.violations).toEqual([]);
});
