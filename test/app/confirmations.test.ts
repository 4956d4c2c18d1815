// What the status of a message says of who has it: as much as the server's profile says that its servers know.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House, type Visitor } from './house.ts';

describe.each([
  ['vouches for what it acknowledges: the status names who has it', true],
  ['does not: the server took it, and nobody knows more', false],
])('a profile that %s', (_, confirms) => {
  let house: House;
  let alice: Visitor;

  beforeAll(async () => {
    house = await House.build({ server: () => ({ confirms_delivery: confirms }) });
    alice = await house.signedIn('alice');
  });
  afterAll(async () => house.pullDown());

  test('of a message that was acknowledged', async () => {
    const bob = await house.onMsn('bob');
    await bob.say('alice@example.com', 'hello alice');
    const chat = await alice.enters();
    const said = await alice.person.say(chat, 'did you get it?');
    await bob.waitForText('did you get it?');
    await house.homeserver.waitFor(() => alice.person.statusOf(said)?.['status'] === 'SUCCESS');
    const ghost = house.ghost('msn', 'test', 'bob@example.com');
    expect(alice.person.statusOf(said)?.['delivered_to_users']).toEqual(confirms ? [ghost] : undefined);
    expect(house.homeserver.violations).toEqual([]);
  });
});
