// Rooms that take the place of others: what they say of each other, and whether it may be believed. Changes nothing.

import type { MatrixUserId, RoomId } from '../bridge/ids.ts';
import type { Successor } from '../bridge/matrix.ts';
import { type JsonObject, asRoomId, isObject } from './checks.ts';
import { mayClose } from './power-levels.ts';
import type { RoomState } from './room-state.ts';

export class RoomUpgrades {
  readonly #state: RoomState;

  constructor(state: RoomState) {
    this.#state = state;
  }

  /** The room that this one says it replaces. `as`: who looks; they are in it. */
  async predecessor(room: RoomId, as?: MatrixUserId): Promise<RoomId | undefined> {
    const create = await this.#state.read(room, 'm.room.create', '', as);
    const predecessor = create?.['predecessor'];
    return isObject(predecessor) ? asRoomId(predecessor['room_id']) : undefined;
  }

  async successor(room: RoomId): Promise<Successor | undefined> {
    const events = await this.#state.all(room);
    const find = (type: string): JsonObject | undefined =>
      events.find((event) => event['type'] === type && event['state_key'] === '');
    const tombstone = find('m.room.tombstone');
    if (tombstone === undefined || !isObject(tombstone['content']) || !('replacement_room' in tombstone['content'])) {
      return undefined; // never closed, or that was taken back
    }
    const by = tombstone['sender'];
    if (typeof by !== 'string' || !mayClose(by, find('m.room.create'), find('m.room.power_levels'))) return undefined;
    return { room: asRoomId(tombstone['content']['replacement_room']), by: by as MatrixUserId };
  }
}
