import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Budget } from '../../src/bridge/budget.ts';
import type { Presence } from '../../src/bridge/events.ts';
import type { MatrixUserId } from '../../src/bridge/ids.ts';
import { PresenceGovernor } from '../../src/bridge/presence.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';

const HERE: Presence = { availability: 'online', label: 'Online' };
const AWAY: Presence = { availability: 'away', label: 'Away' };
const NAMES = ['a', 'b', 'c', 'd', 'e'];
const GONE: Presence = { availability: 'offline', label: 'Offline' };

function setUp(perSecond = 10, trouble: () => boolean = () => false, runsOut = true) {
  const clock = new FakeClock();
  const log = keptLog();
  const shown: [string, string][] = [];
  const governor = new PresenceGovernor({
    clock,
    log,
    line: new Budget(clock, perSecond).line(),
    display: {
      runsOut,
      show: async (ghost, presence) => {
        if (trouble()) throw new Error('the homeserver is away');
        shown.push([ghost, presence.label]);
      },
    },
  });
  const pass = async (ms: number): Promise<void> => {
    for (let step = 0; step < ms / 100; step++) {
      clock.advance(100);
      await settled();
    }
  };
  return { clock, log, shown, governor, pass };
}

const ghost = (name: string): MatrixUserId => `@${name}:x` as MatrixUserId;

test('many changes within a moment are shown within the budget, and the last of each counts', async () => {
  const { shown, governor, pass } = setUp(10);
  for (let change = 0; change < 100; change++)
    for (const name of NAMES) governor.note(ghost(name), change % 2 ? AWAY : HERE);
  await pass(1_000);
  expect(shown).toEqual(NAMES.map((name) => [ghost(name), 'Away']));
});

test('who changes again and again keeps their place in the queue', async () => {
  const { shown, governor, pass } = setUp(1);
  governor.note(ghost('a'), HERE);
  governor.note(ghost('b'), HERE);
  governor.note(ghost('a'), AWAY);
  await pass(1_500);
  expect(shown[0]).toEqual([ghost('a'), 'Away']);
});

test('somebody who was never there is not shown as gone', async () => {
  const { shown, governor, pass } = setUp();
  governor.note(ghost('a'), GONE);
  await pass(60_000);
  expect(shown).toEqual([]);
});

test('who is there is shown again before the homeserver takes them for gone', async () => {
  const { shown, governor, pass } = setUp();
  governor.note(ghost('a'), HERE);
  await pass(60_000);
  expect(shown).toHaveLength(3);
  governor.note(ghost('a'), GONE);
  await pass(60_000);
  expect(shown.slice(3)).toEqual([[ghost('a'), 'Offline']]);
});

test('what does not run out is shown once, and that somebody is gone, too', async () => {
  const { shown, governor, pass } = setUp(10, () => false, false);
  governor.note(ghost('a'), HERE);
  // nobody knows what an earlier life has left there
  governor.note(ghost('b'), GONE);
  await pass(60_000);
  governor.note(ghost('b'), GONE);
  governor.note(ghost('a'), GONE);
  await pass(60_000);
  expect(shown).toEqual([
    [ghost('a'), 'Online'],
    [ghost('b'), 'Offline'],
    [ghost('a'), 'Offline'],
  ]);
});

test('that nothing can be shown is said once', async () => {
  const { log, governor, pass } = setUp(10, () => true);
  for (const name of NAMES) governor.note(ghost(name), HERE);
  await pass(60_000);
  const complaints = log.lines.filter(({ text }) => text === 'presence could not be shown');
  expect(complaints.length).toBeGreaterThan(5);
  expect(complaints.filter(({ level }) => level === 'warn')).toHaveLength(1);
});

test('nothing is lost while the homeserver is away', async () => {
  let away = true;
  const { shown, governor, pass } = setUp(10, () => away);
  governor.note(ghost('a'), HERE);
  await pass(10_000);
  governor.note(ghost('a'), AWAY);
  away = false;
  await pass(6_000);
  expect(shown).toEqual([[ghost('a'), 'Away']]);
});

test('whatever happens, in the end everybody is shown as they are', async () => {
  const change = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(HERE, AWAY, GONE), fc.nat(300), fc.boolean());
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 30 }), async (changes) => {
      let away = false;
      const { shown, governor, clock, pass } = setUp(20, () => away);
      const last = new Map<string, string>();
      for (const [name, presence, ms, trouble] of changes) {
        away = trouble;
        governor.note(ghost(name), presence);
        last.set(ghost(name), presence.label);
        clock.advance(ms);
        await settled();
      }
      away = false;
      await pass(8_000);
      const seen = new Map(shown);
      for (const [name, label] of last) expect(seen.get(name) ?? 'Offline').toBe(label);
    }),
    { numRuns: 60 },
  );
});
