// A process of its own for a group of targets: hunts, tells how far it is, and how much memory it has kept in the end.
// Started by `pool.ts`.

import { loadGroup } from './groups.ts';
import { hunt } from './hunt.ts';
import type { Find } from './hunt.ts';

export interface Order {
  readonly group: string;
  readonly seed: number;
  readonly tasks: readonly Task[];
  /** Tells after each execution, so that one that never ends can be named. */
  readonly careful: boolean;
  /** Milliseconds of Unix time at which it is enough. */
  readonly until: number;
}

export interface Task {
  readonly target: string;
  readonly from: number;
  readonly to: number;
}

export type Word =
  | { readonly type: 'at'; readonly target: string; readonly number: number }
  | {
      readonly type: 'hunted';
      readonly target: string;
      readonly executions: number;
      readonly crashes: number;
      readonly hangs: number;
      readonly finds: readonly Find[];
      readonly ms: number;
    }
  | { readonly type: 'memory'; readonly growthMib: number };

const WARM_UP = 3_000;
const BREATH_MS = 100;
const LOOK_EVERY = 64;

function say(word: Word): void {
  process.send?.(word);
}

function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What is in use, and not what the collector sets aside for later. */
async function residentMib(): Promise<number> {
  for (let turn = 0; turn < 4; turn++) {
    await globalThis.gc?.({ type: 'major', execution: 'async', flavor: 'last-resort' });
    await breathe();
  }
  return process.memoryUsage.rss() / 1024 / 1024;
}

async function work({ group, seed, tasks, careful, until }: Order): Promise<void> {
  const targets = await loadGroup(group);
  /** What is compiled and cached at first is no leak: the memory is looked at after a little of everything. */
  const first = tasks.map((task) => ({ ...task, to: Math.min(task.to, task.from + WARM_UP) }));
  const rest = tasks.map((task) => ({ ...task, from: Math.min(task.to, task.from + WARM_UP) }));
  for (const task of first) await carryOut(task);
  const before = await residentMib();
  for (const task of rest) await carryOut(task);
  say({ type: 'memory', growthMib: Math.max(0, (await residentMib()) - before) });

  async function carryOut({ target: name, from, to }: Task): Promise<void> {
    const target = targets.find((one) => one.name === name);
    if (target === undefined || from === to) return;
    say({ type: 'at', target: name, number: from - 1 });
    const began = performance.now();
    let breath = began;
    const onExecuted = async (number: number): Promise<boolean> => {
      if (careful) say({ type: 'at', target: name, number });
      if (number % LOOK_EVERY !== 0 || performance.now() - breath < BREATH_MS) return false;
      breath = performance.now();
      say({ type: 'at', target: name, number });
      await breathe();
      return Date.now() > until;
    };
    const hunted = await hunt(target, { seed, from, to, onExecuted });
    say({ type: 'hunted', target: name, ...hunted, ms: performance.now() - began });
  }
}

process.once('message', (order: Order) => {
  void work(order).then(() => process.disconnect());
});
