// What was taken is carried or told of, also where several things happen at once.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import type { EventId, MatrixUserId, RemoteUserId, RoomId } from '../../src/bridge/ids.ts';
import type { PortalRecord } from '../../src/bridge/store.ts';
import type { Database } from '../../src/store/database.ts';
import { Core, openDatabase } from './core.ts';

const ALICE = '@alice:hs.test' as MatrixUserId;
const ALWAYS = Number.POSITIVE_INFINITY;
const QUARTER_MS = 15 * 60_000;

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
const heard = (): string[] => core.client('alice').heard;

function fault(): never {
  throw new BridgeError('homeserver-fault', 'The homeserver failed (500).', { retriable: true });
}

describe('a homeserver that fails at one thing for long', () => {
  test('a message that cannot be read to its end has failed, and its sender is told', async () => {
    const room = await core.chat('alice', 'wall');
    core.matrix.before('quote', fault, ALWAYS);
    const said = await core.does(ALICE, room, {
      type: 'message',
      content: { type: 'text', runs: [{ text: 'yes' }] },
      replyTo: '$hello' as EventId,
    });
    await core.pass(3_000);
    core.clock.advance(QUARTER_MS);
    await core.until(() => statuses(said).includes('failed'));
    await core.hears(room, /was not delivered.*The homeserver failed/);
  });

  test('whoever gave a command hears that it came to nothing', async () => {
    core.matrix.before('createPortalRoom', fault, ALWAYS);
    await core.say(ALICE, commands, 'chat door');
    await core.pass(3_000);
    core.clock.advance(QUARTER_MS);
    await core.hears(commands, /The homeserver failed/);
  });
});

test('what is said in a room that an earlier life was making waits until it is the chat’s', async () => {
  const hasRoom = ([record]: readonly unknown[]): boolean => (record as PortalRecord).room !== undefined;
  core.outages.add('portals.put', { times: ALWAYS, where: hasRoom });
  const before = new Set(core.matrix.rooms);
  core.client('alice').says('wall', 'hello');
  await core.until(() => core.matrix.rooms.length > before.size, 'a room');
  const room = core.matrix.rooms.find((one) => !before.has(one))!;
  await core.close();
  const making = core.matrix.hold('createPortalRoom');
  await core.start();
  await core.until(() => making.hasArrived());
  await core.say(ALICE, room, 'who is there?');
  await core.pass(3_000);
  expect(core.texts(room)).toEqual([]);
  making.release();
  await core.until(() => heard().includes('who is there?'));
  expect(core.texts(room)).toContain('hello');
  expect(core.texts(room).join()).not.toContain('went nowhere');
});

test('of a room that is never finished its user hears in the end', async () => {
  const room = await core.matrix.createPortalRoom({
    key: 'lost',
    isDirect: true,
    user: ALICE,
    ghosts: [],
    info: {} as never,
  });
  await core.say(ALICE, room, 'who is there?');
  await core.pass(3_000);
  expect(core.texts(room)).toEqual([]);
  core.clock.advance(2 * 60_000);
  await core.hears(room, /Your message went nowhere/);
});

test('a mistake of ours in a command is told', async () => {
  core.echo.people.set('wall', undefined as never);
  core.client('alice').resolve = () => {
    throw new TypeError('a mistake');
  };
  await core.say(ALICE, commands, 'chat wall');
  await core.hears(commands, /mistake/);
});

describe('a room that is replaced', () => {
  test('what was said in the old one before is carried first', async () => {
    const room = await core.chat('alice', 'wall');
    core.echo.closed = true;
    core.client('alice').drop();
    const said = await core.say(ALICE, room, 'before');
    await core.until(() => statuses(said).includes('pending'));
    const next = core.matrix.make([
      [ALICE, 'joined'],
      [core.matrix.bot, 'invited'],
    ]);
    core.matrix.look(next).predecessor = room;
    core.matrix.look(room).successor = { room: next, by: ALICE };
    await core.accept({ type: 'tombstone', room, sender: ALICE, id: '$closed' as EventId, at: core.clock.now() });
    await core.member(next, core.matrix.bot, 'invite', ALICE);
    await core.say(ALICE, next, 'after');
    await core.pass();
    core.echo.closed = false;
    await core.until(() => heard().includes('after'));
    expect(heard()).toEqual(['before', 'after']);
  });
});

