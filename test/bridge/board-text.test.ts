import { expect, test } from 'vitest';
import { boardText } from '../../src/bridge/board-text.ts';
import { type Availability, type Contact, plainText } from '../../src/bridge/events.ts';
import type { ChatId, RemoteUserId } from '../../src/bridge/ids.ts';

function contact(name: string, availability: Availability, label: string, message?: string): Contact {
  const presence = { availability, label, ...(message !== undefined && { message }) };
  return { id: name as RemoteUserId, chat: name as ChatId, address: name, name, presence, data: undefined };
}

function board(contacts: readonly Contact[], trouble?: string): readonly string[] {
  return plainText(boardText({ address: 'alice', networkName: 'Net', trouble, contacts })).split('\n');
}

test('people are grouped by how far they are there, in the order of their names', () => {
  expect(
    board([
      contact('Zoe', 'online', 'Online'),
      contact('Bob', 'busy', 'On the phone', 'call\nme  later'),
      contact('Eve', 'offline', 'Offline', 'gone'),
      contact('Dan', 'away', 'Away', ''),
      contact('Ann', 'online', 'Online', 'hello'),
    ]),
  ).toEqual([
    'Who is there – alice on Net',
    'Online',
    '• Ann – hello',
    '• Zoe',
    'Busy',
    '• Bob (On the phone) – call me later',
    'Away',
    '• Dan',
    '1 offline.',
  ]);
});

test('an empty list, a full house and a lost connection are said', () => {
  expect(board([])).toEqual(['Who is there – alice on Net', 'Nobody is there.']);
  expect(board([contact('Ann', 'online', 'Online')]).at(-1)).toBe('Nobody offline.');
  expect(board([contact('Ann', 'online', 'Online')], 'The line broke.')).toEqual([
    'Who is there – alice on Net',
    'You are not signed in just now. The line broke.',
  ]);
});

test('the order is the same whatever order they come in', () => {
  const people = ['b', 'a', 'c'].map((id) => ({ ...contact('Same', 'online', 'Online', id), id: id as RemoteUserId }));
  expect(board(people)).toEqual(board(people.toReversed()));
});

test('long lists, names and messages are cut, and no character is broken', () => {
  const crowd = Array.from({ length: 200 }, (_, n) => contact(`p${n}`, 'online', 'Online'));
  expect(board(crowd).slice(-2)).toEqual(['… and 50 more', 'Nobody offline.']);
  const [, , line = ''] = board([contact('👩‍👩‍👧'.repeat(300), 'online', 'Online', 'x'.repeat(100_000))]);
  expect(line.isWellFormed()).toBe(true);
  expect(line).toMatch(/^• (👩‍👩‍👧)+… – x+…$/u);
  expect(line.length).toBeLessThan(2_000);
});
