import { expect, test } from 'vitest';

import { startPair } from '../support/homeserver/fixture.ts';
import { textAt } from '../support/homeserver/json.ts';

test('the same transaction id sends once', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const room = await appservice.room();
  const first = await appservice.say(room, 'hi', undefined, 't');
  expect(await appservice.say(room, 'hi', undefined, 't')).toEqual(first);
  expect(homeserver.room(room).timeline.filter(({ type }) => type === 'm.room.message')).toHaveLength(1);
  expect(homeserver.violations).toEqual([]);
});

test('two ghosts with one transaction id: the second event is swallowed, and that is recorded', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const [bob, carol] = [await appservice.ghost('msn_bob'), await appservice.ghost('msn_carol')];
  const room = await appservice.room({ preset: 'public_chat' });
  for (const ghost of [bob, carol]) await appservice.join(room, ghost);
  const first = await appservice.say(room, 'hi', bob, 't');
  expect(await appservice.say(room, 'hello', carol, 't')).toEqual(first);
  expect(homeserver.violations).toMatchObject([{ kind: 'transaction-id-of-two-users', by: 'appservice' }]);
});

test('one transaction id with two contents is recorded, whatever the order of the keys', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const room = await appservice.room();
  const path = `/rooms/${room}/send/m.room.message/t`;
  await appservice.v3('PUT', path, { msgtype: 'm.text', body: 'hi' });
  await appservice.v3('PUT', path, { body: 'hi', msgtype: 'm.text' });
  expect(homeserver.violations).toEqual([]);
  await appservice.v3('PUT', path, { msgtype: 'm.text', body: 'ho' });
  expect(homeserver.violations).toMatchObject([{ kind: 'transaction-id-with-other-content' }]);
});

test('people have transaction ids of their own for each access token', async () => {
  await using pair = await startPair();
  const { homeserver } = pair;
  const alice = await homeserver.createUser('alice');
  const bob = await homeserver.createUser('bob');
  const room = await alice.createRoom({ invite: [bob.id] });
  await bob.join(room);
  const event = await alice.say(room, 'hi', 't');
  expect(await bob.say(room, 'hi', 't')).not.toBe(event);
  expect(await alice.say(room, 'hi', 't')).toBe(event);
  const seen = await alice.waitFor((other) => other.event_id === event);
  expect(seen.unsigned).toMatchObject({ transaction_id: 't' });
  expect((await bob.waitFor((other) => other.event_id === event)).unsigned).toEqual({ age: 0 });
});

test('a refused send is not remembered', async () => {
  await using pair = await startPair();
  const { appservice } = pair;
  const ghost = await appservice.ghost('msn_bob');
  const room = await appservice.room({ preset: 'public_chat' });
  expect(await appservice.say(room, 'hi', ghost, 't')).toMatchObject({ status: 403 });
  await appservice.join(room, ghost);
  expect(await appservice.say(room, 'hi', ghost, 't')).toMatchObject({ status: 200 });
});

test('a restart forgets all transaction ids', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const room = await appservice.room();
  const first = await appservice.say(room, 'hi', undefined, 't');
  homeserver.forgetTransactionIds();
  expect(await appservice.say(room, 'hi', undefined, 't')).not.toEqual(first);
});

test('redactions have transaction ids too', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const room = await appservice.room();
  const { body } = await appservice.say(room, 'hi');
  const path = `/rooms/${room}/redact/${textAt(body, 'event_id')}/t`;
  const first = await appservice.v3('PUT', path, {});
  expect(await appservice.v3('PUT', path, {})).toEqual(first);
  expect(homeserver.room(room).timeline.filter(({ type }) => type === 'm.room.redaction')).toHaveLength(1);
});
