// What one user shows of themselves on one network: what they chose there, and where they chose nothing, what they show
// in Matrix. Knows what counts; not how it is shown or kept.

import { BridgeError } from './errors.ts';
import type { Availability } from './events.ts';
import type { Log } from './log.ts';
import type { Network, WantedPresence } from './network.ts';
import { Turns } from './turns.ts';

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

export interface OwnProfileParts {
  readonly network: Pick<Network, 'statuses' | 'objection'>;
  /** Chosen in an earlier life. */
  readonly wishes: OwnWishes;
  readonly show: (shown: WantedPresence) => Promise<void>;
  readonly keep: (wishes: OwnWishes) => Promise<void>;
  readonly log: Log;
}

export class OwnProfile {
  readonly #parts: OwnProfileParts;
  /** What contacts see is changed by one after the other. */
  readonly #turns = new Turns<'shown'>();
  #wishes: OwnWishes;
  #seen: SeenInMatrix = {};
  /** What stands in Matrix as a message and cannot be said on the network: nothing else is to fail for it. */
  #unsayable: string | undefined;

  constructor(parts: OwnProfileParts) {
    this.#parts = parts;
    this.#wishes = parts.wishes;
  }

  /** What the user chose. */
  get wishes(): OwnWishes {
    return this.#wishes;
  }

  /** What is known of how the user shows themselves in Matrix. */
  get seen(): SeenInMatrix {
    return this.#seen;
  }

  /** What contacts are to see. */
  get shown(): WantedPresence {
    return this.#shownWith(this.#wishes);
  }

  /** The user chooses what contacts see of them. Throws `BridgeError` if that cannot be: then nothing is chosen. */
  async choose(wishes: OwnWishes): Promise<void> {
    const { network, show, keep } = this.#parts;
    const objection = network.objection(wishes);
    if (objection !== undefined) throw new BridgeError('bad-input', objection);
    await this.#turns.take('shown', async () => {
      await show(this.#shownWith(wishes));
      this.#wishes = wishes;
      await keep(wishes);
    });
  }

  /** The user shows themselves otherwise in Matrix: that counts as far as they have chosen nothing here. */
  follow(news: SeenInMatrix): void {
    const before = JSON.stringify(this.shown);
    this.#seen = { ...this.#seen, ...news };
    if (JSON.stringify(this.shown) === before) return;
    void this.#turns.take('shown', async () => this.#showWhatIsSeen());
  }

  async #showWhatIsSeen(): Promise<void> {
    const { message } = this.#seen;
    try {
      await this.#parts.show(this.shown);
    } catch (error) {
      if (error instanceof BridgeError && error.code === 'unsupported') this.#unsayable = message;
      this.#parts.log.info({ err: error }, 'what the user shows in Matrix could not be shown to contacts');
    }
  }

  #shownWith(wishes: OwnWishes): WantedPresence {
    const { availability, name } = this.#seen;
    const said = this.#seen.message === this.#unsayable ? undefined : this.#seen.message;
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

  #statusFor(availability: Availability | undefined): string | undefined {
    const { statuses } = this.#parts.network;
    const meant = availability === undefined ? [] : MEANING[availability];
    return meant.map((one) => statuses.find(({ when }) => when === one)?.label).find((one) => one !== undefined);
  }
}