describe('a sign-out', () => {
  test.each(['keep', 'leave', 'remove'] as const)('tells of a message that waits (%s)', async (logoutRooms) => {
    await core.close();
    await core.start(undefined, { logoutRooms });
    await core.until(() => core.client('alice').isConnected);
    const room = await core.chat('alice', 'wall');
    core.echo.closed = true;
    core.client('alice').drop();
    const said = await core.say(ALICE, room, 'hello');
    await core.until(() => statuses(said).includes('pending'));
    await core.say(ALICE, commands, 'logout');
    await core.hears(commands, /You are signed out of/);
    await core.until(() => statuses(said).includes('failed'));
  });

  test('of which the database did not say that it is done is done', async () => {
    core.outages.add('sessions.remove', { when: 'after' });
    await core.say(ALICE, commands, 'logout');
    await core.hears(commands, /You are signed out of/);
    await core.say(ALICE, commands, 'status');
    await core.hears(commands, /not signed in anywhere/);
  });

  test('makes no room for what came before', async () => {
    await core.close();
    await core.start(undefined, { logoutRooms: 'remove' });
    await core.until(() => core.client('alice').isConnected);
    const room = await core.chat('alice', 'wall');
    core.matrix.before('createPortalRoom', () => {
      throw new BridgeError('homeserver', 'The homeserver does not answer.', { retriable: true });
    });
    core.client('alice').says('door', 'hello');
    await core.pass(500);
    const leaving = core.matrix.hold('abandon');
    await core.say(ALICE, commands, 'logout');
    await core.until(() => leaving.hasArrived());
    await core.pass(10_000);
    leaving.release();
    await core.hears(commands, /You are signed out of/);
    await core.pass(10_000);
    const left = core.matrix.rooms.filter(
      (one) => one !== commands && core.matrix.look(one).members.get(core.matrix.bot) === 'joined',
    );
    expect(left).toEqual([]);
    expect(core.matrix.look(room).members.get(ALICE)).toBe('out');
  });
});

describe('a database that goes away', () => {
  test('when a dialogue begins, does not take the command for its first answer', async () => {
    await core.say(ALICE, commands, 'logout');
    await core.hears(commands, /You are signed out of/);
    core.outages.add('rooms.setAsking');
    for (const words of ['login', 'alice', 'cave']) await core.say(ALICE, commands, words);
    await core.until(
      () => core.texts(commands).filter((text) => text.startsWith('You are signed in as')).length === 2,
      'signed in',
    );
    expect(core.texts(commands).filter((text) => text.includes('Your name?'))).toHaveLength(2);
  });

  test('when a dialogue ends, does not make it a lost one', async () => {
    await core.say(ALICE, commands, 'relogin');
    await core.hears(commands, /alice on Cave. Your password/);
    core.outages.add('rooms.setAsking');
    await core.say(ALICE, commands, 'cave');
    await core.until(
      () => core.texts(commands).filter((text) => text.startsWith('You are signed in as')).length >= 2,
      'signed in',
    );
    await core.pass();
    expect(core.texts(commands).filter((text) => /restarted/.test(text))).toEqual([]);
  });
});

test('the former password comes back also if the database is away just then', async () => {
  await core.say(ALICE, commands, 'relogin');
  await core.hears(commands, /alice on Cave. Your password/);
  let puts = 0;
  core.outages.add('sessions.put', { where: () => (puts += 1) === 2 });
  await core.say(ALICE, commands, 'cavern');
  await core.hears(commands, /The password you gave before still counts/);
  await core.until(() => core.client('alice').isConnected);
});

test('a network that fails at the very beginning of a sign-in ends nothing else', async () => {
  core.client('alice').connect = () => {
    throw new TypeError('a mistake');
  };
  core.client('alice').drop();
  await core.hears(commands, /The bridge made a mistake/);
});

