// Rooms that are closed in favour of others: the chat goes along, if the two rooms agree.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EventId, MatrixUserId } from '../../src/bridge/ids.ts';
import { type JsonObject, textAt } from '../support/homeserver/json.ts';
import { at, type MatrixClient } from '../support/homeserver/matrix-client.ts';
import type { MsnPerson } from '../support/msn-person.ts';
import { Core, openDatabase } from './core.ts';
import { bodyOf, House, type Visitor } from './house.ts';

describe.each(['11', '12'])('in room version %s', (version) => {
  let house: House;
  let alice: Visitor;
  let bob: MsnPerson;
  let ghost: string;
  let chat: string;

  beforeAll(async () => {
    house = await House.build({ homeserver: { defaultRoomVersion: version } });
    alice = await house.signedIn('alice');
    bob = await house.onMsn('bob');
    ghost = house.ghost('msn', 'test', 'bob@example.com');
    await bob.say('alice@example.com', 'hello');
    chat = await alice.enters();
    await alice.person.waitForText(chat, 'hello');
  });
  afterAll(async () => house.pullDown());
  beforeEach(() => house.homeserver.faults.clear());

  /** What makes alice able to close the room. */
  async function empower(room: string): Promise<void> {
    const path = at`/rooms/${room}/state/m.room.power_levels/`;
    const levels = await house.asBot.request('GET', path);
    const users = { ...(levels['users'] as JsonObject), [alice.person.id]: version === '12' ? 150 : 100 };
    await house.asBot.request('PUT', path, { ...levels, users });
  }

  async function close(by: MatrixClient, room: string, next: string): Promise<void> {
    const body = { body: 'This room has been replaced', replacement_room: next };
    await by.request('PUT', at`/rooms/${room}/state/m.room.tombstone/`, body);
  }

  /** As clients do it: a room that names the old one, then the tombstone, then everybody is invited. */
  async function replaceRoom(room: string, more: JsonObject = {}): Promise<string> {
    const next = await alice.person.createRoom({
      creation_content: { predecessor: { room_id: room } },
      power_level_content_override: {
        users: { [house.bot]: 100, ...(version === '11' && { [alice.person.id]: 100 }) },
      },
      ...more,
    });
    await close(alice.person.client, room, next);
    return next;
  }

  async function talks(room: string, words: string): Promise<void> {
    await alice.person.say(room, words);
    await bob.waitForText(words);
    await bob.say('alice@example.com', `${words} too`);
    await alice.person.waitForText(room, `${words} too`);
  }

  test('it follows over a restart, and when the bot itself closes the room', async () => {
    const answer = await house.asBot.request('POST', '/createRoom', {
      creation_content: { predecessor: { room_id: chat } },
      invite: [alice.person.id, ghost],
    });
    await house.close();
    const old = chat;
    // the homeserver keeps the news for us
    const next = textAt(answer, 'room_id');
    await close(house.asBot, old, next);
    await house.open();
    chat = next;
    await alice.person.join(chat);
    await house.homeserver.waitFor(() => !house.homeserver.room(old).joined.has(house.bot), undefined, 15_000);
    await talks(chat, 'still here');
  });

  test('a chat goes on in the room that takes the place of its own', async () => {
    await empower(chat);
    const old = chat;
    chat = await replaceRoom(old);
    for (const user of [ghost, house.bot]) await alice.person.invite(chat, user);
    await house.homeserver.waitFor(() => house.homeserver.room(chat).joined.has(ghost));
    await house.homeserver.waitFor(() => !house.homeserver.room(old).joined.has(house.bot));
    expect([...house.homeserver.room(old).joined]).toEqual([alice.person.id]);
    await talks(chat, 'here we are');
    const info = house.homeserver
      .room(chat)
      .stateEvents()
      .filter(({ type }) => type === 'm.bridge');
    expect(info.map(({ content }) => content)).toMatchObject([{ channel: { id: 'bob@example.com' } }]);
    expect(alice.person.texts(chat).filter((text) => text.includes('login'))).toEqual([]);
    expect(alice.person.texts(chat).filter((text) => text.includes('room of its own'))).toEqual([]);
  });

  test('a room for commands is followed as well', async () => {
    const next = await alice.person.createRoom({ creation_content: { predecessor: { room_id: alice.room } } });
    await close(alice.person.client, alice.room, next);
    await alice.person.invite(next, house.bot);
    await house.homeserver.waitFor(() => !house.homeserver.room(alice.room).joined.has(house.bot));
    await alice.person.say(next, 'status');
    await alice.person.waitFor((event) => event.room_id === next && bodyOf(event).includes('signed in'));
    expect(alice.person.texts(next).filter((text) => text.includes('Hello'))).toEqual([]);
  });

  test('a room that does not say that it replaces the old one is left again', async () => {
    const other = await alice.person.createRoom({ invite: [house.bot] });
    await close(alice.person.client, chat, other);
    await house.homeserver.waitFor(() => house.homeserver.room(other).membership(house.bot) === 'leave');
    await talks(chat, 'not moved');
  });

  test('a room that was closed for good is left, and the next message makes another', async () => {
    await close(alice.person.client, chat, '');
    await house.homeserver.waitFor(() => !house.homeserver.room(chat).joined.has(ghost));
    await bob.say('alice@example.com', 'where are you?');
    const next = await alice.enters();
    expect(next).not.toBe(chat);
    await talks(next, 'over here');
  });

  test('nothing of this was against the rules of a strict homeserver', () => {
    expect(house.homeserver.violations).toEqual([]);
  });
});

test('a room that nobody lets the bot into is given up after a while, and the user is told', async () => {
  const database = await openDatabase();
  const core = await Core.open(database);
  const user = '@alice:hs.test' as MatrixUserId;
  const commands = await core.signedIn(user, 'alice');
  const room = await core.chat('alice', 'wall');
  const next = core.matrix.make([[user, 'joined']]);
  core.matrix.look(next).predecessor = room;
  core.matrix.look(room).successor = { room: next, by: user };
  await core.accept({ type: 'tombstone', room, sender: user, id: '$closed' as EventId, at: core.clock.now() });
  await core.pass(10_000);
  expect(core.texts(commands).filter((text) => text.includes('was replaced'))).toEqual([]);
  core.clock.advance(300_000);
  await core.hears(commands, /was replaced by one that I could not enter/);
  expect(await core.chat('alice', 'wall')).not.toBe(room);
  await core.close();
  await database.close();
});
