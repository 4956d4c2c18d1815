// What a process of a run hears from its parent, and how it ends itself. Knows no bridge.

import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import type { CrashPoints } from '../../../src/bridge/crash-points.ts';
import { type Waits, waitsOf } from '../waits.ts';

/** Where to end; nowhere, if not said. */
export interface Order {
  readonly point?: string;
  /** At the so-manieth time that the point is passed. */
  readonly visit?: number;
}

export type Word =
  | { readonly type: 'begin'; readonly order: Order }
  /** Those who serve it at the database. */
  | { readonly type: 'database'; readonly pids: readonly number[] };

export type News =
  | { readonly type: 'warm' }
  | { readonly type: 'ready' }
  /** A point was passed for the first time. */
  | { readonly type: 'passed'; readonly point: string };

/** The last words go through a pipe that is written at once: there is no time for anything else. */
export const LAST_WORDS = 3;

/** What a program with a fault passes when that has come about, or is about to. */
export const STRUCK = 'the fault';

export interface LastWords {
  readonly at: number;
  readonly point: string;
  readonly waits: Waits;
}

let database: readonly number[] = [];

export function tell(news: News): void {
  process.send?.(news);
}

/** All modules are loaded by now: waits for the turn to come. */
export async function orders(): Promise<Order> {
  process.once('disconnect', () => process.exit(1));
  const order = new Promise<Order>((resolve) => {
    process.on('message', (message) => {
      const word = message as Word;
      if (word.type === 'begin') resolve(word.order);
      else database = word.pids;
    });
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
  const words: LastWords = { at: Date.now(), point, waits: waitsOf(process.pid, database) };
  writeSync(LAST_WORDS, JSON.stringify(words));
  process.kill(process.pid, 'SIGKILL');
}
