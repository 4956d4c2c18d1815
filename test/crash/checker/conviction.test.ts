import { expect, onTestFinished, test, vi } from 'vitest';
import { seeded } from '../../msnp/support/random.ts';
import type { Written } from '../history.ts';
import { BridgeInProcess, type Conduct, type Fault, RIGHT } from '../peers/in-process.ts';
import { PeerWorld } from '../peers/world.ts';
import { type Count, FAULTS } from './bench.ts';
import { judge } from './checker.ts';

const SAID = 4;
/** What a bridge is faulty at: neither the first message of its chat nor the last. */
const AT = 2;

/** Some people talk over a bridge that has this fault; returns the counts of faults that the judge finds. */
async function judged(fault?: Fault): Promise<Partial<Record<Count, number>>> {
  const world = await PeerWorld.build(seeded(1), 3);
  onTestFinished(async () => world.stop());
  const bridge = await BridgeInProcess.start(world.config, world.asToken, fault);
  onTestFinished(async () => bridge.stop());
  await vi.waitFor(() => expect(world.network.isJoined).toBe(true));
  for (let n = 1; n <= SAID; n++) {
    for (const talker of world.talkers) for (const { make } of talker.moves) await make();
  }
  // each chat is in order: what was said last is over last
  await vi.waitFor(
    () => {
      const { told, heard, shown, chats } = world.history();
      for (const chat of chats.keys()) {
        const isLast = (one: Pick<Written, 'conversation' | 'n'>): boolean =>
          one.conversation === chat && one.n === SAID;
        expect([heard.some(isLast), shown.some(isLast)]).toEqual([true, true]);
      }
      const last = world.history().said.filter(({ n }) => n === SAID);
      for (const { event } of last) expect(told.map((one) => one.event)).toContain(event);
    },
    { timeout: 15_000 },
  );
  const { counts } = judge(world.history());
  return Object.fromEntries(FAULTS.filter((name) => counts[name] > 0).map((name) => [name, counts[name]]));
}

test('a bridge without fault is acquitted', async () => {
  expect(await judged()).toEqual({});
});

const [handOver, delivered] = RIGHT.m2n.steps;
const failed = { do: 'tell', status: 'FAIL', sentence: 'Your message was not delivered.' } as const;
const elsewhere = { do: 'hand over', elsewhere: true } as const;

const CASES: readonly (readonly [string, Fault['direction'], Conduct, Partial<Record<Count, number>>])[] = [
  ['loses a message', 'm2n', { steps: [] }, { 'm2n.lost': 1 }],
  ['says “delivered” and has not', 'm2n', { steps: [delivered] }, { 'm2n.lost': 1 }],
  ['says it twice', 'm2n', { steps: [handOver, handOver, delivered] }, { 'm2n.doubled': 1 }],
  ['delivers and says nothing', 'm2n', { steps: [handOver] }, { 'm2n.untold': 1 }],
  ['delivers and says “not delivered”', 'm2n', { steps: [handOver, failed] }, { 'm2n.misreported': 1 }],
  ['says one thing and then another', 'm2n', { steps: [handOver, delivered, failed] }, { 'm2n.contradicted': 1 }],
  ['lets a message be overtaken', 'm2n', { late: true, steps: [handOver, delivered] }, { 'm2n.reordered': 1 }],
  ['tells a stranger too', 'm2n', { steps: [handOver, elsewhere, delivered] }, { 'm2n.misdirected': 1 }],
  ['loses what was written to it', 'n2m', { steps: [] }, { 'n2m.lost': 1 }],
  ['shows it twice', 'n2m', { steps: [handOver, handOver] }, { 'n2m.doubled': 1 }],
  ['shows it after the next one', 'n2m', { late: true, steps: [handOver] }, { 'n2m.reordered': 1 }],
  ['shows it in another room', 'n2m', { steps: [elsewhere] }, { 'n2m.misdirected': 1 }],
  ['shows what nobody wrote', 'n2m', { steps: [handOver, { do: 'invent' }] }, { 'n2m.invented': 1 }],
];

test.each(CASES)('a bridge that %s is convicted', async (_, direction, conduct, found) => {
  expect(await judged({ direction, chat: 'chat0', n: AT, conduct })).toEqual(found);
});
