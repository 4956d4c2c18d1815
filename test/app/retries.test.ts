// Messages that were not carried, or of which nobody knows, are sent again by a tap; and what comes too late is not sent.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { text } from '../../src/bridge/events.ts';
import type { EventId, MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { Database } from '../../src/store/database.ts';
import { Core, openDatabase } from './core.ts';

const ALICE = '@alice:hs.test' as MatrixUserId;
const EVE = '@eve:hs.test' as MatrixUserId;
const HOUR_MS = 60 * 60_000;

let database: Database;
let core: Core;
let commands: RoomId;

beforeAll(async () => {
  database = await openDatabase();
});
afterAll(async () => database.close());
beforeEach(async () => {
  core = await Core.open(database);
  commands = await core.signedIn(ALICE, 'alice');
});

const statuses = (event: EventId): string[] => (core.matrix.statuses.get(event) ?? []).map(({ type }) => type);

/** What the bot said of a message, the newest. */
async function noticeOf(room: RoomId, event: EventId, count = 1): Promise<EventId> {
  const notices = (): { readonly id: EventId }[] =>
    core.matrix.said(room).filter(({ options }) => options.replyTo === event);
  await core.until(() => notices().length === count, `${count} notices about ${event}`);
  return notices().at(-1)!.id;
}

const tap = async (room: RoomId, to: EventId, user = ALICE, key = '🔁'): Promise<EventId> =>
  core.does(user, room, { type: 'reaction', to, key });

describe('a message that was not delivered', () => {
  let room: RoomId;
  let said: EventId;
  let notice: EventId;

  beforeEach(async () => {
    room = await core.chat('alice', 'nobody');
    said = await core.say(ALICE, room, 'hello?');
    notice = await noticeOf(room, said);
  });

  test('is sent again by a tap, once', async () => {
    expect(core.texts(room).at(-1)).toMatch(/Nobody is not there.*Tap 🔁 to send it again/);
    core.echo.absent.delete('nobody');
    await tap(room, notice);
    await core.until(() => statuses(said).includes('success'));
    expect(core.client('alice').heard).toEqual(['hello?']);
    const late = await tap(room, notice);
    await core.until(() => statuses(late).includes('failed'));
    expect(core.client('alice').heard).toEqual(['hello?']);
  });

  test('that fails again can be tapped again', async () => {
    await tap(room, notice);
    const second = await noticeOf(room, said, 2);
    expect(statuses(said)).toEqual(['failed', 'failed']);
    core.echo.absent.delete('nobody');
    await tap(room, second);
    await core.until(() => statuses(said).includes('success'));
  });

  test('can be tapped after a restart', async () => {
    await core.close();
    core.echo.absent.delete('nobody');
    await core.start();
    await tap(room, notice);
    await core.until(() => statuses(said).includes('success'));
  });

  test('is not sent by somebody else’s tap, nor by another one', async () => {
    core.echo.absent.delete('nobody');
    for (const event of [await tap(room, notice, EVE), await tap(room, notice, ALICE, '👍')])
      await core.until(() => statuses(event).includes('failed'));
    expect(core.client('alice').heard).toEqual([]);
  });

  test('and was deleted meanwhile is not sent', async () => {
    core.echo.absent.delete('nobody');
    core.matrix.events.length = 0;
    const event = await tap(room, notice);
    await core.hears(room, /not there any more/);
    expect(statuses(event)).toEqual(['failed']);
    expect(core.client('alice').heard).toEqual([]);
  });
});

test('of a message of which nobody knows, only the doubtful rest is sent again', async () => {
  const room = await core.chat('alice', 'wall');
  core.outages.add('journal.finish', { times: Number.POSITIVE_INFINITY });
  core.client('alice').answersLeft = 1;
  const said = await core.say(ALICE, room, `${'a'.repeat(40)}${'b'.repeat(40)}c`);
  await core.until(() => core.client('alice').heard.length === 1);
  await core.pass(1_000);
  await core.close(); // with the second piece under way
  await core.start();
  const notice = await noticeOf(room, said);
  expect(core.texts(room).at(-1)).toMatch(/The rest of your message may not have been delivered.*🔁/);
  await tap(room, notice);
  await core.until(() => statuses(said).includes('success'));
  expect(core.client('alice').heard).toEqual(['b'.repeat(40), 'c']);
});

describe('time', () => {
  test('a message that waits too long fails, and is not sent later', async () => {
    const room = await core.chat('alice', 'wall');
    core.client('alice').drop();
    core.outages.add('sessions.nextEpoch', { times: Number.POSITIVE_INFINITY });
    const said = await core.say(ALICE, room, 'hello');
    await core.until(() => statuses(said).includes('pending'));
    core.clock.advance(HOUR_MS);
    await core.hears(room, /it waited too long/);
    core.outages.clear();
    await core.until(() => core.client('alice').isConnected);
    await core.pass();
    expect(core.client('alice').heard).toEqual([]);
    expect(statuses(said)).toEqual(['pending', 'failed']);
  });

  test('what comes to the bridge too late is not sent, and its sender is told; what comes in time is', async () => {
    const room = await core.chat('alice', 'wall');
    const head = { type: 'message', room, sender: ALICE, content: text('old news') } as const;
    const now = core.clock.now().getTime();
    await core.accept({ ...head, id: '$late' as EventId, at: new Date(now - HOUR_MS) });
    await core.accept({ ...head, id: '$early' as EventId, at: new Date(now - HOUR_MS + 60_000) });
    await core.until(() => statuses('$early' as EventId).includes('success'));
    expect(statuses('$late' as EventId)).toEqual(['failed']);
    expect(core.client('alice').heard).toEqual(['old news']);
  });

  test('a message that takes its time is shown to be on its way', async () => {
    const room = await core.chat('alice', 'wall');
    const gate = core.client('alice').pause();
    const said = await core.say(ALICE, room, 'hello');
    await core.until(() => statuses(said).includes('pending'));
    gate();
    await core.until(() => statuses(said).includes('success'));
  });
});

describe('rescan', () => {
  test('finds what the homeserver never pushed, in order, and nothing twice', async () => {
    const room = await core.chat('alice', 'wall');
    await core.say(ALICE, room, 'pushed');
    const head = { type: 'message', room, at: core.clock.now() } as const;
    core.matrix.events.push(
      { ...head, sender: ALICE, id: '$lost1' as EventId, content: text('lost one') },
      { ...head, sender: EVE, id: '$eve' as EventId, content: text('not mine') },
      { ...head, sender: ALICE, id: '$lost2' as EventId, content: text('lost two') },
    );
    await core.say(ALICE, commands, 'rescan');
    await core.hears(commands, /one chat: 2 messages of yours had not come/);
    await core.until(() => statuses('$lost2' as EventId).includes('success'));
    expect(core.client('alice').heard).toEqual(['pushed', 'lost one', 'lost two']);
    await core.say(ALICE, commands, 'rescan');
    await core.hears(commands, /all of your messages have come to me/);
  });

  test('says where so much was said that it saw only the newest of it', async () => {
    const room = await core.chat('alice', 'wall');
    core.matrix.isCrowded = (crowded) => crowded === room;
    await core.say(ALICE, commands, 'rescan');
    await core.hears(
      commands,
      /all of your messages that I saw have come to me\. In one chat .* only the newest of it: look/,
    );
  });

  test('passes over a room that is gone, and says so', async () => {
    const room = await core.chat('alice', 'wall');
    core.matrix.put(room, core.matrix.bot, 'out');
    await core.say(ALICE, commands, 'rescan');
    await core.hears(commands, /^I looked through 0 chats: .* Into one chat I could not look\.$/);
  });
});