test('a ghost that cannot show the way to its chat leaves all the same', async () => {
  const room = core.matrix.make([[ALICE, 'joined']]);
  core.matrix.before('createPortalRoom', () => {
    throw new BridgeError('user-left', 'The user takes no invitations.');
  });
  const door = core.matrix.ghostId({ network: core.echo.id, user: 'cave/door' as RemoteUserId });
  await core.member(room, door, 'invite', ALICE);
  await core.until(() => core.matrix.look(room).members.get(door) === 'out');
});

test('a tap whose outcome was not written down before a crash is told for what it was', async () => {
  const room = await core.chat('alice', 'nobody');
  const said = await core.say(ALICE, room, 'hello?');
  await core.hears(room, /Tap/);
  const notice = core.matrix.said(room).find(({ options }) => options.replyTo === said)!.id;
  core.echo.absent.delete('nobody');
  core.outages.add('journal.finish', { times: ALWAYS });
  const tapped = await core.does(ALICE, room, { type: 'reaction', to: notice, key: '🔁' });
  await core.until(() => heard().includes('hello?'));
  await core.pass(1_000);
  await core.crash();
  await core.hears(room, /may not have been delivered/);
  expect(statuses(tapped)).toEqual([]);
});

test('what was deleted while the bridge was away does not go out', async () => {
  const room = await core.chat('alice', 'wall');
  core.echo.closed = true;
  core.client('alice').drop();
  const said = await core.say(ALICE, room, 'a slip');
  await core.until(() => statuses(said).includes('pending'));
  await core.does(ALICE, room, { type: 'redaction', of: said });
  await core.close();
  core.echo.closed = false;
  await core.start();
  await core.say(ALICE, room, 'good morning');
  await core.until(() => heard().includes('good morning'));
  expect(heard()).toEqual(['good morning']);
});

test('that a message is on its way is not shown after what became of it', async () => {
  const room = await core.chat('alice', 'wall');
  const go = core.client('alice').pause();
  const showing = core.matrix.hold('sendStatus');
  const said = await core.say(ALICE, room, 'hello');
  await core.until(() => showing.hasArrived());
  go();
  await core.pass(2_000);
  showing.release();
  await core.until(() => statuses(said).includes('success'));
  expect(statuses(said)).toEqual(['pending', 'success']);
});

test('an invitation that the homeserver refuses is told of', async () => {
  const room = await core.chat('alice', 'wall');
  core.matrix.before('createPortalRoom', () => {
    throw new BridgeError('homeserver', 'The homeserver refused it (M_FORBIDDEN).');
  });
  const door = core.matrix.ghostId({ network: core.echo.id, user: 'cave/door' as RemoteUserId });
  await core.member(room, door, 'invite', ALICE);
  await core.hears(room, /could not be brought in: The homeserver refused it/);
});

test('a picture in a room that leads nowhere is told of', async () => {
  const room = await core.chat('alice', 'wall');
  await core.say(ALICE, commands, 'logout');
  await core.hears(commands, /You are signed out of/);
  await core.does(ALICE, room, { type: 'unsupported', what: 'a picture' });
  await core.hears(room, /went nowhere/);
});

test('in a room that is being replaced what comes waits for the next one', async () => {
  const room = await core.chat('alice', 'wall');
  const next = core.matrix.make([[ALICE, 'joined']]);
  core.matrix.look(next).predecessor = room;
  core.matrix.look(room).successor = { room: next, by: ALICE };
  core.matrix.before(
    'send',
    ([where]) => {
      if (where === room) throw new BridgeError('homeserver', 'The homeserver refused it (M_FORBIDDEN).');
    },
    ALWAYS,
  );
  core.client('alice').says('wall', 'where are you?');
  await core.pass(3_000);
  await core.accept({ type: 'tombstone', room, sender: ALICE, id: '$closed' as EventId, at: core.clock.now() });
  await core.pass(3_000);
  await core.member(next, core.matrix.bot, 'invite', ALICE);
  await core.hears(next, /where are you/);
});
