// A contact list that no message holds is told in several, and nobody is missing.

import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import type { MatrixUserId } from '../../src/bridge/ids.ts';
import { Core, openDatabase } from './core.ts';
import { bodyOf, House, type Visitor } from './house.ts';

const ALICE = '@alice:hs.test' as MatrixUserId;
const PEOPLE = Array.from({ length: 600 }, (_, n) => `contact.number.${n}@long-domain.example.com`);

let house: House;
let alice: Visitor;

beforeAll(async () => {
  house = await House.build();
  for (const address of PEOPLE) {
    house.msn.world.addAccount({ address, name: `Somebody called “${address}”` });
    const contact = house.msn.world.account('alice@example.com')?.contactOrNew(address);
    for (const list of ['FL', 'AL'] as const) contact?.lists.add(list);
    if (contact) contact.known = true;
  }
  alice = await house.signedIn('alice');
});
afterAll(async () => house.pullDown());

test.each([
  ['contacts', /602 people on your list/, /<table><thead><tr><th>Name<\/th>/],
  ['list', /contact\.number\.99@/, /<strong>Somebody called/],
])('“%s” is told in several messages, each whole', async (command, end, look) => {
  const before = alice.person.timeline(alice.room).length;
  await alice.asks(command, end);
  const said = alice.person
    .timeline(alice.room)
    .slice(before)
    .filter(({ sender }) => sender === house.bot);
  expect(said.length).toBeGreaterThan(1);
  const text = said.map(bodyOf).join('\n');
  expect(PEOPLE.filter((address) => !text.includes(address))).toEqual([]);
  expect(text).not.toContain('…');
  for (const { content } of said) expect(content['formatted_body']).toMatch(look);
  expect(house.homeserver.violations).toEqual([]);
});

test('a homeserver that stumbles between two messages gets each of them once', async () => {
  const database = await openDatabase();
  const core = await Core.open(database);
  onTestFinished(async () => {
    await core.close();
    await database.close();
  });
  const commands = await core.signedIn(ALICE, 'alice');
  core.matrix.mostLines = 2;
  let sends = 0;
  core.matrix.before(
    'send',
    () => {
      sends += 1;
      if (sends === 2) throw new BridgeError('homeserver', 'The homeserver does not answer.', { retriable: true });
    },
    10,
  );
  for (const name of ['door', 'floor', 'ceiling', 'lamp']) core.client('alice').sees(name, { name });
  const before = core.texts(commands).length;
  await core.say(ALICE, commands, 'list');
  await core.hears(commands, /wall/i);
  const said = core.texts(commands).slice(before);
  expect(
    said
      .join('\n')
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual(['Contacts', 'ceiling', 'door', 'floor', 'lamp', 'Wall']);
  expect(said).toHaveLength(3);
});
