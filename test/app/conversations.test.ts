// Chats of several as the core carries them, whatever the network: their rooms, who is in them, inviting and leaving.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ChatId, MatrixUserId, RemoteUserId, RoomId } from '../../src/bridge/ids.ts';
import type { Database } from '../../src/store/database.ts';
import { Core, openDatabase } from './core.ts';

const ALICE = '@alice:hs.test' as MatrixUserId;
const BOB = '@bob:hs.test' as MatrixUserId;
const HALL = 'hall-1' as ChatId;

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

const ghost = (name: string): MatrixUserId => `@echo_cave/${name}:hs.test` as MatrixUserId;
const standing = (room: RoomId, user: MatrixUserId): string | undefined => core.matrix.look(room).members.get(user);

/** The room of a hall in which Wall and Bat are and in which something was said. */
async function hall(...names: readonly string[]): Promise<RoomId> {
  core.client('alice').meet(HALL, names.length > 0 ? names : ['wall', 'bat']);
  return core.chat('alice', 'wall', HALL);
}

/** The next room that is made. */
async function nextRoom(act: () => Promise<unknown>): Promise<RoomId> {
  const before = core.matrix.rooms.length;
  await act();
  await core.until(() => core.matrix.rooms.length > before, 'another room');
  return core.matrix.rooms.at(-1)!;
}

describe('the room of a hall', () => {
  test('is made at the first word, with all who are in it, and not before', async () => {
    const client = core.client('alice');
    const before = core.matrix.rooms.length;
    client.meet(HALL, ['wall', 'bat']);
    client.typing(HALL, true);
    await core.pass();
    expect(core.matrix.rooms).toHaveLength(before);
    const room = await core.chat('alice', 'bat', HALL);
    expect(core.matrix.nameOf(room)).toBe('Wall, bat');
    expect([ALICE, ghost('wall'), ghost('bat')].map((user) => standing(room, user))).toEqual([
      'invited',
      'joined',
      'joined',
    ]);
    expect(core.matrix.said(room)[0]).toMatchObject({ sender: ghost('bat') });
  });

  test('shows who comes and goes, and is named by who is in it', async () => {
    const client = core.client('alice');
    const room = await hall();
    client.moves(HALL, 'mole', 'in');
    await core.until(
      () => standing(room, ghost('mole')) === 'joined' && core.matrix.nameOf(room) === 'Wall, bat, mole',
    );
    client.moves(HALL, 'bat', 'left');
    await core.until(() => standing(room, ghost('bat')) === 'out' && core.matrix.nameOf(room) === 'Wall, mole');
    client.moves(HALL, 'mole', 'away');
    await core.until(() => standing(room, ghost('mole')) === 'out');
    await core.pass();
    expect(core.matrix.nameOf(room)).toBe('Wall, mole');
    client.moves(HALL, 'bat', 'in');
    await core.until(() => core.matrix.nameOf(room) === 'Wall, bat');
  });

  test('misses nobody who comes while it is made', async () => {
    const client = core.client('alice');
    client.meet(HALL, ['wall', 'bat']);
    const making = core.matrix.hold('createPortalRoom');
    client.says('wall', 'hello', HALL);
    await making.arrived;
    client.moves(HALL, 'mole', 'in');
    await core.pass(300);
    making.release();
    await core.until(() => core.matrix.rooms.some((room) => core.matrix.look(room).members.has(ghost('mole'))));
    const room = core.matrix.rooms.at(-1)!;
    await core.hears(room, /hello/);
    expect(standing(room, ghost('mole'))).toBe('joined');
  });

  test('is known in another life, and so is who is in it', async () => {
    const room = await hall();
    await core.close();
    await core.start();
    core.client('alice').moves(HALL, 'bat', 'away');
    await core.until(() => standing(room, ghost('bat')) === 'out');
    core.client('alice').says('wall', 'again', HALL);
    await core.hears(room, /again/);
    await core.say(ALICE, room, 'yes');
    await core.until(() => core.client('alice').heard.includes('yes'));
  });

  test('is followed into when a chat with one goes on there', async () => {
    const one = await core.chat('alice', 'wall');
    const client = core.client('alice');
    await client.invite('wall' as ChatId, 'cave/bat' as RemoteUserId);
    client.says('wall', 'now we are three', HALL);
    await core.hears(one, /More people are in this conversation now: it goes on in Wall, bat\./);
    const room = core.matrix.rooms.at(-1)!;
    expect(room).not.toBe(one);
    await core.hears(room, /now we are three/);
    client.says('wall', 'just you', 'wall');
    await core.hears(one, /just you/);
  });
});

