// What people are told of their messages and commands: the outcome that stands, once, also over crashes and outages.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import type { EventId, MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { Database } from '../../src/store/database.ts';
import { Core, openDatabase } from './core.ts';

const ALICE = '@alice:hs.test' as MatrixUserId;
const ALWAYS = Number.POSITIVE_INFINITY;

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

function away(): never {
  throw new BridgeError('homeserver', 'The homeserver does not answer.', { retriable: true });
}

const statuses = (event: EventId): string[] => (core.matrix.statuses.get(event) ?? []).map(({ type }) => type);

test('a command is carried out once, however often its answer has to be tried', async () => {
  core.matrix.before('send', away, 3);
  await core.say(ALICE, commands, 'shout hey');
  await core.hears(commands, /HEY!/);
  expect(core.echo.shouts).toEqual(['hey']);
});

test('a command that may have been done before a crash is not done again, and the user hears of it', async () => {
  core.outages.add('journal.finish', { times: ALWAYS });
  await core.say(ALICE, commands, 'shout hey');
  await core.until(() => core.echo.shouts.length > 0);
  await core.crash();
  await core.hears(commands, /it may or may not have been done/);
  await core.say(ALICE, commands, 'shout again');
  await core.hears(commands, /AGAIN!/);
  expect(core.echo.shouts).toEqual(['hey', 'again']);
});

test.each(['before', 'after'] as const)(
  'a database that goes away %s a command is under way is no doubt',
  async (when) => {
    core.outages.add('journal.intend', { when, times: 2 });
    await core.say(ALICE, commands, 'shout hey');
    await core.hears(commands, /HEY!/);
    expect(core.echo.shouts).toEqual(['hey']);
  },
);

test('how a sign-in went is told after the answer to it, however quick it was', async () => {
  core.matrix.before('send', async () => core.pass(1_000), 3); // two questions and the answer
  await core.say(ALICE, commands, 'login');
  for (const words of ['bob', 'cave']) await core.say(ALICE, commands, words);
  await core.hears(commands, /You are signed in as bob/);
  const said = core.texts(commands).filter((text) => /as bob/.test(text));
  expect(said).toEqual(['Signing in as bob on Cave…', 'You are signed in as bob on Cave.']);
});

test('what was told of a message as not delivered is not delivered later', async () => {
  const room = await core.chat('alice', 'nobody');
  core.matrix.before('send', away, ALWAYS); // the status can be shown, the sentence cannot
  const said = await core.say(ALICE, room, 'hello?');
  await core.until(() => statuses(said).includes('failed'));
  await core.close();
  core.echo.absent.delete('nobody');
  await core.start();
  await core.hears(room, /Nobody is not there/);
  expect(statuses(said)).toEqual(['failed']);
  expect(core.client('alice').heard).toEqual([]);
});

test('an outcome that was not written down is not told', async () => {
  const room = await core.chat('alice', 'wall');
  core.outages.add('journal.finish', { times: ALWAYS });
  const said = await core.say(ALICE, room, 'hello');
  await core.until(() => core.client('alice').heard.includes('hello'));
  await core.pass();
  expect(statuses(said)).toEqual([]);
});

test('who was not told before a crash is told after it', async () => {
  const room = await core.chat('alice', 'wall');
  core.matrix.before('sendStatus', away, ALWAYS);
  const said = await core.say(ALICE, room, 'hello');
  await core.until(() => core.client('alice').heard.includes('hello'));
  await core.pass(1_000);
  await core.crash();
  await core.until(() => statuses(said).includes('success'));
  expect(core.client('alice').heard).toEqual([]); // of the new life
});

test('where nobody can be told any more, the others in the chat do not wait for it', async () => {
  const room = await core.chat('alice', 'wall');
  core.matrix.before('sendStatus', () => {
    throw new BridgeError('homeserver', 'The homeserver refused it.');
  });
  await core.say(ALICE, room, 'first');
  const second = await core.say(ALICE, room, 'second');
  await core.until(() => statuses(second).includes('success'));
  expect(core.client('alice').heard).toEqual(['first', 'second']);
});

test('what cannot be told in its room is told where commands are given', async () => {
  const room = await core.chat('alice', 'nobody');
  core.matrix.before(
    'send',
    ([where]) => {
      if (where === room) throw new BridgeError('homeserver', 'The homeserver refused it.');
    },
    ALWAYS,
  );
  await core.say(ALICE, room, 'hello?');
  await core.hears(commands, /^In nobody: Your message was not delivered: Nobody is not there/);
});

test('a homeserver that fails at everything for long drops nothing', async () => {
  const room = await core.chat('alice', 'wall');
  let isIll = true;
  const fail = (): void => {
    if (isIll) throw new BridgeError('homeserver-fault', 'The homeserver failed (500).', { retriable: true });
  };
  core.matrix.before('send', fail, ALWAYS);
  core.client('alice').says('wall', 'are you there?');
  for (let minutes = 0; minutes < 40; minutes++) {
    core.clock.advance(60_000);
    await core.pass(200);
  }
  isIll = false;
  await core.hears(room, /are you there/);
  expect(core.texts(commands).filter((text) => /could not be shown/.test(text))).toEqual([]);
});

test('a password that is said after a restart is removed, kept sealed, and nothing is done with it', async () => {
  await core.say(ALICE, commands, 'relogin');
  await core.hears(commands, /alice on Cave. Your password\?/);
  await core.close();
  await core.start();
  const hidden = core.matrix.hold('redact');
  const said = await core.say(ALICE, commands, 'open sesame');
  await core.until(() => hidden.hasArrived(), 'the password being removed');
  const { rows } = await database.run<{ all: string }>({ name: '', text: 'select inbox::text as all from inbox' }, []);
  expect(rows.map((row) => row.all).join()).not.toContain('sesame');
  hidden.release();
  await core.hears(commands, /restarted while we were talking/);
  expect(core.matrix.redacted).toContain(said);
  await core.say(ALICE, commands, 'no secret');
  await core.hears(commands, /I do not know that/);
});
