// Feeds a target with inputs and watches: what it throws, what it takes too long for. Knows no target.

import { Mutator } from './mutator.ts';
import type { Target } from './target.ts';

/** So much work three times running, and an input hangs. */
const HANG_MS = 50;
const CONFIRMATIONS = 3;
/** Of one target; the same fault comes again and again. */
const MOST_FINDS = 10;
const MOST_SHRINKING = 300;

export interface Find {
  readonly kind: 'crash' | 'hang';
  readonly target: string;
  readonly number: number;
  /** Undefined: not cut down, because it never ends. */
  readonly input: Uint8Array | undefined;
  readonly what: string;
}

export interface HuntOptions {
  readonly seed: number;
  /** The number of the first input, and of the one behind the last. */
  readonly from: number;
  readonly to: number;
  /** Called after every execution. True: that is enough. */
  readonly onExecuted?: (number: number) => boolean | Promise<boolean>;
}

export interface Hunted {
  readonly executions: number;
  readonly crashes: number;
  readonly hangs: number;
  /** The first ones, each fault once. */
  readonly finds: readonly Find[];
}

export async function hunt(target: Target, { seed, from, to, onExecuted }: HuntOptions): Promise<Hunted> {
  const mutator = new Mutator(target, seed);
  const finds = new Map<string, Find>();
  const count = { crash: 0, hang: 0 };
  let number = from;
  for (let enough = false; number < to && !enough; number++) {
    const input = mutator.input(number);
    const fault = await judge(target, input);
    if (fault !== undefined) {
      const { kind, what } = fault;
      count[kind] += 1;
      const key = kind === 'hang' ? kind : what.split('\n').slice(0, 3).join('\n');
      if (!finds.has(key) && finds.size < MOST_FINDS)
        finds.set(key, { kind, target: target.name, number, input: await shrunk(target, input, kind), what });
    }
    enough = (await onExecuted?.(number)) === true;
  }
  return { executions: number - from, crashes: count.crash, hangs: count.hang, finds: [...finds.values()] };
}

interface Fault {
  readonly kind: Find['kind'];
  readonly what: string;
}

/** Undefined: nothing is wrong with how the target takes this. */
export async function judge({ run }: Pick<Target, 'run'>, input: Uint8Array): Promise<Fault | undefined> {
  const begin = performance.now();
  try {
    const running = run(input);
    if (running !== undefined) await running;
  } catch (error) {
    return { kind: 'crash', what: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  if (performance.now() - begin <= HANG_MS) return undefined;
  let least = Infinity;
  for (let left = CONFIRMATIONS; left > 0; left--) least = Math.min(least, await work(run, input));
  return least > HANG_MS ? { kind: 'hang', what: `${least.toFixed(0)} ms of work` } : undefined;
}

/** In milliseconds of this thread, in which others do not count. */
async function work(run: Target['run'], input: Uint8Array): Promise<number> {
  const before = process.threadCpuUsage();
  await run(input);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** Leaves out what the fault does not need. */
async function shrunk(target: Target, input: Uint8Array, kind: Find['kind']): Promise<Uint8Array> {
  let least = Buffer.from(input);
  let attempts = kind === 'hang' ? 0 : MOST_SHRINKING;
  for (let size = Math.ceil(least.length / 2); size > 0 && attempts > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < least.length && attempts > 0; attempts--) {
      const without = Buffer.concat([least.subarray(0, at), least.subarray(at + size)]);
      if ((await judge(target, without))?.kind === kind) least = without;
      else at += size;
    }
  }
  return least;
}