describe('inviting a ghost', () => {
  test('into the room of a hall brings them in', async () => {
    const room = await hall();
    await core.member(room, ghost('mole'), 'invite', ALICE);
    await core.until(
      () => standing(room, ghost('mole')) === 'joined' && core.matrix.nameOf(room) === 'Wall, bat, mole',
    );
    core.client('alice').says('mole', 'thank you', HALL);
    await core.hears(room, /thank you/);
  });

  test('into a chat with one person makes a chat of several, and the user is told where', async () => {
    const one = await core.chat('alice', 'wall');
    const room = await nextRoom(async () => core.member(one, ghost('bat'), 'invite', ALICE));
    await core.until(() => standing(one, ghost('bat')) === 'out');
    await core.hears(one, /it goes on in Wall, bat/);
    expect([ALICE, ghost('wall'), ghost('bat')].map((user) => standing(room, user))).toEqual([
      'invited',
      'joined',
      'joined',
    ]);
    await core.say(ALICE, room, 'all of you');
    await core.until(() => core.client('alice').heard.includes('all of you'));
    await core.hears(room, /all of you/);
  });

  test('says why, if they do not come', async () => {
    const room = await hall();
    await core.member(room, ghost('nobody'), 'invite', ALICE);
    await core.hears(room, /nobody could not be brought in: Nobody is not there\./);
    expect(standing(room, ghost('nobody'))).toBe('out');
    expect(core.matrix.nameOf(room)).toBe('Wall, bat');
  });

  test('is for the one whose chat it is', async () => {
    const room = await hall();
    core.matrix.put(room, BOB, 'joined');
    await core.member(room, ghost('mole'), 'invite', BOB);
    await core.until(() => standing(room, ghost('mole')) === 'out');
    expect(core.matrix.nameOf(room)).toBe('Wall, bat');
  });

  test('who is on nobody’s list shows the way to the room of their chat', async () => {
    const second = core.matrix.make([
      [ALICE, 'joined'],
      [core.matrix.bot, 'joined'],
    ]);
    const room = await nextRoom(async () => core.member(second, ghost('worm'), 'invite', ALICE));
    await core.hears(second, /Your chat with worm is in a room of its own/);
    const links = core.matrix.said(second).flatMap(({ content }) => content.runs.map((run) => run.link));
    expect(links).toContain(`https://matrix.to/#/${encodeURIComponent(room)}`);
    await core.until(() => standing(second, ghost('worm')) === 'out');
    expect(standing(room, ghost('worm'))).toBe('joined');
    await core.say(ALICE, room, 'hello worm');
    await core.until(() => core.client('alice').heard.includes('hello worm'));
  });

  test('who no account reaches says so', async () => {
    const second = core.matrix.make([[ALICE, 'joined']]);
    const stranger = '@echo_moon/worm:hs.test' as MatrixUserId;
    await core.member(second, stranger, 'invite', ALICE);
    await core.until(() => standing(second, stranger) === 'out');
    expect(core.texts(second)).toEqual([]);
    const room = await hall();
    await core.member(room, stranger, 'invite', ALICE);
    await core.until(() => standing(room, stranger) === 'out');
  });
});

