// Gives ghosts their names, and only when they have others: a new name is an event in each of a ghost's rooms.

import type { MatrixUserId } from '../bridge/ids.ts';
import type { Log } from '../bridge/log.ts';
import { isObject } from './checks.ts';
import { isForbidden, isNotFound, refusalOf, toBridgeError } from './errors.ts';
import { CLIENT, type Intents } from './intent.ts';
import { cleanName } from './text.ts';

const MAX_KNOWN = 20_000;

export class Profiles {
  readonly #intents: Intents;
  readonly #log: Log;
  /** The names that ghosts have for certain. */
  readonly #names = new Map<MatrixUserId, string>();

  constructor(intents: Intents, log: Log) {
    this.#intents = intents;
    this.#log = log;
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
      this.#passOver(ghost, error);
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
      this.#passOver(ghost, error);
    }
    this.#remember(ghost, wanted);
  }

  /** A homeserver may let nobody change their name: without one the ghost can speak as well. */
  #passOver(ghost: MatrixUserId, error: unknown): void {
    const failure = toBridgeError(error);
    if (refusalOf(error) === undefined || failure.retriable) throw failure;
    this.#log.warn({ ghost, err: error }, 'the homeserver does not take the name of a ghost');
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
