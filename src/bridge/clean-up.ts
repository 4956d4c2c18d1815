// What becomes of a login's rooms when it is signed out, and what has to end before. Knows which rooms there are; not what
// they were for.

import { BridgeError } from './errors.ts';
import type { RoomId } from './ids.ts';
import { isLaneOf, matrixLane } from './lanes.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { Matrix } from './matrix.ts';
import type { Runner } from './runner.ts';
import type { Store } from './store.ts';

/** `keep`: nothing. `leave`: the bot and the ghosts leave. `remove`: so does the user, who finds them gone. */
export type LogoutRooms = 'keep' | 'leave' | 'remove';

/** Rooms that are cleaned up at the same time. */
const AT_ONCE = 5;

export interface CleanUpParts {
  readonly matrix: Pick<Matrix, 'abandon'>;
  readonly store: Pick<Store, 'portals' | 'boards' | 'spaces'>;
  readonly runner: Pick<Runner, 'settled' | 'settledInTime'>;
  readonly policy: LogoutRooms;
  readonly log: Log;
}

export class CleanUp {
  readonly #parts: CleanUpParts;

  constructor(parts: CleanUpParts) {
    this.#parts = parts;
  }

  /** What came is carried to its end, so that its rooms are found; who has said something is told what became of it. */
  async settle({ id }: Login): Promise<void> {
    const { runner, store } = this.#parts;
    await runner.settled(isLaneOf(id));
    const records = await store.portals.ofLogin(id);
    const lanes = new Set(records.flatMap(({ room }) => (room === undefined ? [] : [matrixLane(room)])));
    await runner.settledInTime((lane) => lanes.has(lane));
  }

  /** May be called again if it did not come to its end. */
  async carryOut(login: Login): Promise<void> {
    if (this.#parts.policy === 'keep') return;
    const rooms = await this.#roomsOf(login);
    for (let next = 0; next < rooms.length; next += AT_ONCE)
      await Promise.all(rooms.slice(next, next + AT_ONCE).map(async (room) => this.#abandon(login, room)));
  }

  async #roomsOf({ id }: Login): Promise<readonly RoomId[]> {
    const { portals, boards, spaces } = this.#parts.store;
    const records = [...(await portals.ofLogin(id)), await boards.find(id), ...(await spaces.ofLogin(id))];
    return records.flatMap((record) => record?.room ?? []);
  }

  async #abandon(login: Login, room: RoomId): Promise<void> {
    const { matrix, policy, log } = this.#parts;
    try {
      await matrix.abandon(room, policy === 'remove' ? [login.matrixUser] : []);
    } catch (error) {
      if (error instanceof BridgeError && error.retriable) throw error;
      log.warn({ login: login.id, room, err: error }, 'a room could not be cleaned up');
    }
  }
}
