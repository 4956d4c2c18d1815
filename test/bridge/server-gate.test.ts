// The door to one server: a crowd of logins before a server that is made up, on a clock that a test moves.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoff } from '../../src/bridge/backoff.ts';
import { type Answer, ServerGate, type Turn } from '../../src/bridge/server-gate.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** The same numbers for the same seed. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Attempt {
  readonly who: number;
  readonly at: number;
}

class Crowd {
  readonly clock: FakeClock;
  readonly gate: ServerGate;
  readonly attempts: Attempt[] = [];
  readonly inside = new Set<number>();
  underWay = 0;
  mostUnderWay = 0;
  isDead = false;
  /** How long the server takes for a sign-in, and to show that it is dead. */
  answerMs = 500;
  silenceMs = 0;

  constructor(options: { perSecond?: number; seed?: number } = {}) {
    this.clock = new RollingClock(dice(options.seed ?? 1));
    this.gate = new ServerGate({ clock: this.clock, perSecond: options.perSecond ?? 20 });
  }

  get now(): number {
    return this.clock.now().getTime();
  }

  /** As a login does it. */
  wants(who: number, { failures = 0, urgent = false } = {}): () => void {
    return this.gate.enter({
      urgent,
      failures,
      onTurn: (turn) => {
        this.attempts.push({ who, at: this.now });
        this.underWay += 1;
        this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
        const dead = this.isDead;
        this.clock.after(dead ? this.silenceMs : this.answerMs, () => {
          this.underWay -= 1;
          turn.end(dead ? 'down' : 'answered');
          if (dead) this.#wantsLater(who, failures);
          else this.inside.add(who);
        });
      },
    });
  }

  #wantsLater(who: number, failures: number): void {
    const wait = this.gate.isDown ? 0 : backoff(this.clock, failures);
    this.clock.after(wait, () => this.wants(who, { failures: failures + 1 }));
  }

  wantAll(count: number): void {
    for (let who = 0; who < count; who++) this.wants(who);
  }

  pass(ms: number): void {
    this.clock.advance(ms);
  }

  /** The most attempts that began in any second of this stretch of time. */
  busiestSecond(from = 0): number {
    const times = this.attempts.map(({ at }) => at).filter((at) => at >= from);
    return Math.max(0, ...times.map((at) => times.filter((other) => other >= at && other < at + 1_000).length));
  }
}

class RollingClock extends FakeClock {
  readonly #roll: () => number;

  constructor(roll: () => number) {
    super();
    this.#roll = roll;
  }

  override random(): number {
    return this.#roll();
  }
}

test('a thousand logins sign in with no second above the limit, never more than fifty at once, and all of them soon', () => {
  const crowd = new Crowd();
  crowd.wantAll(1_000);
  crowd.pass(60_000);
  expect(crowd.inside.size).toBe(1_000);
  expect(crowd.busiestSecond()).toBeLessThanOrEqual(20 + 20);
  expect(crowd.mostUnderWay).toBeLessThanOrEqual(50);
});

test('a server that takes its time has fifty at once and not more', () => {
  const crowd = new Crowd();
  crowd.answerMs = 10_000;
  crowd.wantAll(500);
  crowd.pass(120_000);
  expect(crowd.mostUnderWay).toBe(50);
});

test('a server is not believed to take many at once before it has shown it', () => {
  const crowd = new Crowd();
  crowd.wantAll(100);
  crowd.pass(499);
  expect(crowd.attempts).toHaveLength(4);
  crowd.pass(1_000);
  expect(crowd.attempts.length).toBeGreaterThan(12);
});

test('a thousand logins ask a dead server once in a probe’s time, and come back soon after it does', () => {
  fc.assert(
    fc.property(
      fc.record({
        seed: fc.integer({ min: 1, max: 1_000_000 }),
        silenceMs: fc.constantFrom(0, 5, 15_000),
        deadMs: fc.integer({ min: 60_000, max: 900_000 }),
      }),
      ({ seed, silenceMs, deadMs }) => {
        const crowd = new Crowd({ seed });
        crowd.isDead = true;
        crowd.silenceMs = silenceMs;
        crowd.wantAll(1_000);
        // the first few find out
        crowd.pass(30_000);
        const known = crowd.now;
        crowd.pass(deadMs);
        expect(crowd.gate.isDown).toBe(true);
        expect(crowd.busiestSecond(known)).toBeLessThanOrEqual(1);
        crowd.isDead = false;
        const back = crowd.now;
        crowd.pass(100_000 + silenceMs);
        expect(crowd.inside.size).toBe(1_000);
        expect(crowd.busiestSecond(back)).toBeLessThanOrEqual(40);
      },
    ),
    { numRuns: 15 },
  );
});

