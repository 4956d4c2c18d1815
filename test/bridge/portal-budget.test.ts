// How many rooms news may make in a minute.

import { expect, test } from 'vitest';
import { type Content, plainText } from '../../src/bridge/events.ts';
import type { ChatId } from '../../src/bridge/ids.ts';
import type { Login } from '../../src/bridge/login.ts';
import { PortalBudget } from '../../src/bridge/portal-budget.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';

const GAP_MS = 12_000;
const HOUR_MS = 60 * 60_000;

function setUp() {
  const clock = new FakeClock();
  const told: string[] = [];
  const notify = async (login: Login, content: Content): Promise<void> =>
    void told.push(`${login.id}: ${plainText(content)}`);
  const log = keptLog();
  const budget = new PortalBudget({ clock, notify, log });
  const turns = (login: Login, from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, index) => budget.turn(login, chat(from + index)));
  return { clock, budget, told, turns, log };
}

function chat(number: number): ChatId {
  return `stranger${number}` as ChatId;
}

function loginOf(id: string): Login {
  return { id, address: `${id}@example.com`, network: { name: 'Cave' } } as unknown as Login;
}

const ALICE = loginOf('alice');
const BOB = loginOf('bob');

test('five chats come at once, and then one every twelve seconds, in the order in which they asked', () => {
  const { turns } = setUp();
  expect(turns(ALICE, 0, 8)).toEqual([0, 0, 0, 0, 0, GAP_MS, 2 * GAP_MS, 3 * GAP_MS]);
});

test('a chat that asks again has the turn that it had', () => {
  const { clock, turns } = setUp();
  turns(ALICE, 0, 8);
  clock.advance(GAP_MS + 2_000);
  expect(turns(ALICE, 0, 8)).toEqual([0, 0, 0, 0, 0, 0, 10_000, 22_000]);
  expect(turns(ALICE, 6, 8)).toEqual([10_000, 22_000]);
});

test('the crowd of one account keeps nobody else waiting', () => {
  const { turns } = setUp();
  turns(ALICE, 0, 100);
  expect(turns(BOB, 0, 5)).toEqual([0, 0, 0, 0, 0]);
});

test('the user is told of a crowd once, and again of the next one', () => {
  const { clock, turns, told, log } = setUp();
  turns(ALICE, 0, 5);
  expect(told).toEqual([]);
  turns(ALICE, 5, 60);
  turns(ALICE, 0, 60);
  expect(told).toEqual([expect.stringMatching(/^alice: Many people .* Cave \(alice@example\.com\).* nothing is lost/)]);
  clock.advance(HOUR_MS);
  turns(ALICE, 0, 60);
  turns(ALICE, 60, 70);
  expect(told).toHaveLength(2);
  expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(2);
});

test('a turn that nobody took is forgotten in the end', () => {
  const { clock, turns } = setUp();
  turns(ALICE, 0, 5);
  clock.advance(HOUR_MS);
  expect(turns(ALICE, 5, 10)).toEqual([0, 0, 0, 0, 0]);
  expect(turns(ALICE, 0, 1)).toEqual([GAP_MS]);
});

test('an account that is gone leaves nothing behind', () => {
  const { budget, turns } = setUp();
  turns(ALICE, 0, 100);
  budget.forget(ALICE);
  expect(turns(ALICE, 100, 101)).toEqual([0]);
});
