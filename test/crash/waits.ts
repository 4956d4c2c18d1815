// How long processes had to wait for a processor, as the kernel has counted it. Knows /proc; not what the processes do. Where
// there is no such count, nobody has ever waited.

import { readFileSync } from 'node:fs';

/** In milliseconds since each began: of a program, and of those that serve it at its database, by process id. */
export interface Waits {
  readonly program: number;
  readonly database: Readonly<Record<number, number>>;
}

export function waitsOf(program: number, database: readonly number[]): Waits {
  const known = database.map((pid) => [pid, waitedMs(pid)] as const).filter(([, ms]) => ms !== undefined);
  return { program: waitedMs(program) ?? 0, database: Object.fromEntries(known) as Record<number, number> };
}

/**
 * For so long, between two looks, nothing could be taken in: the program waited, or the one at its database that waited the
 * longest. Whoever sleeps, computes or waits for a disk is not held up.
 */
export function heldUpMs(before: Waits, after: Waits): number {
  const inDatabase = Object.entries(after.database).map(([pid, ms]) => ms - (before.database[Number(pid)] ?? ms));
  return Math.max(0, after.program - before.program) + Math.max(0, ...inDatabase);
}

/** Undefined: there is no such process, or no such count. */
function waitedMs(pid: number): number | undefined {
  try {
    const [, nanoseconds] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch {
    return undefined;
  }
}
