// News of the moment from the networks: where each goes. Knows the parts that show it; keeps nothing.

import type { BuddyList } from './buddy-list.ts';
import { assertNever } from './errors.ts';
import type { JournaledEvent, RemoteEvent } from './events.ts';
import { remoteLane, requestLane } from './lanes.ts';
import type { Login } from './login.ts';
import type { Matrix } from './matrix.ts';
import type { Portals } from './portals.ts';
import type { Requests } from './requests.ts';
import type { Runner } from './runner.ts';

export interface MomentsParts {
  readonly runner: Pick<Runner, 'moment'>;
  readonly matrix: Pick<Matrix, 'ghostId'>;
  readonly portals: Pick<Portals, 'peek'>;
  readonly list: Pick<BuddyList, 'noteContact' | 'noteRoster'>;
  readonly requests: Pick<Requests, 'review'>;
}

export class Moments {
  readonly #parts: MomentsParts;

  constructor(parts: MomentsParts) {
    this.#parts = parts;
  }

  handle(login: Login, event: Exclude<RemoteEvent, JournaledEvent>): void {
    const { runner, matrix, portals, list } = this.#parts;
    switch (event.type) {
      case 'typing': {
        const key = { login: login.id, chat: event.chat };
        const ghost = matrix.ghostId({ network: login.network.id, user: event.sender });
        runner.moment(remoteLane(key), `typing ${event.sender}`, async () =>
          portals.peek(key)?.showTyping(ghost, event.forMs),
        );
        return;
      }
      case 'contact':
        return list.noteContact(login, event.contact);
      case 'roster':
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
}
