import { expect, test } from 'vitest';
import type { Availability } from '../../src/bridge/events.ts';
import { OwnProfile, type OwnWishes } from '../../src/bridge/own-profile.ts';

const STATUSES = [
  { label: 'Here', when: 'online' },
  { label: 'Do not disturb', when: 'busy' },
  { label: 'Gone for tea', when: 'away' },
  { label: 'Invisible' },
] as const;

const profile = (wishes: OwnWishes = {}, statuses: typeof STATUSES | readonly [] = STATUSES): OwnProfile =>
  new OwnProfile(statuses, wishes);

test.each([
  ['online', 'Here'],
  ['busy', 'Do not disturb'],
  ['away', 'Gone for tea'],
  // nobody looks, but what is written still reaches them
  ['offline', 'Gone for tea'],
] as const)('%s in Matrix is “%s”', (availability, status) => {
  const own = profile();
  own.see({ availability });
  expect(own.shown()).toEqual({ status });
});

test('where nothing is known and nothing chosen, the network decides', () => {
  expect(profile().shown()).toEqual({});
  const without = profile({}, []);
  without.see({ availability: 'busy' });
  expect(without.shown()).toEqual({});
});

test('busy is away where the network has no word for it', () => {
  const own = new OwnProfile(
    STATUSES.filter((status) => !('when' in status) || status.when !== 'busy'),
    {},
  );
  own.see({ availability: 'busy' });
  expect(own.shown().status).toBe('Gone for tea');
});

test('what is chosen counts, one by one; what is not follows', () => {
  const own = profile({ status: 'Invisible', message: '', nick: 'Al', playing: 'a song' });
  own.see({ availability: 'online', message: 'from Matrix', name: 'Alice' });
  expect(own.shown()).toEqual({ status: 'Invisible', message: '', nick: 'Al', playing: 'a song' });
  own.wishes = {};
  // a name is followed by those only who want that
  expect(own.shown()).toEqual({ status: 'Here', message: 'from Matrix' });
  own.wishes = { followName: true };
  expect(own.shown().nick).toBe('Alice');
  own.wishes = { followName: true, nick: 'Al' };
  expect(own.shown().nick).toBe('Al');
});

test('it says whether contacts are to see anything new', () => {
  const own = profile({ status: 'Here' });
  const presence = (availability: Availability, message: string): boolean => own.see({ availability, message });
  expect([presence('away', ''), presence('online', ''), presence('online', 'hi'), presence('away', 'hi')]).toEqual([
    true, // a message of nothing where none was known
    false,
    true,
    false,
  ]);
  expect(own.see({ name: 'Alice' })).toBe(false);
  own.wishes = {};
  expect(own.shown()).toEqual({ status: 'Gone for tea', message: 'hi' });
});
