import { afterAll, beforeAll, expect, test } from 'vitest';
import { press, visit } from '../support/browser.ts';
import { House, type Visitor } from './house.ts';

let house: House;
let alice: Visitor;

beforeAll(async () => {
  house = await House.build({ browsers: true });
  alice = await house.signedIn('alice');
});
afterAll(async () => house.pullDown());

test('a second network talks beside the first, in one process', async () => {
  await alice.asks('login', /Which network/);
  await alice.asks('echo', /Your name/);
  await alice.asks('alice', /Your password/);
  await alice.asks('cave', /You are signed in as alice on Cave/);

  const bob = await house.onMsn('bob');
  await bob.say('alice@example.com', 'from one network');
  const first = await alice.enters();
  await alice.person.waitForText(first, 'from one network');
  house.echo.clients.get('alice')?.says('wall', 'from the other');
  const second = await alice.enters();
  await alice.person.waitForText(second, 'from the other');

  await alice.person.say(second, 'hello wall');
  const echoed = await alice.person.waitFor(
    (event) =>
      event.room_id === second &&
      event.sender === house.ghost('echo', 'cave', 'wall') &&
      event.content['body'] === 'hello wall',
  );
  expect(echoed.content['msgtype']).toBe('m.text');
  await alice.person.say(first, 'hello bob');
  expect((await bob.waitForText('hello bob')).from).toBe('alice@example.com');
});

test('with several accounts a command asks which one is meant', async () => {
  expect(await alice.asks('list', /Which account/)).toMatch(/1\. alice@example\.com on Test server\n2\. alice on Cave/);
  expect(await alice.asks('7', /number from 1 to 2/)).toBeTruthy();
  expect(await alice.asks('2', /Contacts of alice\b/)).toContain('Wall (wall) – Here');
  expect(await alice.asks('list alice@example.com', /Contacts of/)).toContain('alice@example.com');
});

test('a network brings commands of its own, which need no naming of the account', async () => {
  expect(await alice.asks('help', /What you can say/)).toContain('shout <words> – shouts into the cave');
  expect(await alice.asks('shout hello wall', /!/)).toBe('HELLO WALL!');
});

test('what a network offers as a page is behind a link of the bridge', async () => {
  const [link = ''] = /http\S+$/.exec(await alice.asks('dig', /http/)) ?? [];
  expect((await press(await visit(link))).form).toEqual({ action: 'https://outside.example.com/', fields: [] });
});

test('where the network says that it arrived, the status names who has it', async () => {
  const room = (await alice.person.client.request('GET', '/joined_rooms'))['joined_rooms'] as string[];
  const wall = room.find((one) => alice.person.texts(one).includes('from the other')) ?? '';
  const said = await alice.person.say(wall, 'did you get it?');
  await house.homeserver.waitFor(() => alice.person.statusOf(said)?.['status'] === 'SUCCESS');
  expect(alice.person.statusOf(said)?.['delivered_to_users']).toEqual([house.ghost('echo', 'cave', 'wall')]);
});

test('no part of it did anything that a strict homeserver or server would not stand', () => {
  expect(house.homeserver.violations).toEqual([]);
  expect(house.msn.violations).toEqual([]);
  expect(house.log.lines.filter((line) => line.level === 'error')).toEqual([]);
});