test('probes come at any time up to half a minute, and not from the same login all the time', () => {
  const crowd = new Crowd();
  crowd.isDead = true;
  crowd.wantAll(50);
  crowd.pass(600_000);
  const probes = crowd.attempts.slice(10);
  const gaps = probes.slice(1).map(({ at }, index) => at - probes[index]!.at);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(31_000);
  expect(Math.max(...gaps) - Math.min(...gaps)).toBeGreaterThan(20_000);
  expect(new Set(probes.map(({ who }) => who)).size).toBe(Math.min(50, probes.length));
});

test('a few failures are those of a login, three in a row are the server’s', () => {
  const { clock, gate } = new Crowd();
  const answers: Answer[] = ['down', 'down', 'answered', 'down', 'down', 'busy', 'down', 'down', 'unasked', 'down'];
  const seen = answers.map((answer) => {
    gate.enter({ urgent: true, failures: 0, onTurn: (turn) => turn.end(answer) });
    clock.advance(100);
    return gate.isDown;
  });
  expect(seen).toEqual([...Array<boolean>(9).fill(false), true]);
});

test('attempts that were under way when the server went down are one failure, however many they are', () => {
  const crowd = new Crowd();
  crowd.wantAll(200);
  crowd.pass(3_000);
  expect(crowd.underWay).toBeGreaterThan(3);
  crowd.isDead = true;
  crowd.silenceMs = 1_500;
  crowd.pass(2_000);
  const before = crowd.attempts.length;
  expect(crowd.gate.isDown).toBe(true);
  crowd.pass(2_000);
  expect(crowd.attempts.length).toBeGreaterThan(before);
});

test('a user who asks does not wait for the probes of others, and finds out for them', () => {
  const crowd = new Crowd();
  crowd.isDead = true;
  crowd.wantAll(5);
  crowd.pass(300_000);
  const before = crowd.attempts.length;
  crowd.wants(99, { urgent: true });
  crowd.pass(0);
  expect(crowd.attempts.slice(before).map(({ who }) => who)).toEqual([99]);
  crowd.isDead = false;
  crowd.wants(100, { urgent: true });
  crowd.pass(500);
  expect(crowd.gate.isDown).toBe(false);
  crowd.pass(5_000);
  expect(crowd.inside.size).toBe(7);
});

test('users who ask go before all others, and keep to the limit of a second all the same', () => {
  const crowd = new Crowd({ perSecond: 2 });
  crowd.wantAll(10);
  for (let who = 100; who < 110; who++) crowd.wants(who, { urgent: true });
  crowd.pass(10_000);
  expect(crowd.attempts.slice(0, 10).map(({ who }) => who)).toEqual(Array.from({ length: 10 }, (_, n) => 100 + n));
  expect(crowd.busiestSecond()).toBeLessThanOrEqual(4);
});

test('those who failed less go first', () => {
  const crowd = new Crowd({ perSecond: 1 });
  crowd.wants(1, { failures: 3 });
  crowd.wants(2, { failures: 0 });
  crowd.wants(3, { failures: 1 });
  crowd.wants(4, { failures: 0 });
  crowd.pass(10_000);
  expect(crowd.attempts.map(({ who }) => who)).toEqual([2, 4, 3, 1]);
});

test('whoever goes away takes no turn, and one that is not used is free for others', () => {
  const { clock, gate } = new Crowd();
  const turns: Turn[] = [];
  const enter = (): (() => void) => gate.enter({ urgent: false, failures: 0, onTurn: (turn) => turns.push(turn) });
  const cancels = Array.from({ length: 4 }, enter);
  enter();
  enter();
  cancels[1]!();
  clock.advance(1_000);
  expect(turns).toHaveLength(4);
  turns[0]!.end('unasked');
  turns[0]!.end('unasked');
  clock.advance(1_000);
  expect(turns).toHaveLength(5);
  for (const turn of turns) turn.end('answered');
  clock.advance(1_000);
  expect(clock.pending).toBe(0);
});
