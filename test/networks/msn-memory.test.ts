// The contact list is kept from one session to the next, with the serial that it came with: a server that says that it is
// still so is understood, over restarts, and one that does not is asked for all of it.

import { expect, test } from 'vitest';

import { plainText } from '../../src/bridge/events.ts';
import type { SessionMemory } from '../../src/bridge/network.ts';
import { ALICE, BOB, CAROL, eventually, makeClient, order, say, setStage, signInPerson } from './msn-stage.ts';
import type { KeptSink, OurLogin, Stage } from './msn-stage.ts';

const ACCOUNTS = [
  {
    address: ALICE,
    name: 'Alice',
    groups: ['Friends'],
    contacts: [
      { address: BOB, groups: ['Friends'] },
      { address: CAROL, lists: ['BL'] as const },
    ],
    privacy: 'BL' as const,
    properties: { PHM: '555 0100' },
  },
  { address: BOB, name: 'Bob', contacts: [ALICE] },
  { address: CAROL, name: 'Carol' },
];
const DIALECTS = ['MSNP7', 'MSNP8', 'MSNP10', 'MSNP12'] as const;

/** A process life that begins with what the one before it remembered, as the database gives it back. */
async function life(stage: Stage, before: KeptSink | undefined): Promise<OurLogin> {
  const memory = before?.memories.at(-1);
  const kept = memory && (JSON.parse(JSON.stringify(memory)) as SessionMemory);
  const ours = makeClient(stage, {}, { memory: kept });
  ours.client.connect(1, {});
  await eventually(() => ours.sink.kinds.includes('connected'));
  return ours;
}

function rosterIn({ sink }: OurLogin): object[] {
  return sink.events.flatMap((event) => (event.type === 'roster' ? [...event.contacts] : []));
}

/** How many lines of its contact list the server has told so far. */
function told(stage: Stage): number {
  return stage.server.log.filter(({ verb, direction, user }) => verb === 'LST' && direction === 'out' && user === ALICE)
    .length;
}

test.each(DIALECTS)('in %s an unchanged list is not told again, and known all the same', async (dialect) => {
  const stage = await setStage({ accounts: ACCOUNTS, profile: { dialects: [dialect] } });
  const first = await life(stage, undefined);
  const roster = rosterIn(first);
  expect(roster).toMatchObject([{ address: BOB, name: 'Bob', groups: ['Friends'] }]);
  await first.client.disconnect();
  const lines = told(stage);
  expect(lines).toBeGreaterThan(0);

  const second = await life(stage, first.sink);
  expect(told(stage)).toBe(lines);
  expect(rosterIn(second)).toEqual(roster);
  await expect(say(second, CAROL, 'hello?')).rejects.toThrow(/You have blocked/);
  expect(plainText(await order(stage, second, 'privacy'))).toContain('(closed)');
  expect(plainText(await order(stage, second, 'phone'))).toContain('555 0100');
  // what did not change is not written down again
  expect(second.sink.memories).toEqual([]);
});

test.each(DIALECTS)('in %s a list that changed meanwhile comes whole', async (dialect) => {
  const stage = await setStage({ accounts: ACCOUNTS, profile: { dialects: [dialect] } });
  const first = await life(stage, undefined);
  await first.client.disconnect();
  const elsewhere = await signInPerson(stage, ALICE);
  await elsewhere.addContact(CAROL);
  await elsewhere.signOut();
  const second = await life(stage, first.sink);
  expect(rosterIn(second)).toMatchObject([{ address: BOB }, { address: CAROL }]);
  expect(second.sink.memories).toHaveLength(1);
});

test('what changes during a session is kept at its end, and once', async () => {
  const stage = await setStage({ accounts: ACCOUNTS });
  const first = await life(stage, undefined);
  expect(first.sink.memories).toHaveLength(1);
  await order(stage, first, 'group add Chess');
  await first.client.disconnect();
  expect(first.sink.memories).toHaveLength(2);
  expect(JSON.stringify(first.sink.memories.at(-1))).toContain('Chess');
});

test('a version that was not spoken before is asked for the whole list', async () => {
  const stage = await setStage({ accounts: ACCOUNTS, profile: { dialects: ['MSNP11'] } });
  const first = await life(stage, undefined);
  await first.client.disconnect();
  const other = await setStage({ accounts: ACCOUNTS, profile: { dialects: ['MSNP12'] } });
  expect(rosterIn(await life(other, first.sink))).toMatchObject([{ address: BOB, groups: ['Friends'] }]);
  const asked = other.server.received.find(({ verb }) => verb === 'SYN');
  expect(asked?.args.slice(1)).toEqual(['0', '0']);
});

const DAMAGED = { contacts: [{ address: BOB, nick: null, lists: 1, groups: [], properties: {} }], groups: [], privacy: {}, properties: {} }; // prettier-ignore

test.each([
  undefined,
  null,
  7,
  { version: 2 },
  { version: 1, dialect: 'MSNP99', serial: '1', list: {} },
  { version: 1, dialect: 'MSNP12', serial: '1 1', list: {} },
  { version: 1, dialect: 'MSNP12', serial: '1 1', list: DAMAGED },
])('what cannot be read is asked for anew: %j', async (state) => {
  const stage = await setStage({ accounts: ACCOUNTS });
  const ours = makeClient(stage, {}, { memory: { protocol: 'MSNP12', state } });
  ours.client.connect(1, {});
  await eventually(() => ours.sink.kinds.includes('connected'));
  expect(rosterIn(ours)).toMatchObject([{ address: BOB }]);
});
