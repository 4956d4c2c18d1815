// Whose presence is shown, and when: contacts who have a ghost, seen by any login that is signed in. Knows logins and
// ghosts; when a showing goes out is the governor's affair.

import type { Contact, LoginState, Presence } from './events.ts';
import type { Ghosts } from './ghosts.ts';
import type { RemoteUserId } from './ids.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { LoginWatcher } from './login-watcher.ts';
import type { PresenceGovernor } from './presence.ts';

const GONE: Presence = { availability: 'offline', label: 'Offline' };

export interface GhostPresenceParts {
  readonly ghosts: Pick<Ghosts, 'find'>;
  readonly logins: () => Iterable<Login>;
  /** Undefined: ghosts do not show how their people are. */
  readonly governor: Pick<PresenceGovernor, 'note' | 'stop'> | undefined;
  readonly log: Log;
}

export class GhostPresence implements LoginWatcher {
  readonly #parts: GhostPresenceParts;

  constructor(parts: GhostPresenceParts) {
    this.#parts = parts;
  }

  noteContact(login: Login, contact: Contact): void {
    this.#look(login, [contact]);
  }

  noteRoster(login: Login): void {
    this.#look(login, login.roster().contacts);
  }

  /** The login came or went: all its contacts are seen anew. */
  noteState(login: Login, previous: LoginState): void {
    if (login.connected || previous.kind === 'connected') this.noteRoster(login);
  }

  async forget(): Promise<void> {
    // it was signed off before that
  }

  stop(): void {
    this.#parts.governor?.stop();
  }

  #look(login: Login, contacts: readonly Contact[]): void {
    if (!this.#parts.governor) return;
    this.#lookAt(login, contacts).catch((error: unknown) => {
      this.#parts.log.warn({ login: login.id, err: error }, 'presence not noted');
    });
  }

  async #lookAt(login: Login, contacts: readonly Contact[]): Promise<void> {
    for (const { id } of contacts) {
      const ghost = await this.#parts.ghosts.find(login.network, id);
      if (ghost) this.#parts.governor?.note(ghost, this.#seen(login, id));
    }
  }

  /** Several logins may know the same person: whoever sees most counts, since people hide from some and not from others. */
  #seen(login: Login, user: RemoteUserId): Presence {
    let seen = GONE;
    for (const other of this.#parts.logins()) {
      if (other.network !== login.network || !other.connected) continue;
      const presence = other.contact(user)?.presence;
      if (presence && (seen.availability === 'offline' || other === login) && presence.availability !== 'offline')
        seen = presence;
    }
    return seen;
  }
}
