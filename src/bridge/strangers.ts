// How many invitations by people who may not use the bridge are looked at: each costs a row and a request, and anybody can
// send them. Knows who may; not what is done with an invitation.

import type { Clock } from './clock.ts';
import type { MatrixEvent } from './events.ts';
import type { MatrixUserId } from './ids.ts';
import type { Log } from './log.ts';
import { RateLimit } from './rate-limit.ts';

/** Of all strangers together. */
const LIMIT = { burst: 30, perSecond: 0.5 };

export interface StrangersParts {
  readonly mayUse: (user: MatrixUserId) => boolean;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

export class Strangers {
  readonly #parts: StrangersParts;
  readonly #limit: RateLimit;
  /** Since the last one that was looked at. */
  #ignored = 0;

  constructor(parts: StrangersParts) {
    this.#parts = parts;
    this.#limit = new RateLimit({ clock: parts.clock, ...LIMIT });
  }

  /** Whether this is one invitation too many: nobody answers it. */
  ignores(event: MatrixEvent): boolean {
    const { mayUse, log } = this.#parts;
    if (event.type !== 'member' || event.membership !== 'invite' || mayUse(event.sender)) return false;
    if (this.#limit.take('', 1) === 0) {
      if (this.#ignored > 0) log.warn({ ignored: this.#ignored }, 'invitations were left without an answer');
      this.#ignored = 0;
      return false;
    }
    if (this.#ignored === 0) {
      log.warn({ user: event.sender, room: event.room }, 'too many invitations by people who are not permitted');
    }
    this.#ignored += 1;
    return true;
  }
}
