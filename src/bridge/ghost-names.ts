// Gives ghosts the names that their people take, when it is their turn: of several that come meanwhile only the last.
// Knows when; who exists and how a name is given is the ghosts' affair.

import type { Line } from './budget.ts';
import type { Clock } from './clock.ts';
import { BridgeError } from './errors.ts';
import type { Contact } from './events.ts';
import type { Ghosts } from './ghosts.ts';
import type { MatrixUserId } from './ids.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { LoginWatcher } from './login-watcher.ts';
import type { Network } from './network.ts';

const RETRY_AFTER_MS = 5_000;

export interface GhostNamesParts {
  readonly ghosts: Pick<Ghosts, 'id' | 'isNamedOtherwise' | 'rename'>;
  readonly line: Line;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Log;
}

interface Wish {
  readonly network: Network;
  readonly contact: Contact;
}

export class GhostNames implements LoginWatcher {
  readonly #parts: GhostNamesParts;
  readonly #waiting = new Map<MatrixUserId, Wish>();
  #working = false;
  #stopped = false;

  constructor(parts: GhostNamesParts) {
    this.#parts = parts;
  }

  noteContact({ network }: Login, contact: Contact): void {
    this.#waiting.set(this.#parts.ghosts.id(network, contact.id), { network, contact });
    if (!this.#working) void this.#work();
  }

  noteState(): void {
    // no names come with it
  }

  /** The list as a server keeps it may hold older names than those that its people have. */
  noteRoster(): void {}

  async forget(): Promise<void> {
    // a name that was seen is still the right one
  }

  stop(): void {
    this.#stopped = true;
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let [next] = this.#waiting; next && !this.#stopped; [next] = this.#waiting) {
      const [ghost, wish] = next;
      try {
        await this.#give(ghost, wish);
      } catch (error) {
        this.#parts.log.warn({ ghost, err: error }, 'ghost could not be renamed');
        if (error instanceof BridgeError && error.retriable) {
          if (!this.#waiting.has(ghost)) this.#waiting.set(ghost, wish);
          await new Promise<void>((resolve) => this.#parts.clock.after(RETRY_AFTER_MS, resolve));
        } else if (this.#waiting.get(ghost) === wish) {
          this.#waiting.delete(ghost); // it is tried again with the next message
        }
      }
    }
    this.#working = false;
  }

  async #give(ghost: MatrixUserId, wish: Wish): Promise<void> {
    const { ghosts, line } = this.#parts;
    if (await ghosts.isNamedOtherwise(wish.network, wish.contact.id, wish.contact.name)) {
      await line(async () => {
        const { network, contact } = this.#waiting.get(ghost) ?? wish;
        this.#waiting.delete(ghost);
        if (!this.#stopped) await ghosts.rename(network, contact.id, contact.name);
      });
    } else if (this.#waiting.get(ghost) === wish) {
      this.#waiting.delete(ghost);
    }
  }
}
