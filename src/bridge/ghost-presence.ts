// Whose presence is shown, and when: contacts who have a ghost, seen by any login that is signed in. Knows logins and
// ghosts; when a showing goes out is the governor's affair.

import type { Contact, LoginState, Presence } from './events.ts';
import type { Ghosts } from './ghosts.ts';
import type { LoginId, RemoteUserId } from './ids.ts';
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
  /** Whom each login had on its list when it was last whole. */
  readonly #listed = new Map<LoginId, ReadonlySet<RemoteUserId>>();

  constructor(parts: GhostPresenceParts) {
    this.#parts = parts;
  }

  noteContact(login: Login, contact: Contact): void {
    this.#look(login, [contact.id]);
  }

  /** Whoever is not on it any more is not seen any more. */
  noteRoster(login: Login): void {
    const listed = new Set(login.roster().contacts.map(({ id }) => id));
    const before = this.#listed.get(login.id) ?? [];
    this.#listed.set(login.id, listed);
    this.#look(login, [...new Set([...listed, ...before])]);
  }

  /** The login came or went: all its contacts are seen anew. */
  noteState(login: Login, previous: LoginState): void {
    if (login.connected || previous.kind === 'connected') this.noteRoster(login);
  }

  /** It was signed off before that, so that nobody is seen by it any more. */
  async forget({ id }: Login): Promise<void> {
    this.#listed.delete(id);
  }

  stop(): void {
    this.#parts.governor?.stop();
  }

  #look(login: Login, users: readonly RemoteUserId[]): void {
    if (!this.#parts.governor) return;
    this.#lookAt(login, users).catch((error: unknown) => {
      this.#parts.log.warn({ login: login.id, err: error }, 'presence not noted');
    });
  }

  async #lookAt(login: Login, users: readonly RemoteUserId[]): Promise<void> {
    for (const user of users) {
      const ghost = await this.#parts.ghosts.find(login.network, user);
      if (ghost) this.#parts.governor?.note(ghost, this.#seen(login, user));
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
