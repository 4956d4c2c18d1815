// Which rooms a space shows, and which spaces a room says it belongs to. Knows two kinds of state; makes no space.

import { BridgeError } from '../bridge/errors.ts';
import type { RoomId } from '../bridge/ids.ts';
import type { Log } from '../bridge/log.ts';
import type { SpaceLink } from '../bridge/matrix.ts';
import { asRoomId, isObject } from './checks.ts';
import type { RoomState } from './room-state.ts';

export interface SpacesOptions {
  readonly state: RoomState;
  /** Through which others find our rooms: newer room ids name no server. */
  readonly domain: string;
  readonly log: Log;
}

export class Spaces {
  readonly #state: RoomState;
  readonly #domain: string;
  readonly #log: Log;

  constructor({ state, domain, log }: SpacesOptions) {
    this.#state = state;
    this.#domain = domain;
    this.#log = log;
  }

  async children(space: RoomId): Promise<readonly RoomId[]> {
    const events = await this.#state.all(space);
    return events.flatMap((event) => {
      const room = event['type'] === 'm.space.child' ? asRoomId(event['state_key']) : undefined;
      const via = isObject(event['content']) ? event['content']['via'] : undefined;
      return room !== undefined && Array.isArray(via) && via.length > 0 ? [room] : [];
    });
  }

  async setChild(space: RoomId, room: RoomId, link: SpaceLink): Promise<void> {
    const via = { via: [this.#domain] };
    await this.#state.write(space, 'm.space.child', room, link === 'none' ? {} : via);
    const parent = link === 'none' ? {} : { ...via, ...(link === 'main' && { canonical: true }) };
    try {
      await this.#state.write(room, 'm.space.parent', space, parent);
    } catch (error) {
      // It is shown all the same.
      if (error instanceof BridgeError && error.retriable) throw error;
      this.#log.debug({ space, room, err: error }, 'a room could not say which space it belongs to');
    }
  }
}
