// Gives ghosts their names, and only when they have others: a new name is an event in each of a ghost's rooms.

import type { MatrixUserId } from '../bridge/ids.ts';
import { isObject } from './checks.ts';
import { isForbidden, isNotFound, toBridgeError } from './errors.ts';
import { CLIENT, type Intents } from './intent.ts';
import { cleanName } from './text.ts';

const MAX_KNOWN = 20_000;

export class Profiles {
  readonly #intents: Intents;
  /** The names that ghosts have for certain. */
  readonly #names = new Map<MatrixUserId, string>();

  constructor(intents: Intents) {
    this.#intents = intents;
  }

  knows(ghost: MatrixUserId): boolean {
    return this.#names.has(ghost);
  }

  async ensure(ghost: MatrixUserId, name: string): Promise<void> {
    const wanted = cleanName(name) || localpartOf(ghost);
    if (this.#names.get(ghost) === wanted) return;
    await this.#intents.ensureRegistered(ghost);
    const path = pathOf(ghost);
    try {
      if ((await this.#nameAt(ghost, path)) !== wanted) {
        await this.#intents.call(ghost, 'PUT', path, { displayname: wanted });
      }
    } catch (error) {
      throw toBridgeError(error);
    }
    this.#remember(ghost, wanted);
  }

  /** Past the look at the name that it has: nobody else gives it one. A ghost that is not there after all is made. */
  async rename(ghost: MatrixUserId, name: string): Promise<void> {
    const wanted = cleanName(name) || localpartOf(ghost);
    try {
      await this.#intents.call(ghost, 'PUT', pathOf(ghost), { displayname: wanted });
    } catch (error) {
      if (isForbidden(error)) return this.ensure(ghost, name);
      throw toBridgeError(error);
    }
    this.#remember(ghost, wanted);
  }

  async #nameAt(ghost: MatrixUserId, path: string): Promise<unknown> {
    try {
      const answer = await this.#intents.call(ghost, 'GET', path);
      return isObject(answer) ? answer['displayname'] : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  #remember(ghost: MatrixUserId, name: string): void {
    this.#names.delete(ghost);
    this.#names.set(ghost, name);
    if (this.#names.size <= MAX_KNOWN) return;
    for (const oldest of this.#names.keys()) {
      this.#names.delete(oldest);
      break;
    }
  }
}

function pathOf(ghost: MatrixUserId): string {
  return `${CLIENT}/profile/${encodeURIComponent(ghost)}/displayname`;
}

function localpartOf(user: MatrixUserId): string {
  return user.slice(1, user.indexOf(':'));
}
