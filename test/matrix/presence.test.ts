import { describe, expect, test } from 'vitest';
import type { Availability, Presence } from '../../src/bridge/events.ts';
import { statusField, statusMessage } from '../../src/matrix/presence.ts';
import { Stage, bobOf } from './side.ts';

const STATUS = 'org.matrix.msc4426.status';

const presence = (availability: Availability, label: string, message?: string): Presence => ({
  availability,
  label,
  ...(message !== undefined && { message }),
});

test.each([
  [presence('online', 'Online'), '', { text: 'Online', emoji: '🟢' }],
  [presence('online', 'Online', 'hello'), 'hello', { text: 'hello', emoji: '🟢' }],
  [presence('busy', 'On the phone'), 'On the phone', { text: 'On the phone', emoji: '🔴' }],
  [presence('away', 'Away', 'tea'), 'Away – tea', { text: 'Away – tea', emoji: '🟡' }],
  [presence('away', 'Away', ''), 'Away', { text: 'Away', emoji: '🟡' }],
  [presence('offline', 'Offline', 'gone'), 'gone', undefined],
])('%j has its words', (shown, message, field) => {
  expect(statusMessage(shown)).toBe(message);
  expect(statusField(shown)).toEqual(field);
});

test('a status holds so many bytes, and no character is broken', () => {
  const long = presence('online', 'Online', '👩‍👩‍👧'.repeat(10_000));
  const { text } = statusField(long) as { readonly text: string };
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(256);
  expect(Buffer.byteLength(statusMessage(long))).toBeLessThanOrEqual(1_000);
  for (const words of [text, statusMessage(long)]) expect(words).toMatch(/^(👩‍👩‍👧)+$/u);
});

describe('on a homeserver', () => {
  test('a status stands in the profile until another does, and is taken away with who is gone', async () => {
    await using stage = await Stage.set();
    const side = await stage.startMatrix();
    const bob = bobOf(side);
    await side.ensureGhost(bob, 'Bob');
    await side.showStatus(bob, presence('busy', 'Busy', 'shh'));
    expect(stage.homeserver.profile(bob)).toEqual({
      displayname: 'Bob',
      [STATUS]: { text: 'Busy – shh', emoji: '🔴' },
    });
    await side.showStatus(bob, presence('offline', 'Offline'));
    await side.showStatus(bob, presence('offline', 'Offline'));
    expect(stage.homeserver.profile(bob)).toEqual({ displayname: 'Bob' });
    expect(stage.homeserver.violations).toEqual([]);
  });

  test('an old homeserver that knows no such fields is told of', async () => {
    await using stage = await Stage.set();
    const side = await stage.startMatrix();
    await side.ensureGhost(bobOf(side), 'Bob');
    stage.homeserver.faults.add({ path: STATUS }, { type: 'refuse', status: 404, errcode: 'M_UNRECOGNIZED' });
    await expect(side.showStatus(bobOf(side), presence('online', 'Online'))).rejects.toMatchObject({
      code: 'homeserver',
      retriable: false,
    });
  });

  test('a new name of a ghost costs one request, also in another life of the bridge', async () => {
    await using stage = await Stage.set();
    const first = await stage.startMatrix();
    const bob = bobOf(first);
    await first.ensureGhost(bob, 'Bob');
    const side = await stage.openMatrix();
    const before = stage.homeserver.requestCount;
    await side.renameGhost(bob, 'Bobby');
    expect(stage.homeserver.requestCount - before).toBe(1);
    expect(stage.homeserver.profile(bob)).toEqual({ displayname: 'Bobby' });
    await side.renameGhost(bob, '\n');
    expect(stage.homeserver.profile(bob)).toEqual({ displayname: bob.slice(1, bob.indexOf(':')) });
  });

  test('a ghost that is not there after all is made', async () => {
    await using stage = await Stage.set();
    const side = await stage.startMatrix();
    await side.renameGhost(bobOf(side), 'Bob');
    expect(stage.homeserver.profile(bobOf(side))).toEqual({ displayname: 'Bob' });
  });
});
