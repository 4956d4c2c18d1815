// Whose presence is shown, and when: contacts who have a ghost, seen by any login that is signed in. Knows logins and
// ghosts; when a showing goes out is the governor's affair.

import type { Clock } from './clock.ts';
import type { Contact, Presence } from './events.ts';
import type { Ghosts } from './ghosts.ts';
import type { MatrixUserId, RemoteUserId } from './ids.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { Matrix } from './matrix.ts';
import { PresenceGovernor } from './presence.ts';

const GONE: Presence = { availability: 'offline', label: 'Offline' };

export interface GhostPresenceParts {
  readonly matrix: Pick<Matrix, 'showPresence'>;
  readonly ghosts: Pick<Ghosts, 'find'>;
  readonly logins: () => Iterable<Login>;
  /** Requests a second; 0: presence is not shown at all. */
  readonly perSecond: number;
  readonly clock: Clock;
  readonly log: Log;
}

export class GhostPresence {
  readonly #parts: GhostPresenceParts;
  readonly #governor: PresenceGovernor;

  constructor(parts: GhostPresenceParts) {
    this.#parts = parts;
    const show: Matrix['showPresence'] = async (ghost, presence) => parts.matrix.showPresence(ghost, presence);
    this.#governor = new PresenceGovernor({ ...parts, show });
  }

  stop(): void {
    this.#governor.stop();
  }

  async noteContact(login: Login, contact: Contact): Promise<void> {
    if (this.#parts.perSecond === 0) return;
    const ghost = await this.#parts.ghosts.find(login.network, contact.id);
    if (ghost) this.#note(ghost, login, contact.id);
  }

  /** The login came or went: all its contacts are seen anew. */
  async noteLogin(login: Login): Promise<void> {
    for (const contact of login.roster().contacts) await this.noteContact(login, contact);
  }

  /** Several logins may know the same person: whoever sees most counts, since people hide from some and not from others. */
  #note(ghost: MatrixUserId, login: Login, user: RemoteUserId): void {
    let seen = GONE;
    for (const other of this.#parts.logins()) {
      if (other.network !== login.network || !other.connected) continue;
      const presence = other.contact(user)?.presence;
      if (presence && (seen.availability === 'offline' || other === login) && presence.availability !== 'offline')
        seen = presence;
    }
    this.#governor.note(ghost, seen);
  }
}
