// Runs groups of targets in processes of their own, some at a time, and keeps an eye on them: one that stands still is
// ended, the input that held it up is found, and the rest goes on. Knows no target.

import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';

import type { Order, Task, Word } from './child.ts';
import type { Find } from './hunt.ts';

/** Nobody says anything for so long, and has worked for half of that: it stands still. Where every input is told of, a quarter of that is enough. */
const STILL_MS = 20_000;
/** So many times as long one waits for those who do not come to work: the machine may have others. */
const MOST_PATIENCE = 10;
/** To begin at all. */
const START_MS = 60_000;
/** glibc's: gives back what is free, and does not hoard it for each thread. */
const ALLOCATOR = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '32768', MALLOC_TRIM_THRESHOLD_: '65536' };
/** In which Linux counts work. */
const TICK_MS = 10;
/** A target that never ends so often is not asked again. */
const MOST_ENDLESS = 3;

export interface Told {
  readonly executions: number;
  readonly crashes: number;
  readonly hangs: number;
  readonly ms: number;
}

export interface Outcome {
  readonly targets: ReadonlyMap<string, Told>;
  readonly finds: readonly Find[];
  readonly growthMib: number;
}

const NONE: Told = { executions: 0, crashes: 0, hangs: 0, ms: 0 };

/** One group, to its end. */
export async function runGroup(order: Omit<Order, 'careful'>, stillMs = STILL_MS): Promise<Outcome> {
  const targets = new Map<string, Told>();
  const finds: Find[] = [];
  let growthMib = 0;
  const add = (target: string, more: Partial<Told>): void => {
    const told = targets.get(target) ?? NONE;
    targets.set(target, {
      executions: told.executions + (more.executions ?? 0),
      crashes: told.crashes + (more.crashes ?? 0),
      hangs: told.hangs + (more.hangs ?? 0),
      ms: told.ms + (more.ms ?? 0),
    });
  };
  let tasks = order.tasks;
  for (let careful = false; tasks.length > 0;) {
    const ended = await runChild({ ...order, tasks, careful }, careful ? stillMs / 4 : stillMs, (word) => {
      if (word.type === 'memory') growthMib = Math.max(growthMib, word.growthMib);
      if (word.type !== 'hunted') return;
      add(word.target, word);
      finds.push(...word.finds);
    });
    if (ended.type === 'done') break;
    const { target, number } = ended;
    if (careful) {
      finds.push({ kind: 'hang', target, number: number + 1, input: undefined, what: 'it never ends' });
      add(target, { executions: 1, hangs: 1 });
      const endless = finds.filter((find) => find.target === target && find.input === undefined).length;
      tasks = after(ended.left, target, endless < MOST_ENDLESS ? number + 2 : Infinity);
    } else {
      tasks = after(ended.left, target, number + 1);
    }
    careful = !careful;
  }
  return { targets, finds, growthMib };
}

/** What is still to be done when one target has come as far as this. */
function after(tasks: readonly Task[], target: string, from: number): readonly Task[] {
  return tasks
    .map((task) => (task.target === target ? { ...task, from: Math.min(Math.max(task.from, from), task.to) } : task))
    .filter((task) => task.from < task.to);
}

type Ended =
  | { readonly type: 'done' }
  /** `number`: the last input that is known to have ended. `left`: with the targets before it done as far as was told. */
  | { readonly type: 'still'; readonly target: string; readonly number: number; readonly left: readonly Task[] };

async function runChild(order: Order, stillMs: number, onWord: (word: Word) => void): Promise<Ended> {
  const child = fork(new URL('child.ts', import.meta.url), {
    // Neither what the collector sets aside for the young nor what the allocator has of earlier use is to hide what is kept.
    env: { ...process.env, ...ALLOCATOR },
    execArgv: ['--expose-gc', '--max-semi-space-size=4', '--disable-warning=DEP0060'],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = Promise.withResolvers<Ended>();
  let left = order.tasks;
  let at = { target: order.tasks[0]?.target ?? '', number: (order.tasks[0]?.from ?? 0) - 1 };
  let timer: NodeJS.Timeout | undefined;
  const watch = (ms: number): void => {
    clearTimeout(timer);
    const before = workOf(child.pid);
    const wait = (patience: number): void => {
      timer = setTimeout(() => {
        if (patience > 0 && workOf(child.pid) - before < ms / 2) return wait(patience - 1);
        ended.resolve({ type: 'still', ...at, left });
        child.kill('SIGKILL');
      }, ms);
    };
    wait(MOST_PATIENCE);
  };
  child.on('message', (word: Word) => {
    watch(stillMs);
    if (word.type === 'at') at = { target: word.target, number: word.number };
    if (word.type === 'hunted') left = after(left, word.target, at.number + 1);
    onWord(word);
  });
  child.on('exit', (code, signal) => {
    clearTimeout(timer);
    if (code === 0) ended.resolve({ type: 'done' });
    else
      ended.reject(
        new Error(`the process of ${order.group} ended with ${signal ?? code} after ${at.target}@${at.number}`),
      );
  });
  watch(START_MS);
  child.send(order);
  return ended.promise;
}

/** Milliseconds of work that a process has done. NaN where the system does not tell: not less than anything. */
function workOf(pid: number | undefined): number {
  try {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ');
    const [user, system] = fields.split(' ').slice(11, 13).map(Number);
    return ((user ?? 0) + (system ?? 0)) * TICK_MS;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return NaN;
  }
}

/** So many at a time, in their order. */
export async function inPool<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index]!);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
