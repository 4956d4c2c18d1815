// What a user calls people, in memory. Knows the port's promises.

import type { RemoteUserId } from '../../src/bridge/ids.ts';
import type { PrivateNames } from '../../src/bridge/network.ts';

export class NamesInMemory implements PrivateNames {
  readonly #names = new Map<RemoteUserId, string>();

  of(user: RemoteUserId): string | undefined {
    return this.#names.get(user);
  }

  async give(user: RemoteUserId, name: string | undefined): Promise<void> {
    if (name === undefined) this.#names.delete(user);
    else this.#names.set(user, name);
  }
}
