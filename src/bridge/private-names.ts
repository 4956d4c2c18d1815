// What one user calls people: kept with the login, and for that user's eyes only. Knows names; not where they are shown.
// A ghost is everybody's, so nothing of it may come near one.

import { BridgeError } from './errors.ts';
import type { LoginId, RemoteUserId } from './ids.ts';
import type { PrivateNames } from './network.ts';
import type { ChoiceStore } from './store.ts';

const LONGEST = 100;

export interface KeptNamesParts {
  readonly login: LoginId;
  /** As they were kept. */
  readonly names: ReadonlyMap<RemoteUserId, string>;
  readonly choices: Pick<ChoiceStore, 'setPrivateName'>;
  /** Somebody is called otherwise now; may be repeated. */
  readonly onChange: (user: RemoteUserId) => Promise<void>;
}

export class KeptNames implements PrivateNames {
  readonly #parts: KeptNamesParts;
  readonly #names: Map<RemoteUserId, string>;

  constructor(parts: KeptNamesParts) {
    this.#parts = parts;
    this.#names = new Map(parts.names);
  }

  of(user: RemoteUserId): string | undefined {
    return this.#names.get(user);
  }

  async give(user: RemoteUserId, name: string | undefined): Promise<void> {
    const { login, choices, onChange } = this.#parts;
    if (name !== undefined && name.length > LONGEST)
      throw new BridgeError('bad-input', `A name has at most ${LONGEST} characters.`);
    await choices.setPrivateName(login, user, name);
    if (name === undefined) this.#names.delete(user);
    else this.#names.set(user, name);
    await onChange(user);
  }
}
