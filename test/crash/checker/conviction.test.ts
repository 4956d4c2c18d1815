import { expect, onTestFinished, test, vi } from 'vitest';
import { seeded } from '../../msnp/support/random.ts';
import type { Written } from '../history.ts';
import { BridgeInProcess, type Fault } from '../peers/in-process.ts';
import { PeerWorld } from '../peers/world.ts';
import { FAULTS, faultsIn, type Found } from './bench.ts';
import { judge } from './checker.ts';
import { BRIDGES, PEERS } from './lives.ts';

const SAID = 4;
/** What a bridge is faulty at: neither the first message of its chat nor the last. */
const AT = 2;

/** Some people talk over a bridge that has this fault; returns the faults that the judge finds. */
async function judged(fault?: Fault): Promise<Found> {
  const world = await PeerWorld.build(seeded(1), 3);
  onTestFinished(async () => world.stop());
  const bridge = await BridgeInProcess.start(world.config, world.asToken, fault);
  onTestFinished(async () => bridge.stop());
  await expect.poll(() => world.network.isJoined).toBe(true);
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
  return faultsIn(judge(world.history()));
}

test('a bridge without fault is acquitted', async () => {
  expect(await judged()).toEqual({});
});

test.each(PEERS)('a bridge that %s is convicted', async (_, direction, conduct, found) => {
  expect(await judged({ direction, chat: 'chat0', n: AT, conduct })).toEqual(found);
});

test('there is a life that is convicted for each kind of fault', () => {
  const found = [...PEERS.map(([, , , counts]) => counts), ...BRIDGES.map(([, counts]) => counts)];
  expect(new Set(found.flatMap((counts) => Object.keys(counts)))).toEqual(new Set(FAULTS));
});
