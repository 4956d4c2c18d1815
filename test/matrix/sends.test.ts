// Each event stands once, whatever the homeserver forgets and however often it is tried.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { text } from '../../src/bridge/events.ts';
import type { EventId, MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import { Secret } from '../../src/bridge/secret.ts';
import { Markers } from '../../src/matrix/marker.ts';
import type { MatrixSide } from '../../src/matrix/matrix.ts';
import { textAt } from '../support/homeserver/json.ts';
import { at, MatrixClient } from '../support/homeserver/matrix-client.ts';
import type { Person } from '../support/homeserver/person.ts';
import { bobOf, portalSpec, Stage } from './side.ts';

let stage: Stage;
let side: MatrixSide;
let alice: Person;
let bob: MatrixUserId;
let room: RoomId;

beforeEach(async () => {
  stage = await Stage.set();
  side = await stage.startMatrix();
  await side.checkHomeserver();
  alice = await stage.homeserver.createUser('alice');
  bob = bobOf(side);
  await side.ensureGhost(bob, 'Bob');
  room = await side.createPortalRoom(portalSpec(alice.id as MatrixUserId, [bob]));
  await alice.join(room);
});
afterEach(async () => stage[Symbol.asyncDispose]());

const send = async (words: string, txnId = words, from = side): Promise<EventId> =>
  from.send(room, bob, text(words), { txnId });
const texts = (): unknown[] =>
  stage.homeserver
    .room(room)
    .timeline.filter(({ type, content }) => type === 'm.room.message' && 'body' in content)
    .map(({ content }) => content['body']);
const looks = (): number => stage.homeserver.log.filter(({ path }) => path.endsWith('/messages')).length;

describe('a homeserver that forgets', () => {
  beforeEach(() => {
    const { homeserver } = stage;
    // it is restarted after every answer
    homeserver.faults.add(
      { path: /\/send\//, times: Number.POSITIVE_INFINITY },
      { type: 'tell', when: 'after-commit', tell: () => setImmediate(() => homeserver.forgetTransactionIds()) },
    );
  });

  test('and a process that begins anew make no second event', async () => {
    const first = await send('hello');
    await send('later');
    const reply = await side.send(room, side.bot, text('from the bot'), { txnId: 'bot' });
    const next = await stage.openMatrix();
    expect(await send('hello', 'hello', next)).toBe(first);
    expect(await next.send(room, side.bot, text('from the bot'), { txnId: 'bot' })).toBe(reply);
    expect(texts()).toEqual(['hello', 'later', 'from the bot']);
  });
});

test.each([
  ['answers with 502 after it is done', { type: 'fail-after-commit', status: 502 }],
  ['answers with 500 after it is done', { type: 'fail-after-commit', status: 500 }],
  ['breaks off after it is done', { type: 'hang-up', when: 'after-commit' }],
  ['answers with 502 before it is done', { type: 'refuse', status: 502 }],
  ['breaks off before it is done', { type: 'hang-up', when: 'before-commit' }],
] as const)('a homeserver that %s, and forgets, has the event once', async (_, fault) => {
  const { homeserver } = stage;
  const away: (typeof homeserver.faults)['add'] = (match, what) => homeserver.faults.add(match, what);
  away({ path: /\/send\// }, fault);
  away({ path: /\/messages/ }, { type: 'tell', when: 'before-commit', tell: () => homeserver.forgetTransactionIds() });
  await send('hello');
  expect(texts()).toEqual(['hello']);
  expect(looks()).toBe(1);
});

test('what can never be known is tried again later, not at once for ever', async () => {
  stage.homeserver.faults.add({ path: /\/send\//, times: 99 }, { type: 'refuse', status: 500 });
  await expect(send('hello')).rejects.toMatchObject({ code: 'homeserver-fault', retriable: true });
  const attempts = stage.homeserver.log.filter(({ path }) => path.includes('/send/')).length;
  expect(attempts).toBe(3);
  stage.homeserver.faults.clear();
  await send('hello');
  expect(texts()).toEqual(['hello']);
});

test('nothing is looked for in a room that was made just now, nor twice in another', async () => {
  for (const words of ['a', 'b', 'c']) await send(words);
  expect(looks()).toBe(0);
  const next = await stage.openMatrix();
  for (const words of ['d', 'e', 'f']) await send(words, words, next);
  expect(looks()).toBe(1);
});

test('an answer that never came is not needed once the homeserver shows the event', async () => {
  const { homeserver } = stage;
  homeserver.faults.add({ path: /\/send\//, times: 1 }, { type: 'hang-up', when: 'after-commit' });
  homeserver.faults.add({ path: /\/messages/, times: 9 }, { type: 'refuse', status: 500 });
  await expect(send('hello')).rejects.toMatchObject({ code: 'homeserver-fault', retriable: true });
  await homeserver.waitUntilPushed();
  homeserver.faults.clear();
  const before = homeserver.log.filter(({ path }) => path.includes('/send/')).length;
  expect(await send('hello')).toBe(homeserver.room(room).timeline.at(-1)?.id);
  expect(homeserver.log.filter(({ path }) => path.includes('/send/'))).toHaveLength(before);
});

test('an event that stands twice after all is taken back', async () => {
  const first = await send('hello');
  const content = stage.homeserver.room(room).event(first)?.content ?? {};
  const asBob = new MatrixClient(stage.homeserver.url, 'the-as-token');
  const path = at`/rooms/${room}/send/m.room.message/again?user_id=${bob}`;
  const again = textAt(await asBob.request('PUT', path, content), 'event_id');
  await stage.homeserver.waitFor(() => !('body' in (stage.homeserver.room(room).event(again)?.content ?? {})));
  expect(texts()).toEqual(['hello']);
  expect(stage.complaints).toMatchObject([
    { level: 'error', text: 'an event stands twice, and the second is taken back' },
  ]);
});

test('nobody else can make an event be taken for ours', async () => {
  const event = await send('hello');
  const content = stage.homeserver.room(room).event(event)?.content ?? {};
  await alice.send(room, 'm.room.message', { ...content, body: 'mine' });
  await send('next');
  expect(texts()).toEqual(['hello', 'mine', 'next']);
  expect(stage.complaints).toEqual([]);

  const markers = new Markers(new Secret('the-as-token'));
  const place = { room, sender: bob };
  expect(markers.read(content, place)).toBe('hello');
  expect(markers.read(content, { room, sender: alice.id as MatrixUserId })).toBeUndefined();
  expect(markers.read(content, { room: '!other:hs' as RoomId, sender: bob })).toBeUndefined();
  expect(new Markers(new Secret('another')).read(content, place)).toBeUndefined();
  const mark = markers.mark({}, place, 'x')['dev.bridge.sent'] as Record<string, unknown>;
  for (const bad of [undefined, 'x', {}, { ...mark, txn: 'y' }, { ...mark, mac: '' }, { ...mark, mac: 'ü'.repeat(22) }])
    expect(markers.read({ 'dev.bridge.sent': bad }, place)).toBeUndefined();
});

test('statuses, reactions and edits are sent once, too', async () => {
  const event = await alice.say(room, 'hi');
  const on = event as EventId;
  const { homeserver } = stage;
  const sends: [string, () => Promise<unknown>][] = [
    ['com.beeper.message_send_status', async () => side.sendStatus(room, on, 'net' as never, { type: 'success' }, 's')],
    ['m.reaction', async () => side.react(room, on, '🔁', 'r')],
  ];
  for (const [type, work] of sends) {
    homeserver.faults.add({ path: `/send/${type}/` }, { type: 'fail-after-commit', status: 502 });
    homeserver.faults.add(
      { path: /\/messages/ },
      { type: 'tell', when: 'before-commit', tell: () => homeserver.forgetTransactionIds() },
    );
    await work();
    expect(homeserver.room(room).timeline.filter((one) => one.type === type)).toHaveLength(1);
  }
});
