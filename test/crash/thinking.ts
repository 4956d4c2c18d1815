// How long a homeserver takes for what it is sent by an application service: never twice the same, as with real ones, so that
// what is on its way at once may come out of order. Knows requests; not who sends them.

import type { Random } from '../msnp/support/random.ts';

/** Synapse on a machine that has something to do takes some tens of milliseconds for an event. */
const LONGEST_MS = 60;

export function thinking(random: Random): (path: string, query: string) => number {
  return (path, query) => (path.includes('/send/') && query.includes('user_id=') ? random(LONGEST_MS) : 0);
}
