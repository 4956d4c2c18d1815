// How the whole bridge is doing, for those who look after it: accounts and what waits, never what is said. Changes nothing.

import type { LoginStateKind } from './events.ts';
import type { Login } from './login.ts';
import type { Backlog, Journal } from './store.ts';

export interface OverviewParts {
  readonly logins: () => Iterable<Login>;
  readonly journal: Pick<Journal, 'backlog'>;
  readonly now: () => Date;
}

export interface Health {
  readonly upSince: Date;
  /** How many accounts are in each state that any is in. */
  readonly states: ReadonlyMap<LoginStateKind, number>;
  readonly backlog: Backlog;
}

export class Overview {
  readonly #parts: OverviewParts;
  readonly #upSince: Date;

  constructor(parts: OverviewParts) {
    this.#parts = parts;
    this.#upSince = parts.now();
  }

  async health(): Promise<Health> {
    const { logins, journal } = this.#parts;
    const byState = Map.groupBy(logins(), ({ state }) => state.kind);
    const states = new Map([...byState].map(([kind, those]) => [kind, those.length]));
    return { upSince: this.#upSince, states, backlog: await journal.backlog() };
  }

  /** By their users' ids, then by address. */
  logins(): readonly Login[] {
    return [...this.#parts.logins()].toSorted(
      (a, b) => compare(a.matrixUser, b.matrixUser) || compare(a.address, b.address),
    );
  }
}

function compare(a: string, b: string): number {
  return a.localeCompare(b, 'en');
}
