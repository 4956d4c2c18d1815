import { expect, test } from 'vitest';
import { Arrivals } from '../../src/bridge/arrivals.ts';
import { BridgeError } from '../../src/bridge/errors.ts';
import type { JournaledEvent } from '../../src/bridge/events.ts';
import type { RemoteMessageId } from '../../src/bridge/ids.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';

function setUp(append: (text: string) => Promise<void>) {
  const clock = new FakeClock();
  const held: boolean[] = [];
  const unkept: number[] = [];
  const arrivals = new Arrivals({
    append: async (event) => append(event.type === 'notice' ? event.text : ''),
    hold: (wait) => held.push(wait),
    onUnkept: (count) => unkept.push(count),
    clock,
    log: keptLog(),
  });
  return { arrivals, clock, held, unkept };
}

function notice(text: string): JournaledEvent {
  return { type: 'notice', id: text as RemoteMessageId, at: new Date(0), text };
}

const away = (): BridgeError => new BridgeError('database', 'away', { retriable: true });

test('while the database is away nothing is dropped, and all is written in order when it is back', async () => {
  const written: string[] = [];
  let isAway = true;
  const { arrivals, clock, unkept } = setUp(async (text) => {
    if (isAway) throw away();
    written.push(text);
  });
  for (const text of ['a', 'b']) arrivals.push(notice(text));
  await settled();
  arrivals.push(notice('c'));
  isAway = false;
  clock.advance(1_000);
  await arrivals.settled();
  expect(written).toEqual(['a', 'b', 'c']);
  expect(unkept).toEqual([]);
});

test('what the database refuses for good is told, and holds up nothing', async () => {
  const written: string[] = [];
  const { arrivals, unkept } = setUp(async (text) => {
    if (text === 'bad') throw new BridgeError('database', 'refused');
    written.push(text);
  });
  for (const text of ['a', 'bad', 'b']) arrivals.push(notice(text));
  await arrivals.settled();
  expect(written).toEqual(['a', 'b']);
  expect(unkept).toEqual([1]);
});

test('a network that is too quick is told to wait, and when it may go on', async () => {
  const { arrivals, held } = setUp(async () => settled());
  for (let count = 0; count < 600; count++) arrivals.push(notice(`${count}`));
  expect(held).toEqual([true]);
  await arrivals.settled();
  expect(held).toEqual([true, false]);
});
