// What a process of a run hears from its parent, and how it ends itself. Knows no bridge.

import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import type { CrashPoints } from '../../../src/bridge/crash-points.ts';

/** Where to end; nowhere, if not said. */
export interface Order {
  readonly point?: string;
  /** At the so-manieth time that the point is passed. */
  readonly visit?: number;
}

export type News =
  | { readonly type: 'warm' }
  | { readonly type: 'ready' }
  /** A point was passed for the first time. */
  | { readonly type: 'passed'; readonly point: string };

/** The last words go through a pipe that is written at once: there is no time for anything else. */
export const LAST_WORDS = 3;

export interface LastWords {
  readonly at: number;
  readonly point: string;
}

export function tell(news: News): void {
  process.send?.(news);
}

/** All modules are loaded by now: waits for the turn to come. */
export async function orders(): Promise<Order> {
  process.once('disconnect', () => process.exit(1));
  const order = new Promise<Order>((resolve) => {
    process.once('message', (message) => resolve(message as Order));
  });
  flushCompileCache(); // nobody who is killed gets to do it
  tell({ type: 'warm' });
  return order;
}

export function crashPoints({ point, visit = 1 }: Order): CrashPoints {
  const passed = new Set<string>();
  let left = visit;
  return {
    at: (here) => {
      if (here === point) {
        left -= 1;
        if (left === 0) end(here);
      }
      if (passed.has(here)) return;
      passed.add(here);
      tell({ type: 'passed', point: here });
    },
  };
}

function end(point: string): void {
  writeSync(LAST_WORDS, JSON.stringify({ at: Date.now(), point } satisfies LastWords));
  process.kill(process.pid, 'SIGKILL');
}
