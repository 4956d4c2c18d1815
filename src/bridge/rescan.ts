// Looks through the rooms of a login for what the homeserver never pushed: it may lose what it holds in memory when it is
// restarted. Knows rooms and what is recorded; carries nothing itself.

import type { Clock } from './clock.ts';
import { BridgeError } from './errors.ts';
import type { Talk } from './events.ts';
import type { RoomId } from './ids.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { Matrix, Recent } from './matrix.ts';
import type { Journal, PortalStore } from './store.ts';

/** Nobody waits for an older message any more, and all of these are still known if they were recorded. */
const LOOK_BACK_MS = 24 * 60 * 60 * 1_000;

export interface RescanParts {
  readonly matrix: Pick<Matrix, 'recent'>;
  readonly portals: Pick<PortalStore, 'ofLogin'>;
  readonly journal: Pick<Journal, 'missing'>;
  /** Takes them as if they were pushed just now. */
  readonly accept: (events: readonly Talk[]) => Promise<void>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

export interface Found {
  /** That were looked through. */
  readonly rooms: number;
  /** That the homeserver did not show. */
  readonly unseen: number;
  readonly messages: number;
  /** Rooms in which there was more than is looked through. */
  readonly cutOff: number;
}

export class Rescan {
  readonly #parts: RescanParts;

  constructor(parts: RescanParts) {
    this.#parts = parts;
  }

  async look(login: Login): Promise<Found> {
    const { portals } = this.#parts;
    const all = { rooms: 0, unseen: 0, messages: 0, cutOff: 0 };
    for (const { room } of await portals.ofLogin(login.id)) {
      if (room === undefined) continue;
      const found = await this.#lookInto(room, login);
      if (found) all.rooms += 1;
      else all.unseen += 1;
      all.messages += found?.messages ?? 0;
      if (found?.isCutOff) all.cutOff += 1;
    }
    return all;
  }

  /** Undefined: it is not shown to us. */
  async #lookInto(
    room: RoomId,
    login: Login,
  ): Promise<(Pick<Found, 'messages'> & Pick<Recent, 'isCutOff'>) | undefined> {
    const { matrix, journal, accept, clock, log } = this.#parts;
    const since = new Date(clock.now().getTime() - LOOK_BACK_MS);
    let recent: Recent;
    try {
      recent = await matrix.recent(room, since);
    } catch (error) {
      if (!(error instanceof BridgeError) || error.retriable) throw error;
      log.info({ login: login.id, room, err: error }, 'a room could not be looked through');
      return undefined;
    }
    const { isCutOff } = recent;
    if (isCutOff) log.warn({ login: login.id, room }, 'more was said than is looked through: only at the newest of it');
    const said = recent.said.filter(({ sender }) => sender === login.matrixUser);
    const missing = new Set(await journal.missing(said.map(({ id }) => id)));
    const found = said.filter(({ id }) => missing.has(id));
    if (found.length === 0) return { messages: 0, isCutOff };
    log.warn({ login: login.id, room, events: found.length }, 'events that were never pushed are taken now');
    await accept(found);
    return { messages: found.length, isCutOff };
  }
}
