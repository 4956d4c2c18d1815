// What goes out of answers and mentions.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import { text } from '../../src/bridge/events.ts';
import type { EventId, MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { Database } from '../../src/store/database.ts';
import { Core, openDatabase } from './core.ts';

const ALICE = '@alice:hs.test' as MatrixUserId;
const WALL = '@echo_cave/wall:hs.test' as MatrixUserId;

let database: Database;
let core: Core;
let commands: RoomId;
let chat: RoomId;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(async () => database.close());
beforeEach(async () => {
  core = await Core.open(database);
  commands = await core.signedIn(ALICE, 'alice');
  chat = await core.chat('alice', 'wall');
});

test('an answer repeats what it answers to, and a mention is a name', async () => {
  core.matrix.quotes.set('$hello' as EventId, { sender: WALL, line: 'hello' });
  const answer = { type: 'text', runs: [{ text: 'wall', mention: WALL }, { text: ', you?' }] } as const;
  await core.does(ALICE, chat, { type: 'message', content: answer, replyTo: '$hello' as EventId });
  await core.until(() => core.client('alice').heard.length > 0);
  expect(core.client('alice').heard).toEqual(['> Wall: hello\nWall, you?']);
});

test('an answer waits for a homeserver that does not say what is answered to', async () => {
  core.matrix.quotes.set('$hello' as EventId, { sender: WALL, line: 'hello' });
  core.matrix.before('quote', () => {
    throw new BridgeError('homeserver', 'The homeserver does not answer.', { retriable: true });
  });
  await core.does(ALICE, chat, { type: 'message', content: text('yes'), replyTo: '$hello' as EventId });
  await core.until(() => core.client('alice').heard.length > 0);
  expect(core.client('alice').heard).toEqual(['> Wall: hello\nyes']);
});

test('a command may name somebody by tapping on them', async () => {
  const content = { type: 'text', runs: [{ text: 'chat ' }, { text: 'The wall', mention: WALL }] } as const;
  await core.does(ALICE, commands, { type: 'message', content });
  await core.hears(commands, /^You already have a room with Wall\.$/);
});
