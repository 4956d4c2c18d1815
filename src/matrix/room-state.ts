// Reads and writes the state of rooms. Knows how it is asked for and refused; not what any of it means.

import type { MatrixUserId, RoomId } from '../bridge/ids.ts';
import { type JsonObject, isObject } from './checks.ts';
import { isForbidden, isNotFound, roomGone, toBridgeError } from './errors.ts';
import { CLIENT, type Intents } from './intent.ts';

export class RoomState {
  readonly #intents: Pick<Intents, 'call' | 'standing'>;
  readonly #bot: MatrixUserId;

  constructor(intents: Pick<Intents, 'call' | 'standing'>, bot: MatrixUserId) {
    this.#intents = intents;
    this.#bot = bot;
  }

  /** The content, or undefined if there is none. Throws `room-gone` if this user may not look. */
  async read(room: RoomId, type: string, key = '', as = this.#bot): Promise<JsonObject | undefined> {
    try {
      const answer = await this.#intents.call(as, 'GET', pathOf(room, type, key));
      return isObject(answer) ? answer : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw isForbidden(error) ? roomGone(error) : toBridgeError(error);
    }
  }

  /** All state events, as the homeserver tells them: nothing in them is checked. */
  async all(room: RoomId): Promise<readonly JsonObject[]> {
    try {
      const answer = await this.#intents.call(this.#bot, 'GET', `${CLIENT}/rooms/${encodeURIComponent(room)}/state`);
      return Array.isArray(answer) ? answer.filter(isObject) : [];
    } catch (error) {
      throw isForbidden(error) ? roomGone(error) : toBridgeError(error);
    }
  }

  async write(room: RoomId, type: string, key: string, content: JsonObject): Promise<void> {
    try {
      await this.#intents.call(this.#bot, 'PUT', pathOf(room, type, key), content);
    } catch (error) {
      if (!isForbidden(error)) throw toBridgeError(error);
      throw (await this.#intents.standing(room, this.#bot)) === 'joined' ? toBridgeError(error) : roomGone(error);
    }
  }
}

function pathOf(room: RoomId, type: string, key: string): string {
  return `${CLIENT}/rooms/${encodeURIComponent(room)}/state/${encodeURIComponent(type)}/${encodeURIComponent(key)}`;
}
