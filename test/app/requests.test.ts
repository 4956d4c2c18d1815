// People who ask to be let in: a question to the user, answered by a tap or a command, never by itself.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MatrixUserId } from '../../src/bridge/ids.ts';
import type { Database } from '../../src/store/database.ts';
import type { EchoClient } from '../support/echo-network.ts';
import { Core, openDatabase } from './core.ts';
import { bodyOf, House, type Visitor } from './house.ts';

let house: House;
let alice: Visitor;

beforeAll(async () => {
  house = await House.build();
  alice = await house.visitor('alice');
  await alice.asks('login', /Which network/);
  await alice.asks('echo', /Your name/);
  await alice.asks('alice', /Your password/);
  await alice.asks('cave', /You are signed in as alice/);
});
afterAll(async () => house.pullDown());

function cave(): EchoClient {
  const client = house.echo.clients.get('alice');
  if (!client) throw new Error('alice is not signed in');
  return client;
}

/** Resolves when all its answers are there to tap: from then on it counts. */
async function questionAbout(who: string): Promise<string> {
  const question = await alice.person.waitFor(
    (one) => one.room_id === alice.room && bodyOf(one).startsWith(`${who} has put you (alice) on their list`),
  );
  for (const key of ['✅', '➕', '🚫', '⏰']) {
    await alice.person.waitFor((one) => {
      const content = JSON.stringify(one.content);
      return one.type === 'm.reaction' && content.includes(key) && content.includes(question.event_id);
    });
  }
  return question.event_id;
}

test('the question comes with its answers to tap', async () => {
  cave().asks('troll');
  await questionAbout('troll');
  expect(cave().heard).toEqual([]);
});

test('a tap answers it', async () => {
  await alice.person.react(alice.room, await questionAbout('troll'), '✅');
  await alice.hears(/^troll may now see you and write to you\.$/);
  expect(cave().heard).toEqual(['accept cave/troll']);
});

test('what was answered is not answered again, and a late tap or command is told so', async () => {
  await alice.person.react(alice.room, await questionAbout('troll'), '🚫');
  await alice.hears(/^troll was answered already\.$/);
  await alice.asks('answer troll block', /^troll was answered already\.$/);
  expect(await alice.asks('requests', /waits|Answer/)).toBe('Nobody waits for an answer.');
  expect(cave().heard).toEqual(['accept cave/troll']);
});

test('who waits is asked about once, over restarts, and can be answered by a command', async () => {
  cave().asks('ghoul');
  await questionAbout('ghoul');
  await house.close();
  await house.open();
  cave().asks('ghoul');
  cave().asks('imp');
  await questionAbout('imp');
  expect(alice.person.texts(alice.room).filter((text) => text.startsWith('ghoul has put you'))).toHaveLength(1);
  expect(await alice.asks('requests', /Answer with/)).toMatch(/^ghoul\nimp\n/);
  await alice.asks('answer ghoul maybe', /accept, add, block or later/);
  await alice.asks('answer nobody accept', /does not wait/);
  await alice.asks('answer ghoul block', /ghoul is blocked/);
  await alice.asks('answer imp later', /imp waits/);
  expect(cave().heard).toEqual(['block cave/ghoul']);
  expect(await alice.asks('requests', /Answer with/)).toMatch(/^imp\n/);
});

test('an answer that fails is a sentence, and can be given again', async () => {
  cave().asks('gnome');
  const question = await questionAbout('gnome');
  cave().deaf = true;
  const tap = await alice.person.react(alice.room, question, '✅');
  await alice.hears(/^The cave does not hear you\.$/);
  cave().deaf = false;
  await alice.person.redact(alice.room, tap);
  await alice.person.react(alice.room, question, '✅');
  await alice.hears(/^gnome may now see you and write to you\.$/);
  cave().asks('sprite');
  const other = await questionAbout('sprite');
  cave().close();
  await alice.person.react(alice.room, other, '➕');
  await alice.hears(/^The cave is closed\.$/);
  cave().connect(99, {});
  await alice.asks('answer sprite add', /^sprite may now see you and write to you, and is on your list\.$/);
});

test('who was answered elsewhere waits no longer, and a late tap is told so', async () => {
  cave().asks('elf');
  const question = await questionAbout('elf');
  cave().tellStanding('elf', 'answered');
  for (let list = 'elf'; list.includes('elf');) list = await alice.asks('requests', /waits|Answer/);
  await alice.person.react(alice.room, question, '✅');
  await alice.hears(/^elf was answered already\.$/);
  expect(cave().heard.filter((one) => one.includes('elf'))).toEqual([]);
});

test('who went is not shown as waiting, yet an answer counts; who comes again is', async () => {
  cave().asks('dwarf');
  const question = await questionAbout('dwarf');
  cave().tellStanding('dwarf', 'gone');
  for (let list = 'dwarf'; list.includes('dwarf');) list = await alice.asks('requests', /waits|Answer/);
  cave().tellStanding('dwarf', 'waiting');
  for (let list = ''; !list.includes('dwarf');) list = await alice.asks('requests', /waits|Answer/);
  cave().tellStanding('dwarf', 'gone');
  await alice.person.react(alice.room, question, '🚫');
  await alice.hears(/^dwarf is blocked\.$/);
  expect(cave().heard.filter((one) => one.includes('dwarf'))).toEqual(['block cave/dwarf']);
});

test('what changed while nobody was signed in counts from the next sign-in on', async () => {
  cave().asks('faun');
  await questionAbout('faun');
  const before = cave();
  await house.close();
  before.tellStanding('faun', 'answered');
  await house.open();
  for (let list = 'faun'; list.includes('faun');) list = await alice.asks('requests', /waits|Answer/);
  await alice.asks('answer faun accept', /^faun was answered already\.$/);
});

test('only the user’s own tap counts', async () => {
  const question = await questionAbout('imp');
  const eve = await house.homeserver.createUser('eve');
  await alice.person.invite(alice.room, eve.id);
  await eve.join(alice.room);
  await eve.react(alice.room, question, '🚫');
  expect(await alice.asks('requests', /Answer with/)).toMatch(/^imp\n/);
  expect(house.homeserver.violations).toEqual([]);
});

describe('while the database is away', () => {
  const ALICE = '@alice:hs.test' as MatrixUserId;
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase();
  });
  afterAll(async () => database.close());

  test('an answer given before the question is written down is carried out, and nothing stays open', async () => {
    const core = await Core.open(database);
    const commands = await core.signedIn(ALICE, 'alice');
    core.outages.add('requests.put', { times: 1_000 });
    core.client('alice').asks('troll');
    await core.hears(commands, /troll has put you/);
    await core.say(ALICE, commands, 'answer troll accept');
    await core.hears(commands, /troll may now see you/);
    core.outages.clear();
    await core.pass();
    await core.say(ALICE, commands, 'requests');
    await core.hears(commands, /Nobody waits/);
    expect(core.client('alice').heard).toEqual(['accept cave/troll']);
    expect(core.texts(commands).filter((text) => text.includes('has put you'))).toHaveLength(1);
  });
});
