import { expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import type { LoginId } from '../../src/bridge/ids.ts';
import { Rounds } from '../../src/bridge/rounds.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';

const ALICE = 'net/alice' as LoginId;
const BOB = 'net/bob' as LoginId;

class Stage {
  readonly clock = new FakeClock();
  readonly begun: string[] = [];
  work: () => Promise<void> = async () => undefined;
  readonly #start = this.clock.now().getTime();
  readonly rounds = new Rounds({
    clock: this.clock,
    log: keptLog(),
    delayMs: 1_000,
    gapMs: 5_000,
    failure: 'it failed',
    work: async (id) => {
      this.begun.push(`${id} ${this.clock.now().getTime() - this.#start}`);
      await this.work();
    },
  });

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 500) {
      this.clock.advance(500);
      await settled();
    }
  }
}

test('changes that come together are one round, for each login its own', async () => {
  const { rounds, begun, ...stage } = new Stage();
  for (const id of [ALICE, ALICE, BOB, ALICE]) rounds.due(id);
  stage.clock.advance(2_000);
  expect(begun).toEqual(['net/alice 1000', 'net/bob 1000']);
});

test('rounds of one login keep their distance, and the last change is never lost', async () => {
  const stage = new Stage();
  for (let second = 0; second < 12; second++) {
    stage.rounds.due(ALICE);
    await stage.pass(1_000);
  }
  await stage.pass(20_000);
  expect(stage.begun).toEqual(['net/alice 1000', 'net/alice 6000', 'net/alice 11000', 'net/alice 16000']);
});

test('what changes during a round is in the next', async () => {
  const stage = new Stage();
  const held = Promise.withResolvers<void>();
  stage.work = async () => held.promise;
  stage.rounds.due(ALICE);
  await stage.pass(3_000);
  stage.rounds.due(ALICE);
  await stage.pass(10_000);
  expect(stage.begun).toHaveLength(1);
  held.resolve();
  await settled();
  await stage.pass(10_000);
  expect(stage.begun).toEqual(['net/alice 1000', 'net/alice 18000']);
});

test('what fails is tried again only if that makes sense', async () => {
  const stage = new Stage();
  let retriable = true;
  stage.work = async () => {
    throw new BridgeError('homeserver', 'No.', { retriable });
  };
  stage.rounds.due(ALICE);
  await stage.pass(2_000);
  retriable = false;
  await stage.pass(60_000);
  expect(stage.begun).toEqual(['net/alice 1000', 'net/alice 11000']);
});

test('nothing begins for who is gone, or after the end', async () => {
  const stage = new Stage();
  stage.rounds.due(ALICE);
  stage.rounds.due(BOB);
  await stage.rounds.forget(ALICE);
  stage.rounds.stop();
  stage.rounds.due(ALICE);
  await stage.pass(5_000);
  expect(stage.begun).toEqual([]);
});

test('whoever is forgotten has no round under way any more', async () => {
  const stage = new Stage();
  const gate = Promise.withResolvers<void>();
  stage.work = () => gate.promise;
  stage.rounds.due(ALICE);
  await stage.pass(1_000);
  let over = false;
  const forgotten = stage.rounds.forget(ALICE).then(() => (over = true));
  await settled();
  expect(over).toBe(false);
  gate.resolve();
  await forgotten;
  await stage.pass(20_000);
  expect(stage.begun).toEqual(['net/alice 1000']);
});
