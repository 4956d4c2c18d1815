import { expect, test } from 'vitest';

import { startPair } from '../support/homeserver/fixture.ts';
import { textAt, type JsonObject } from '../support/homeserver/json.ts';
import { MatrixPerson } from '../support/matrix-person.ts';

type SyncAnswer = JsonObject & {
  readonly next_batch: string;
  readonly rooms: { readonly [section: string]: { readonly [room: string]: JsonObject } };
};

test('a first sync shows the newest events and the state before them', async () => {
  await using pair = await startPair();
  const alice = await pair.homeserver.createUser('alice');
  const room = await alice.createRoom({ name: 'old name' });
  for (let n = 0; n < 12; n++) await alice.say(room, String(n));
  await alice.setState(room, 'm.room.name', { name: 'new name' });
  const answer = (await alice.client.request('GET', '/sync')) as SyncAnswer;
  const part = answer.rooms['join']?.[room] as {
    timeline: { events: JsonObject[]; limited: boolean; prev_batch: string };
    state: { events: JsonObject[] };
  };
  expect(part.timeline.limited).toBe(true);
  expect(part.timeline.events).toHaveLength(10);
  expect(part.timeline.events.at(-1)).toMatchObject({ content: { name: 'new name' } });
  expect(part.state.events.find(({ type }) => type === 'm.room.name')).toMatchObject({ content: { name: 'old name' } });
  const back = await alice.client.request(
    'GET',
    `/rooms/${room}/messages?dir=b&limit=1&from=${part.timeline.prev_batch}`,
  );
  expect(back).toMatchObject({ chunk: [{ content: { body: '2' } }] });
});

test('a sync waits for news, and answers nothing when its time is over', async () => {
  await using pair = await startPair();
  const alice = await pair.homeserver.createUser('alice');
  const room = await alice.createRoom();
  const first = await alice.client.request('GET', '/sync');
  const waiting = alice.client.request('GET', `/sync?timeout=20000&since=${textAt(first, 'next_batch')}`);
  const event = await alice.say(room, 'hi');
  const news = (await waiting) as SyncAnswer;
  expect(news.rooms['join']?.[room]).toMatchObject({ timeline: { events: [{ event_id: event }], limited: false } });
  const nothing = (await alice.client.request('GET', `/sync?timeout=1&since=${news.next_batch}`)) as SyncAnswer;
  expect(nothing.rooms).toEqual({ join: {}, invite: {}, leave: {}, knock: {} });
});

test('invites, rejections and kicks come in their sections', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const alice = await homeserver.createUser('alice');
  const first = await alice.client.request('GET', '/sync');
  const room = await appservice.room({ invite: [alice.id], name: 'Bob' });
  const invited = (await alice.client.request('GET', `/sync?since=${textAt(first, 'next_batch')}`)) as SyncAnswer;
  expect(Object.keys(invited.rooms['invite'] ?? {})).toEqual([room]);
  await alice.join(room);
  const joined = (await alice.client.request('GET', `/sync?since=${invited.next_batch}`)) as SyncAnswer;
  expect(joined.rooms['join']?.[room]).toMatchObject({ summary: { 'm.joined_member_count': 2 } });
  await appservice.v3('POST', `/rooms/${room}/kick`, { user_id: alice.id, reason: 'bye' });
  await appservice.say(room, 'unseen');
  const kicked = (await alice.client.request('GET', `/sync?since=${joined.next_batch}`)) as SyncAnswer;
  expect(kicked.rooms['leave']?.[room]).toMatchObject({
    timeline: { events: [{ type: 'm.room.member', content: { membership: 'leave', reason: 'bye' } }] },
  });
  expect(kicked.rooms['join']).toEqual({});
});

test('account data reach their owner', async () => {
  await using pair = await startPair();
  const alice = await pair.homeserver.createUser('alice');
  const bob = await pair.homeserver.createUser('bob');
  const path = `/user/${alice.id}/account_data/m.direct`;
  alice.listen();
  await alice.client.request('PUT', path, { '@x:example.com': ['!r'] });
  expect(await alice.until(() => alice.accountData('m.direct'))).toEqual({ '@x:example.com': ['!r'] });
  await expect(bob.client.request('GET', path)).rejects.toMatchObject({ status: 403 });
});

test('the sender of an application service cannot sync, as in Synapse', async () => {
  await using pair = await startPair();
  await pair.appservice.ghost('msnbot');
  expect(await pair.appservice.v3('GET', '/sync')).toMatchObject({ status: 500 });
});

test('matrix-js-sdk starts, receives and sends', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const alice = await homeserver.createUser('alice');
  const room = await appservice.room({ invite: [alice.id], name: 'Bob' });
  await alice.join(room);
  const person = await MatrixPerson.signIn({ url: homeserver.url, user: 'alice', password: 'correct horse' });
  try {
    expect(person.client.getRoom(room)?.name).toBe('Bob');
    await appservice.say(room, 'hello');
    await person.waitForMessage(room, 'hello');
    const event = await person.say(room, 'hi');
    expect(homeserver.room(room).event(event)?.sender).toBe(person.userId);
    await person.waitUntil('the echo', () => person.client.getRoom(room)?.findEventById(event)?.status === null);
  } finally {
    person.stop();
  }
  expect(homeserver.violations).toEqual([]);
});
