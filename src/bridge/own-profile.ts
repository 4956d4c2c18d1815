// What one user shows of themselves on one network: what they chose there, and where they chose nothing, what they show
// in Matrix. Pure; knows no connection.

import type { Availability } from './events.ts';
import type { Network, WantedPresence } from './network.ts';

/** What a user chose for a login; what is left out is not chosen. An empty message is chosen, too: there is to be none. */
export interface OwnWishes extends WantedPresence {
  /** The name in Matrix is shown, unless a nick is chosen. */
  readonly followName?: boolean;
}

/** How somebody shows themselves in Matrix, as far as it is known. */
export interface SeenInMatrix {
  readonly availability?: Availability;
  readonly message?: string;
  readonly name?: string;
}

/**
 * What a presence in Matrix is on a network, by order of preference. Somebody who has no client open is away, not gone:
 * what is written to them still reaches them, and many clients tell the homeserver nothing.
 */
const MEANING: Readonly<Record<Availability, readonly Availability[]>> = {
  online: ['online'],
  busy: ['busy', 'away'],
  away: ['away'],
  offline: ['away'],
};

export class OwnProfile {
  readonly #statuses: Network['statuses'];
  #seen: SeenInMatrix = {};
  wishes: OwnWishes;

  constructor(statuses: Network['statuses'], wishes: OwnWishes) {
    this.#statuses = statuses;
    this.wishes = wishes;
  }

  get seen(): SeenInMatrix {
    return this.#seen;
  }

  /** What contacts are to see with these wishes. */
  shown(wishes = this.wishes): WantedPresence {
    const { availability, message: said, name } = this.#seen;
    const status = wishes.status ?? this.#statusFor(availability);
    const nick = wishes.nick ?? (wishes.followName === true ? name : undefined);
    const message = wishes.message ?? said;
    const { playing } = wishes;
    return {
      ...(status !== undefined && { status }),
      ...(nick !== undefined && { nick }),
      ...(message !== undefined && { message }),
      ...(playing !== undefined && { playing }),
    };
  }

  /** Takes in what is new of it; false: contacts are to see the same as before. */
  see(news: SeenInMatrix): boolean {
    const before = JSON.stringify(this.shown());
    this.#seen = { ...this.#seen, ...news };
    return JSON.stringify(this.shown()) !== before;
  }

  #statusFor(availability: Availability | undefined): string | undefined {
    const meant = availability === undefined ? [] : MEANING[availability];
    return meant.map((one) => this.#statuses.find(({ when }) => when === one)?.label).find((one) => one !== undefined);
  }
}
