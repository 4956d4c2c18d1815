// What chats and rooms for commands do not carry: it is said, and said no more often than needed.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { text } from '../../src/bridge/events.ts';
import type { EventId, MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { Database } from '../../src/store/database.ts';
import { Core, openDatabase } from './core.ts';

const ALICE = '@alice:hs.test' as MatrixUserId;
const MALLORY = '@mallory:hs.test' as MatrixUserId;
const DELETED = 'The message is deleted here only: Echo cannot take it back.';

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

/** How it ended, as the sender is shown it. */
async function ending(event: EventId): Promise<unknown> {
  await core.until(() => core.matrix.statuses.has(event), `a status of ${event}`);
  return core.matrix.statuses.get(event)?.at(-1);
}

/** How often the bot has said that. */
function times(room: RoomId, sentence: string): number {
  return core.texts(room).filter((one) => one === sentence).length;
}

test('what is not carried fails for good, and the sentence names it', async () => {
  const poll = await core.does(ALICE, chat, { type: 'unsupported', what: 'the end of a poll' });
  const reaction = await core.does(ALICE, chat, { type: 'reaction', to: poll, key: '👍' });
  expect(await ending(poll)).toMatchObject({ type: 'failed', retriable: false, reason: 'unsupported' });
  expect(await ending(reaction)).toMatchObject({ type: 'failed', retriable: false, reason: 'unsupported' });
  await core.hears(chat, /^This bridge does not carry the end of a poll to Echo, so it was not sent\.$/);
  await core.hears(chat, /^This bridge does not carry a reaction to Echo, so it was not sent\.$/);
});

test('whoever deletes what was carried is told once that it is still there; each time it has failed', async () => {
  const said = await core.say(ALICE, chat, 'slip');
  await core.hears(chat, /slip/);
  const heard = core.matrix.said(chat).find(({ sender }) => core.matrix.isGhost(sender))!;
  const first = await core.does(ALICE, chat, { type: 'redaction', of: said });
  const second = await core.does(ALICE, chat, { type: 'redaction', of: heard.id });
  for (const deletion of [first, second])
    expect(await ending(deletion)).toMatchObject({ type: 'failed', retriable: false, sentence: DELETED });
  expect(times(chat, DELETED)).toBe(1);
});

test('what is deleted before it could go out does not go out', async () => {
  core.client('alice').drop(60_000);
  const slip = await core.say(ALICE, chat, 'slip');
  await core.until(() => core.matrix.statuses.has(slip), 'it waits');
  const deletion = await core.does(ALICE, chat, { type: 'redaction', of: slip });
  const next = await core.say(ALICE, chat, 'better');
  expect(await ending(next)).toBeDefined();
  await core.until(() => core.client('alice').heard.length > 0);
  expect(core.client('alice').heard).toEqual(['better']);
  expect(core.matrix.statuses.has(deletion)).toBe(false);
});

test('a message in which the network finds nothing to send has failed', async () => {
  const said = await core.does(ALICE, chat, { type: 'message', content: { type: 'text', runs: [] } });
  expect(await ending(said)).toMatchObject({ type: 'failed', retriable: false });
});

test('to delete what was never carried is nobody’s business', async () => {
  const poll = await core.does(ALICE, chat, { type: 'unsupported', what: 'a poll' });
  await ending(poll);
  const notice = core.matrix.said(chat).find(({ sender }) => sender === core.matrix.bot)!;
  const deletions = [poll, notice.id].map(async (of) => core.does(ALICE, chat, { type: 'redaction', of }));
  const byAnother = await core.does(MALLORY, chat, { type: 'redaction', of: notice.id });
  const last = await core.say(ALICE, chat, 'the end');
  await ending(last);
  for (const deletion of [...(await Promise.all(deletions)), byAnother])
    expect(core.matrix.statuses.has(deletion)).toBe(false);
  expect(times(chat, DELETED)).toBe(0);
});

test('a notice of the user’s own is carried; one of somebody else has failed without a word', async () => {
  const own = await core.does(ALICE, chat, { type: 'message', content: text('bell'), notice: true });
  expect(await ending(own)).toMatchObject({ type: 'success' });
  const other = await core.does(MALLORY, chat, { type: 'message', content: text('spam'), notice: true });
  expect(await ending(other)).toMatchObject({ type: 'failed', reason: 'no-permission' });
  expect(core.client('alice').heard).toEqual(['bell']);
  expect(core.texts(chat).filter((one) => one.includes('only they speak'))).toEqual([]);
});

test('where commands are given only text is understood, notices are not answered, and deletions are allowed', async () => {
  await core.does(ALICE, commands, { type: 'message', content: text('help'), notice: true });
  const said = await core.say(ALICE, commands, 'status');
  await core.does(ALICE, commands, { type: 'redaction', of: said });
  await core.does(ALICE, commands, { type: 'unsupported', what: 'a picture' });
  await core.hears(commands, /^I only understand text here, not a picture\.$/);
  expect(core.texts(commands).filter((one) => one.startsWith('What you can say here'))).toEqual([]);
});

test('an edit where a password was asked for may hold it, and is removed', async () => {
  await core.say(ALICE, commands, 'relogin');
  await core.hears(commands, /alice on Cave\. Your password/);
  const edit = await core.does(ALICE, commands, { type: 'unsupported', what: 'an edit' });
  await core.hears(commands, /^I only understand text here, not an edit\.$/);
  expect(core.matrix.redacted).toContain(edit);
});
