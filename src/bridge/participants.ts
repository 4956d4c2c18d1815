// Who takes part in a chat of several, as its room shows it. Pure.

import type { Participant } from './events.ts';
import type { RemoteUserId } from './ids.ts';

const MOST_NAMES = 4;

export interface Movements {
  readonly coming: readonly Participant[];
  readonly going: readonly Participant[];
}

/** Who comes into the room and who goes out of it. */
export function movements(before: readonly Participant[], now: readonly Participant[]): Movements {
  const were = inside(before);
  const are = inside(now);
  return {
    coming: now.filter(({ user, standing }) => standing === 'in' && !were.has(user)),
    going: now.filter(({ user }) => were.has(user) && !are.has(user)),
  };
}

/** What a chat that has no name is called: "Bob, Carol and 3 others". */
export function namesOf(participants: readonly Participant[]): string {
  const names = participants.map(({ name }) => name);
  if (names.length <= MOST_NAMES) return names.join(', ');
  const shown = names.slice(0, MOST_NAMES - 1);
  return `${shown.join(', ')} and ${names.length - shown.length} others`;
}

function inside(participants: readonly Participant[]): ReadonlySet<RemoteUserId> {
  return new Set(participants.filter(({ standing }) => standing === 'in').map(({ user }) => user));
}
