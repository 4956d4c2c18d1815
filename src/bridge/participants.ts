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
  const were = new Set(inside(before).map(({ user }) => user));
  const are = new Set<RemoteUserId>(inside(now).map(({ user }) => user));
  return {
    coming: inside(now).filter(({ user }) => !were.has(user)),
    going: now.filter(({ user }) => were.has(user) && !are.has(user)),
  };
}

export function inside(participants: readonly Participant[]): readonly Participant[] {
  return participants.filter(({ standing }) => standing === 'in');
}

/**
 * What a chat that has no name is called: "Bob, Carol and 3 others". By those who are in it; if that is not several any more,
 * by all who belong to it: else its room would look like the one of the last who stayed.
 */
export function namesOf(participants: readonly Participant[]): string {
  const groups = [inside(participants), participants.filter(({ standing }) => standing !== 'left'), participants];
  const names = (groups.find(({ length }) => length > 1) ?? participants).map(({ name }) => name);
  if (names.length <= MOST_NAMES) return names.join(', ');
  const shown = names.slice(0, MOST_NAMES - 1);
  return `${shown.join(', ')} and ${names.length - shown.length} others`;
}
