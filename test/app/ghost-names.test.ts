// What contacts call themselves: given to ghosts within the budget, and before they speak.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MsnPerson } from '../support/msn-person.ts';
import { House, type Visitor } from './house.ts';

let house: House;
let alice: Visitor;
let bob: MsnPerson;
let ghost: string;
let room: string;

beforeAll(async () => {
  house = await House.build();
  alice = await house.signedIn('alice');
  bob = await house.onMsn('bob');
  ghost = house.ghost('msn', 'test', 'bob@example.com');
  await bob.say('alice@example.com', 'hello');
  room = await alice.enters();
  await alice.person.waitForText(room, 'hello');
});
afterAll(async () => house.pullDown());

const isCalled = async (name: string): Promise<void> =>
  void (await house.homeserver.waitFor(() => house.homeserver.profile(ghost)['displayname'] === name));

test('a new name is shown without a word being said', async () => {
  await bob.setName('Bob the Builder');
  await isCalled('Bob the Builder');
});

test('whoever speaks has their new name before that, however long other names must wait', async () => {
  await house.close();
  const mark = house.homeserver.log.length;
  house.configure({ presence: { requests_per_second: 0.1 } });
  await house.open();
  await bob.waitForPresence('alice@example.com', 'NLN');
  // this takes the turn of the next ten seconds
  await house.homeserver.waitFor(
    () => house.homeserver.log.slice(mark).some(({ method, path }) => method === 'PUT' && path.includes('/presence/')),
    'a presence to be shown',
  );
  await bob.setName('Bob the Sailor');
  await house.msn.waitFor(
    ({ direction, user, line }) =>
      direction === 'out' && user === 'alice@example.com' && line.includes('Bob%20the%20Sailor'),
  );
  await bob.say('alice@example.com', 'ahoy');
  const said = await alice.person.waitForText(room, 'ahoy');
  const timeline = house.homeserver.room(room).timeline;
  const renamed = timeline.findIndex(({ content }) => content['displayname'] === 'Bob the Sailor');
  expect(renamed).toBeGreaterThan(0);
  expect(renamed).toBeLessThan(timeline.findIndex(({ id }) => id === said.event_id));
  expect(house.homeserver.violations).toEqual([]);
});
