// Trouble to order: which of the next requests go wrong, and how. Knows requests; not what they would do.

export type Fault =
  /** Answered like this, and nothing is done. */
  | { readonly type: 'refuse'; readonly status: number; readonly errcode?: string; readonly retryAfterMs?: number }
  /** Done, and then answered with this status. */
  | { readonly type: 'fail-after-commit'; readonly status: number }
  /** The connection is cut, before or after the work. */
  | { readonly type: 'hang-up'; readonly when: 'before-commit' | 'after-commit' }
  | { readonly type: 'delay'; readonly ms: number }
  /** Nothing goes wrong here: the test is told of the moment. */
  | { readonly type: 'tell'; readonly when: 'before-commit' | 'after-commit'; readonly tell: () => void };

export interface FaultMatch {
  readonly method?: string;
  /** Against the path as it was written. */
  readonly path?: RegExp | string;
  /** The `user_id` in the query. */
  readonly user?: string;
  readonly where?: (path: string, query: string) => boolean;
  /** How many requests go wrong; 1 unless told, Infinity until `clear`. */
  readonly times?: number;
}

/** A request that waits, before its work, until the test lets it go on. */
export interface Hold {
  /** Resolves when a request has come and waits. */
  readonly arrived: Promise<void>;
  release(): void;
}

export interface Plan {
  readonly before: Promise<void> | undefined;
  readonly fault: Exclude<Fault, { type: 'delay' }> | undefined;
}

type Trouble = Fault | { readonly type: 'hold'; readonly wait: () => Promise<void> };

interface Row {
  readonly match: FaultMatch;
  readonly trouble: Trouble;
  left: number;
}

const UNTROUBLED: Plan = { before: undefined, fault: undefined };

export class Faults {
  #rows: Row[] = [];

  add(match: FaultMatch, fault: Fault): void {
    this.#rows.push({ match, trouble: fault, left: match.times ?? 1 });
  }

  hold(match: FaultMatch): Hold {
    const arrived = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const wait = async () => {
      arrived.resolve();
      await released.promise;
    };
    this.#rows.push({ match, trouble: { type: 'hold', wait }, left: match.times ?? 1 });
    return { arrived: arrived.promise, release: () => released.resolve() };
  }

  clear(): void {
    this.#rows = [];
  }

  /** What happens to this request; the first rows that match are used up by it. */
  plan(method: string, path: string, query: string): Plan {
    if (this.#rows.length === 0) return UNTROUBLED;
    const row = this.#rows.find(({ match }) => matches(match, method, path, query));
    if (!row) return UNTROUBLED;
    row.left -= 1;
    if (row.left <= 0) this.#rows = this.#rows.filter((other) => other !== row);
    const { trouble } = row;
    if (trouble.type === 'hold') return { before: trouble.wait(), fault: undefined };
    if (trouble.type !== 'delay') return { before: undefined, fault: trouble };
    return { before: new Promise((resolve) => setTimeout(resolve, trouble.ms)), fault: undefined };
  }
}

function matches(match: FaultMatch, method: string, path: string, query: string): boolean {
  if (match.method !== undefined && match.method !== method) return false;
  if (typeof match.path === 'string' && !path.includes(match.path)) return false;
  if (match.path instanceof RegExp && !match.path.test(path)) return false;
  if (match.where?.(path, query) === false) return false;
  return match.user === undefined || new URLSearchParams(query).get('user_id') === match.user;
}
