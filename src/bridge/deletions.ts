// What people have deleted, perhaps before it went out: then it does not. Knows events and who deleted them; not where.

import type { EventId, MatrixUserId } from './ids.ts';
import type { Deletion } from './store.ts';

/** The last ones: what was not asked for by then has gone out long ago. */
const MOST = 10_000;

export class Deletions {
  readonly #noted = new Map<EventId, MatrixUserId>();

  note({ of, by }: Deletion): void {
    this.#noted.set(of, by);
    const [oldest] = this.#noted.keys();
    if (this.#noted.size > MOST && oldest !== undefined) this.#noted.delete(oldest);
  }

  /** Whether its sender has deleted it. It is asked once, before it goes out. */
  take(event: EventId, sender: MatrixUserId): boolean {
    return this.#noted.get(event) === sender && this.#noted.delete(event);
  }
}
