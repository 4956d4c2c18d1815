// People who ask to be let in: a question to the user, answered by a tap or a command, never by itself.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EchoClient } from '../support/echo-network.ts';
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

test('what was answered is not answered again', async () => {
  await alice.person.react(alice.room, await questionAbout('troll'), '🚫');
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

test('only the user’s own tap counts', async () => {
  const question = await questionAbout('imp');
  const eve = await house.homeserver.createUser('eve');
  await alice.person.invite(alice.room, eve.id);
  await eve.join(alice.room);
  await eve.react(alice.room, question, '🚫');
  expect(await alice.asks('requests', /Answer with/)).toMatch(/^imp\n/);
  expect(house.homeserver.violations).toEqual([]);
});
