// Where secrets must not be: in the log at its most talkative, and in the database. The whole program, once through.

import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MsnPerson } from '../support/msn-person.ts';
import { House, type Visitor } from './house.ts';

const PASSWORD = 'canary-8d1f secret %&';
const SAID = 'canary-words said once';

let house: House;
let alice: Visitor;
let bob: MsnPerson;

beforeAll(async () => {
  house = await House.build({ passwords: { alice: PASSWORD } });
  alice = await house.visitor('alice');
  await alice.asks(`login alice@example.com ${PASSWORD}`, /Please send “login” alone/);
  await alice.asks('login', /Which network/);
  await alice.asks('msn', /e-mail address/);
  await alice.asks('alice@example.com', /password/);
  await alice.asks('canary-8d1f wrong', /refused the address or the password/);
  await alice.asks('login', /Which network/);
  await alice.asks('msn', /e-mail address/);
  await alice.asks('alice@example.com', /password/);
  await alice.asks(PASSWORD, /You are signed in as/);
  bob = await house.onMsn('bob');
  await bob.say('alice@example.com', SAID);
  const chat = await alice.enters();
  await alice.person.waitForText(chat, SAID);
  await alice.person.say(chat, SAID);
  await bob.waitForText(SAID);
});
afterAll(async () => house.pullDown());

/** Secrets that went over the wire, and what was said. */
function canaries(): readonly string[] {
  // of the sign-in, of a conversation that was asked for, and of a call
  const tickets = house.msn.log.flatMap(({ verb, args }) => {
    if (verb === 'USR' && !['I', 'OK'].some((word) => args.includes(word))) return args.slice(-1);
    return verb === 'ANS' && args.length > 2 ? args.slice(2, 3) : [];
  });
  expect(tickets.length).toBeGreaterThan(2);
  return ['canary', encodeURIComponent(PASSWORD), 'as-token-of-the-house', 'hs-token-of-the-house', ...tickets];
}

test('the log has no password, no ticket, no token and no word of what was said', () => {
  const lines = house.log.lines.map((line) => JSON.stringify(line, withErrors));
  expect(lines.length).toBeGreaterThan(10);
  for (const canary of canaries()) expect(lines.filter((line) => line.includes(canary))).toEqual([]);
});

test('the database has no password and no ticket that can be read, and of what was said nothing is left', async () => {
  await house.close();
  const client = new Client({ connectionString: house.databaseUrl });
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  const dump: string[] = [];
  let sealed = 0;
  for (const { name } of tables) {
    const { rows } = await client.query<{ text: string }>(`select t::text as text from "${name}" t`);
    for (const { text } of rows) {
      const boxes = hexOf(text);
      sealed += boxes.length;
      dump.push(text, ...boxes);
    }
  }
  await client.end();
  expect(dump.filter((text) => text.includes('alice@example.com')).length).toBeGreaterThan(2);
  expect(sealed).toBeGreaterThan(0);
  for (const canary of canaries()) expect(dump.filter((text) => text.includes(canary))).toEqual([]);
});

/** Bytes are shown as hex. */
function hexOf(text: string): readonly string[] {
  return [...text.matchAll(/\\x([\da-f]+)/g)].map(([, hex = '']) => Buffer.from(hex, 'hex').toString('latin1'));
}

function withErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { ...(value as object), message: value.message, stack: value.stack, cause: value.cause };
}
