// Judges what went from the network to Matrix: what was owed stands in its room, once, by its speaker, in order. Pure; knows
// no bridge and no clock.

import type { Chat, End, History, Shown, Written } from '../history.ts';
import type { Bench } from './bench.ts';
import { firstOfEach, grouped, keyOf, neighbours } from './groups.ts';

/** Two connections are two streams: what went over both within this time has no order that anybody could keep. */
const NO_ORDER_MS = 50;

export function judgeNetworkToMatrix(history: History, bench: Bench): void {
  const { chats } = history;
  const written = grouped(history.written, keyOf);
  const shown = grouped(history.shown, keyOf);
  for (const [key, frames] of written) {
    const times = shown.get(key)?.length ?? 0;
    const debts = frames.map((frame) => debtOf(frame, history.ends[frame.life]));
    const isOwed = debts.includes('owed');
    const isExcused = !isOwed && debts.includes('excused');
    bench.add('n2m.written', 1);
    bench.add('n2m.owed', isOwed ? 1 : 0);
    bench.add('n2m.excused', isExcused ? 1 : 0);
    if (isExcused && times === 0) bench.add('n2m.excused.lost', 1);
    if (isOwed && times === 0) bench.add('n2m.lost', 1, () => lament(key, frames, history.ends));
    bench.add('n2m.doubled', Math.max(0, times - 1), () => `${key} stands in its room ${times} times`);
  }
  for (const one of history.shown) {
    const key = keyOf(one);
    bench.add('n2m.invented', written.has(key) ? 0 : 1, () => `${key} stands in a room, but nobody wrote it`);
    if (isIn(one, chats.get(one.conversation))) continue;
    if (isAmongOthers(one, chats)) bench.add('n2m.overheard', 1);
    else bench.add('n2m.misdirected', 1, () => `${key} stands in ${one.room} by ${one.by}`);
  }
  for (const [conversation, { rooms }] of chats) {
    bench.add('rooms.doubled', Math.max(0, rooms.length - 1), () => `${conversation} has ${rooms.length} rooms`);
  }
  for (const all of grouped(history.shown, (one) => `${one.conversation} ${one.room}`).values()) {
    for (const [before, after] of neighbours(firstOfEach(all, keyOf))) {
      const [one, other] = [written.get(keyOf(before))?.[0], written.get(keyOf(after))?.[0]];
      if (!one || !other || !overtook(one, other)) continue;
      bench.add('n2m.reordered', 1, () => `${keyOf(after)} stands after ${keyOf(before)}`);
    }
  }
}

/** `excused`: it was written in good time, but of that the program did not have enough. */
function debtOf({ at, heldUpMs }: Written, end: End | undefined): 'owed' | 'excused' | 'late' {
  if (end?.graceMs === undefined) return 'owed';
  const ageMs = end.at - at;
  if (ageMs < end.graceMs) return 'late';
  return ageMs - heldUpMs < end.graceMs ? 'excused' : 'owed';
}

function lament(key: string, frames: readonly Written[], ends: readonly End[]): string {
  const circumstances = frames.map(({ at, life, heldUpMs }) => {
    const end = ends[life];
    return end ? `${end.at - at} ms before ${end.how} (held up for ${heldUpMs.toFixed(0)} ms)` : 'to the last life';
  });
  return `${key} never came to its room, written ${circumstances.join(', ')}`;
}

function isIn({ room, by }: Shown, chat: Chat | undefined): boolean {
  return chat !== undefined && chat.rooms.includes(room) && chat.ghosts.includes(by);
}

/**
 * Whether it stands in a chat of these and one more, or of these but one. They call each other in one by one, and whoever is the first
 * there sees only the caller: what is said in it then is said where all of them come to be. And whoever hangs up in the moment in
 * which it is said is not there any more: it is said by who is left.
 */
function isAmongOthers({ conversation, room, by }: Shown, chats: ReadonlyMap<string, Chat>): boolean {
  const people = chats.get(conversation)?.ghosts ?? [];
  const isOfThem = ({ ghosts, rooms }: Chat): boolean =>
    rooms.includes(room) && ghosts.includes(by) && (isWithin(people, ghosts) || isWithin(ghosts, people));
  return people.includes(by) && [...chats.values()].some(isOfThem);
}

function isWithin(some: readonly string[], all: readonly string[]): boolean {
  return some.every((one) => all.includes(one));
}

/** `before` stands first in the room: was it written after? */
function overtook(before: Written, after: Written): boolean {
  if (before.connection === after.connection) return before.n > after.n;
  return before.at - after.at >= NO_ORDER_MS;
}
