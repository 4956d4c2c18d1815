// Who is to run first on a machine that is busy with other things. Knows processes; not what they do. Only an administrator
// may put anybody first, and nobody else is refused anything by it.

import { getPriority, setPriority } from 'node:os';

/** For whoever is judged, and its database. */
export const FIRST = -10;

export function prioritise(pid: number, priority: number): void {
  try {
    setPriority(pid, priority);
  } catch {
    // not permitted, or over already: then it takes longer, and what it waits for is counted
  }
}

/** Whatever is begun meanwhile keeps this priority for life. */
export async function startedWith<Result>(priority: number, start: () => Promise<Result>): Promise<Result> {
  const before = getPriority();
  prioritise(process.pid, priority);
  try {
    return await start();
  } finally {
    prioritise(process.pid, before);
  }
}
