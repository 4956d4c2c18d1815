// The users who sync: which of their rooms changed, and who is waiting to hear of it. Knows rooms by name only; not
// what changed in them.

import { ChangeLog } from './change-log.ts';
import type { Room } from './room.ts';
import type { Stream } from './stream.ts';

export interface Listener {
  /** Kept from this position on; for earlier ones all rooms must be looked at. */
  readonly since: number;
  readonly rooms: ChangeLog<Room>;
  readonly waiting: Set<() => void>;
}

/** The connection of somebody who waits. */
export interface Line {
  isGone: boolean;
  onGone: () => void;
}

export class SyncListeners {
  readonly #stream: Stream;
  readonly #byUser = new Map<string, Listener>();

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  /** Whoever synced once is taken for a listener from then on. */
  of(user: string): Listener {
    let listener = this.#byUser.get(user);
    if (!listener) {
      listener = { since: this.#stream.position, rooms: new ChangeLog(), waiting: new Set() };
      this.#byUser.set(user, listener);
    }
    return listener;
  }

  /** Something concerning this user happened just now, perhaps in this room. */
  tell(user: string, room: Room | undefined): void {
    const listener = this.#byUser.get(user);
    if (!listener) return;
    if (room) listener.rooms.note(room, this.#stream.position);
    for (const wake of Array.from(listener.waiting)) wake();
  }

  tellRoom(room: Room): void {
    if (this.#byUser.size > 0) for (const user of room.joined) this.tell(user, room);
  }
}

/** Resolves when `listener` is told something, the time is over, or the client has gone away. */
export async function waitFor(listener: Listener, ms: number, line: Line): Promise<void> {
  await new Promise<void>((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      listener.waiting.delete(finish);
      resolve();
    };
    const timer = setTimeout(finish, ms).unref();
    listener.waiting.add(finish);
    line.onGone = finish;
  });
}
