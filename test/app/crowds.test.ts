// Crowds of people who have never written before: what they may do at once, and what waits.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ChatId, MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { Database } from '../../src/store/database.ts';
import { Core, openDatabase } from './core.ts';

const ALICE = '@alice:hs.test' as MatrixUserId;
const MALLORY = '@mallory:elsewhere.test' as MatrixUserId;
const CROWD = 60;

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

/** What is said in each room that somebody of the crowd has. */
function chats(): string[][] {
  return core.matrix.rooms.map((room) => core.texts(room)).filter(([first]) => first?.startsWith('I am ') === true);
}

function openings(): string[] {
  return chats().map(([first = '']) => first);
}

/** Names have letters only. */
function crowd(size: number): string[] {
  const digit = (value: number): string => String.fromCodePoint(0x61 + value);
  return Array.from({ length: size }, (_, index) => `stranger${digit(Math.floor(index / 10))}${digit(index % 10)}`);
}

/** Waits for something that is minutes away. */
async function untilAtLast(condition: () => boolean): Promise<void> {
  await core.until(() => {
    core.clock.advance(5_000);
    return condition();
  });
}

test('sixty strangers make five rooms at once; the others come in their turn, none is lost, and the user is told once', async () => {
  const client = core.client('alice');
  for (const who of crowd(CROWD)) client.says(who, `I am ${who}`);
  await core.until(() => openings().length >= 5);
  await core.pass(10_000);
  expect(openings()).toHaveLength(5);
  for (const who of crowd(CROWD)) client.says(who, 'and I go on');
  await untilAtLast(() => openings().length === CROWD);
  await core.pass();
  expect(openings().toSorted()).toEqual(crowd(CROWD).map((who) => `I am ${who}`));
  for (const [first, ...others] of chats()) expect([first, others]).toEqual([first, ['and I go on']]);
  expect(core.texts(commands).filter((words) => words.startsWith('Many people'))).toHaveLength(1);
});

test('a chat that the user opens waits for no crowd, and what was said in it is there at once', async () => {
  const client = core.client('alice');
  for (const who of crowd(CROWD)) client.says(who, `I am ${who}`);
  await core.until(() => openings().length === 5);
  const one = crowd(CROWD).findLast((who) => !openings().includes(`I am ${who}`));
  await core.say(ALICE, commands, `chat ${one}`);
  await core.until(() => core.matrix.rooms.some((room) => core.texts(room).includes(`I am ${one}`)));
  expect(openings().length).toBeLessThan(10);
});

test('rooms that wait are made after a restart', async () => {
  const client = core.client('alice');
  for (const who of crowd(8)) client.says(who, `I am ${who}`);
  await core.until(() => openings().length >= 5);
  await core.close();
  await core.start();
  await core.until(() => openings().length === 8);
  expect(openings().toSorted()).toEqual(crowd(8).map((who) => `I am ${who}`));
});

test('people who are called into one chat after another make no more rooms at once', async () => {
  const client = core.client('alice');
  await core.chat('alice', 'caller');
  const before = core.matrix.rooms.length;
  const halls = Array.from({ length: 20 }, (_, index) => `hall${index}` as ChatId);
  for (const hall of halls) client.meet(hall, ['caller', `guest of ${hall}`], 'caller' as ChatId);
  await core.until(() => core.matrix.rooms.length > before);
  await core.pass(10_000);
  expect(core.matrix.rooms.length - before).toBeLessThanOrEqual(5);
  await untilAtLast(() => core.matrix.rooms.length === before + halls.length);
});

test('of a thousand invitations by strangers a few are turned down and the others left alone; who may is answered', async () => {
  for (let count = 0; count < 1_000; count++) {
    const room = core.matrix.make([[MALLORY, 'joined']]);
    await core.member(room, core.matrix.bot, 'invite', MALLORY);
  }
  const other = core.matrix.make([[ALICE, 'joined']]);
  await core.member(other, core.matrix.bot, 'invite', ALICE);
  await core.hears(other, /Hello!/);
  await core.pass();
  const said = core.log.lines.filter(({ text }) => text.startsWith('invitation turned down'));
  expect(said.length).toBeGreaterThan(20);
  expect(said.length).toBeLessThan(60);
  expect(core.log.lines.filter(({ text }) => text.startsWith('too many invitations'))).toHaveLength(1);
  core.clock.advance(120_000);
  const last = core.matrix.make([[MALLORY, 'joined']]);
  await core.member(last, core.matrix.bot, 'invite', MALLORY);
  await core.until(() => core.matrix.look(last).members.get(core.matrix.bot) === 'out');
  const left = core.log.lines.filter(({ text }) => text === 'invitations were left without an answer');
  expect(left).toHaveLength(1);
  expect(left[0]?.fields).toEqual({ ignored: 1_000 - said.length });
});
