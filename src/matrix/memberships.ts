// Remembers who is in which room, as far as events and own calls have told. A hint that spares requests, never the truth.

import type { Membership } from '../bridge/events.ts';
import type { MatrixUserId, RoomId } from '../bridge/ids.ts';

const MAX_ENTRIES = 50_000;

export class Memberships {
  // In order of use, the least recent first.
  readonly #known = new Map<string, Membership>();
  readonly #max: number;

  constructor(max = MAX_ENTRIES) {
    this.#max = max;
  }

  get(room: RoomId, user: MatrixUserId): Membership | undefined {
    const key = `${room} ${user}`;
    const membership = this.#known.get(key);
    if (membership !== undefined) {
      this.#known.delete(key);
      this.#known.set(key, membership);
    }
    return membership;
  }

  set(room: RoomId, user: MatrixUserId, membership: Membership): void {
    const key = `${room} ${user}`;
    this.#known.delete(key);
    this.#known.set(key, membership);
    if (this.#known.size > this.#max) {
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest);
        break;
      }
    }
  }
}
