// News of the moment from the networks: where each goes. Knows the parts that show it; keeps nothing.

import type { BuddyList } from './buddy-list.ts';
import { assertNever } from './errors.ts';
import type { JournaledEvent, RemoteEvent } from './events.ts';
import type { GhostPresence } from './ghost-presence.ts';
import type { Ghosts } from './ghosts.ts';
import { remoteLane, requestLane } from './lanes.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { Matrix } from './matrix.ts';
import type { Portals } from './portals.ts';
import type { Requests } from './requests.ts';
import type { Runner } from './runner.ts';

export interface MomentsParts {
  readonly runner: Pick<Runner, 'moment'>;
  readonly matrix: Pick<Matrix, 'ghostId'>;
  readonly portals: Pick<Portals, 'peek'>;
  readonly ghosts: Pick<Ghosts, 'rename'>;
  readonly presence: Pick<GhostPresence, 'noteContact' | 'noteLogin'>;
  readonly list: Pick<BuddyList, 'noteContact' | 'noteRoster'>;
  readonly requests: Pick<Requests, 'review'>;
  readonly log: Log;
}

export class Moments {
  readonly #parts: MomentsParts;

  constructor(parts: MomentsParts) {
    this.#parts = parts;
  }

  handle(login: Login, event: Exclude<RemoteEvent, JournaledEvent>): void {
    const { runner, matrix, portals, ghosts, presence, list } = this.#parts;
    switch (event.type) {
      case 'typing': {
        const key = { login: login.id, chat: event.chat };
        const ghost = matrix.ghostId({ network: login.network.id, user: event.sender });
        runner.moment(remoteLane(key), `typing ${event.sender}`, async () =>
          portals.peek(key)?.showTyping(ghost, event.forMs),
        );
        return;
      }
      case 'contact': {
        const { id, name } = event.contact;
        this.#background(ghosts.rename(login.network, id, name), 'ghost could not be renamed');
        this.#background(presence.noteContact(login, event.contact), 'presence not noted');
        list.noteContact(login, event.contact);
        return;
      }
      case 'roster':
        this.#background(presence.noteLogin(login), 'presence not noted');
        list.noteRoster(login);
        return this.#reviewRequests(login);
      case 'requests-changed':
        return this.#reviewRequests(login);
      default:
        assertNever(event);
    }
  }

  /** In its turn, so that who has just asked is known. */
  #reviewRequests(login: Login): void {
    const { runner, requests } = this.#parts;
    runner.moment(requestLane(login.id), 'review', async () => requests.review(login));
  }

  #background(work: Promise<unknown>, failure: string): void {
    work.catch((error: unknown) => this.#parts.log.warn({ err: error }, failure));
  }
}