describe('going', () => {
  test.each(['hall', 'chat with one'])('a ghost that is put out of a %s comes back, with a word why', async (kind) => {
    const room = kind === 'hall' ? await hall() : await core.chat('alice', 'wall');
    await core.member(room, ghost('wall'), 'leave', ALICE);
    await core.hears(room, /^Nobody can be put out of a chat on Echo, so Wall is still here\.$/);
    expect(standing(room, ghost('wall'))).toBe('joined');
  });

  test('who leaves the room leaves the hall; the next word invites them again', async () => {
    const room = await hall();
    await core.member(room, ALICE, 'join');
    await core.member(room, ALICE, 'leave');
    await core.until(() => core.client('alice').heard.includes('left hall-1'));
    core.client('alice').says('wall', 'come back', HALL);
    await core.hears(room, /come back/);
    expect(standing(room, ALICE)).toBe('invited');
  });

  test('who leaves the room of a chat with one leaves nothing else', async () => {
    const room = await core.chat('alice', 'wall');
    await core.member(room, ALICE, 'leave');
    await core.pass();
    expect(core.client('alice').heard).toEqual([]);
  });
});

describe('commands', () => {
  test('invite brings somebody into the chat with somebody', async () => {
    const room = await nextRoom(async () => core.say(ALICE, commands, 'invite bat to wall'));
    await core.hears(commands, /^bat came in: the chat is Wall, bat now\.$/);
    expect(standing(room, ALICE)).toBe('invited');
    await core.say(ALICE, commands, 'invite mole to Wall, bat');
    await core.hears(commands, /^mole came in: the chat is Wall, bat, mole now\.$/);
    await core.say(ALICE, commands, `invite worm https://matrix.to/#/${encodeURIComponent(room)}?via=hs.test`);
    await core.hears(commands, /^worm came in: the chat is Wall, bat, mole, worm now\.$/);
    expect(core.client('alice').heard).toEqual([]);
  });

  test('in the room itself they come after the prefix, and are not carried', async () => {
    const room = await hall();
    await core.say(ALICE, room, '!echo invite mole');
    await core.hears(room, /^mole came in: the chat is Wall, bat, mole now\.$/);
    await core.until(() => core.matrix.nameOf(room) === 'Wall, bat, mole');
    await core.say(ALICE, room, '!ECHO leave');
    await core.hears(room, /^You are out of your chat with Wall, bat, mole\./);
    await core.say(ALICE, room, '!echo logout');
    await core.hears(room, /cannot be said here/);
    await core.say(ALICE, room, '!echo');
    await core.hears(room, /!echo invite <address> \[to <chat>\].*\n!echo leave/);
    expect(core.texts(room).at(-1)).not.toMatch(/logout|login/);
    await core.say(ALICE, room, '!echoes are carried');
    await core.until(() => core.client('alice').heard.includes('!echoes are carried'));
    expect(core.client('alice').heard).toEqual(['left hall-1', '!echoes are carried']);
  });

  test('nobody else gives commands in it', async () => {
    const room = await hall();
    core.matrix.put(room, BOB, 'joined');
    await core.say(BOB, room, '!echo invite mole');
    await core.hears(room, /only they speak in it/);
    expect(core.matrix.nameOf(room)).toBe('Wall, bat');
  });

  test.each([
    ['invite', /^Whom\? Say for example “invite/],
    ['invite bat', /^Which chat\? .* begin with “!echo”\.$/],
    ['invite bat to Wall, mole', /^You have no chat “Wall, mole”\./],
    ['invite bat to !elsewhere:hs.test', /^That room is not one of your chats on Echo\.$/],
    ['invite nobody to wall', /^Nobody is not there\.$/],
    ['leave', /^Which chat\?/],
    ['leave wall', /^Your chat with Wall is not one of several people\.$/],
  ])('%s', async (words, answer) => {
    await core.say(ALICE, commands, words);
    await core.hears(commands, answer);
  });

  test('a name that several chats have is not enough', async () => {
    core.client('alice').meet(HALL, ['wall', 'bat']);
    core.client('alice').meet('hall-2' as ChatId, ['wall', 'bat']);
    await core.pass(500);
    await core.say(ALICE, commands, 'leave wall, bat');
    await core.hears(commands, /^You have several chats called “wall, bat”\./);
  });
});
