// Who may do what. Denies by default. Knows Matrix ids as text, nothing else.

import type { MatrixUserId } from './ids.ts';

/** `user`: may sign in and talk. `admin`: may besides that see how the bridge is doing. `block`: nothing. */
export type PermissionLevel = 'block' | 'user' | 'admin';

/** Keys: a whole user id, a server name, or `*`. The closest one counts. */
export type PermissionMap = Readonly<Record<string, PermissionLevel>>;

export class Permissions {
  readonly #levels: ReadonlyMap<string, PermissionLevel>;

  constructor(map: PermissionMap) {
    this.#levels = new Map(Object.entries(map));
  }

  level(user: MatrixUserId): PermissionLevel {
    const server = user.slice(user.indexOf(':') + 1);
    return this.#levels.get(user) ?? this.#levels.get(server) ?? this.#levels.get('*') ?? 'block';
  }

  mayUse(user: MatrixUserId): boolean {
    return this.level(user) !== 'block';
  }

  /** Those of them who may use the bridge. */
  among(users: readonly MatrixUserId[]): readonly MatrixUserId[] {
    return users.filter((user) => this.mayUse(user));
  }

  isAdmin(user: MatrixUserId): boolean {
    return this.level(user) === 'admin';
  }
}
