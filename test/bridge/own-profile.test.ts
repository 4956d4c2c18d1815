import { expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import type { Network, WantedPresence } from '../../src/bridge/network.ts';
import { OwnProfile, type OwnWishes } from '../../src/bridge/own-profile.ts';
import { settled } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';

const STATUSES: Network['statuses'] = [
  { label: 'Here', when: 'online' },
  { label: 'Do not disturb', when: 'busy' },
  { label: 'Gone for tea', when: 'away' },
  { label: 'Invisible' },
];

function setUp(wishes: OwnWishes = {}, statuses = STATUSES) {
  const shown: WantedPresence[] = [];
  const kept: OwnWishes[] = [];
  const log = keptLog();
  /** What contacts seeing it waits for, or fails with. */
  const server: { answer: () => Promise<void> } = { answer: async () => undefined };
  const own = new OwnProfile({
    network: { statuses, objection: ({ nick = '' }) => (nick.length > 10 ? 'That name is too long.' : undefined) },
    wishes,
    show: async (wanted) => {
      shown.push(wanted);
      await server.answer();
    },
    keep: async (next) => void kept.push(next),
    log,
  });
  return { own, shown, kept, log, server };
}

test.each([
  ['online', 'Here'],
  ['busy', 'Do not disturb'],
  ['away', 'Gone for tea'],
  // nobody looks, but what is written still reaches them
  ['offline', 'Gone for tea'],
] as const)('%s in Matrix is “%s”', async (availability, status) => {
  const { own, shown } = setUp();
  own.follow({ availability });
  await settled();
  expect([own.shown, ...shown]).toEqual([{ status }, { status }]);
});

test('where nothing is known and nothing chosen, the network decides', () => {
  expect(setUp().own.shown).toEqual({});
  const { own } = setUp({}, []);
  own.follow({ availability: 'busy' });
  expect(own.shown).toEqual({});
});

test('busy is away where the network has no word for it', () => {
  const { own } = setUp(
    {},
    STATUSES.filter(({ when }) => when !== 'busy'),
  );
  own.follow({ availability: 'busy' });
  expect(own.shown.status).toBe('Gone for tea');
});

test('what is chosen counts, one by one; what is not follows', async () => {
  const { own, kept } = setUp({ status: 'Invisible', message: '', nick: 'Al', playing: 'a song' });
  own.follow({ availability: 'online', message: 'from Matrix', name: 'Alice' });
  expect(own.shown).toEqual({ status: 'Invisible', message: '', nick: 'Al', playing: 'a song' });
  await own.choose({});
  // a name is followed by those only who want that
  expect(own.shown).toEqual({ status: 'Here', message: 'from Matrix' });
  await own.choose({ followName: true });
  expect(own.shown.nick).toBe('Alice');
  await own.choose({ followName: true, nick: 'Al' });
  expect(own.shown.nick).toBe('Al');
  expect(kept).toEqual([{}, { followName: true }, { followName: true, nick: 'Al' }]);
});

test('what changes nothing for contacts is not shown again; what happened meanwhile counts afterwards', async () => {
  const { own, shown } = setUp({ status: 'Here', message: 'hi' });
  own.follow({ availability: 'away', message: 'tea' });
  own.follow({ name: 'Alice' });
  await settled();
  expect(shown).toEqual([]);
  await own.choose({});
  expect(shown).toEqual([{ status: 'Gone for tea', message: 'tea' }]);
});

test('what cannot be shown is not chosen', async () => {
  const { own, shown, kept, server } = setUp();
  await expect(own.choose({ nick: 'x'.repeat(50) })).rejects.toThrow('That name is too long.');
  expect(shown).toEqual([]);
  server.answer = async () => {
    throw new BridgeError('network', 'The server does not take that name.');
  };
  await expect(own.choose({ nick: 'Rude' })).rejects.toThrow('does not take');
  expect([own.wishes, kept]).toEqual([{}, []]);
});

test('what Matrix says and the network refuses is for the log only', async () => {
  const { own, log, server } = setUp();
  server.answer = async () => {
    throw new BridgeError('network', 'The server does not take that message.');
  };
  own.follow({ message: 'rude' });
  await settled();
  expect(log.lines).toMatchObject([{ level: 'info' }]);
});

test('what stands in Matrix and cannot be said on the network keeps nothing else from being chosen', async () => {
  const { own, shown, server } = setUp();
  server.answer = async () => {
    if (shown.at(-1)?.message !== undefined) throw new BridgeError('unsupported', 'There are no messages there.');
  };
  own.follow({ message: 'gone fishing' });
  await own.choose({ status: 'Invisible' });
  expect(own.wishes).toEqual({ status: 'Invisible' });
  await expect(own.choose({ message: 'hello' })).rejects.toThrow('no messages');
  own.follow({ message: 'back' });
  await own.choose({ status: 'Here' });
  expect(shown.map(({ status, message }) => [status, message])).toEqual([
    [undefined, 'gone fishing'],
    ['Invisible', undefined],
    [undefined, 'hello'],
    ['Invisible', 'back'],
    ['Here', undefined],
  ]);
});

test('what comes while a choice is on its way does not undo it', async () => {
  const { own, shown, server } = setUp();
  const taken = Promise.withResolvers<void>();
  server.answer = async () => taken.promise;
  const chosen = own.choose({ nick: 'Al' });
  own.follow({ availability: 'away' });
  await settled();
  expect(shown).toHaveLength(1);
  taken.resolve();
  await chosen;
  await settled();
  expect(shown).toEqual([{ nick: 'Al' }, { nick: 'Al', status: 'Gone for tea' }]);
});
