import { describe, expect, test } from 'vitest';
import { mayClose } from '../../src/matrix/power-levels.ts';

const ALICE = '@alice:hs';
const BOB = '@bob:hs';

function made(version: string, more: object = {}): Readonly<Record<string, unknown>> {
  return { type: 'm.room.create', sender: ALICE, content: { room_version: version, ...more } };
}

function levels(users: object, events: object = { 'm.room.tombstone': 100 }): Readonly<Record<string, unknown>> {
  return { content: { users, events } };
}

describe('who may close a room', () => {
  test.each([
    ['its creator, in newer versions, whatever the levels say', true, ALICE, made('12'), levels({})],
    ['another creator of it', true, BOB, made('12', { additional_creators: [BOB] }), levels({})],
    ['not its creator, in older versions, if the levels say so', false, ALICE, made('11'), levels({ [BOB]: 100 })],
    ['not whom older versions know nothing of', false, BOB, made('11', { additional_creators: [BOB] }), levels({})],
    ['whoever has the level', true, BOB, made('11'), levels({ [BOB]: 100 })],
    ['not who has less', false, BOB, made('11'), levels({ [BOB]: 99 })],
    ['whoever may set state, if closing is not named', true, BOB, made('11'), levels({ [BOB]: 50 }, {})],
    ['nobody of no level', false, 'constructor', made('11'), levels({})],
    ['its creator, as long as it has no levels', true, ALICE, made('11'), undefined],
    ['nobody else, as long as it has none', false, BOB, made('11'), undefined],
    ['nobody, if nothing is known', false, ALICE, undefined, undefined],
    ['nobody, by odd levels', false, BOB, made('11'), { content: { users: { [BOB]: '100' } } }],
  ])('%s', (_, may, user, create, power) => {
    expect(mayClose(user, create, power)).toBe(may);
  });
});
