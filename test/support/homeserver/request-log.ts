// What was asked of the homeserver, and what was odd about it. Knows requests; judges none of them itself.

import type { JsonObject } from './json.ts';

export interface LoggedRequest {
  readonly method: string;
  /** As it was written, without the query. */
  readonly path: string;
  readonly query: string;
  readonly startedAt: number;
  /** Whom the request acted for; absent until that is known, and for requests without a token. */
  user?: string;
  /** The parsed body, where the endpoint read one. */
  body?: JsonObject;
  /** Absent while the request is under way, 0 when the connection was cut instead of an answer. */
  status?: number;
  errcode?: string;
}

export type ViolationKind =
  | 'transaction-id-of-two-users'
  | 'transaction-id-with-other-content'
  | 'unregistered-user'
  | 'outside-namespace'
  | 'invalid-localpart'
  | 'login-not-inhibited'
  | 'token-in-query'
  | 'bad-json'
  | 'too-large'
  | 'unknown-endpoint'
  | 'wrong-method'
  | 'invited-unknown-user'
  | 'receipt-for-unknown-event'
  | 'relation-to-unknown-event'
  | 'bad-transaction-answer';

export interface Violation {
  readonly kind: ViolationKind;
  readonly by: 'appservice' | 'person' | 'stranger';
  readonly detail: string;
}

/** So that a bench may run for hours: the log keeps at least this many of the newest requests. */
const KEPT = 50_000;

export class RequestLog {
  #requests: LoggedRequest[] = [];
  #count = 0;
  readonly violations: Violation[] = [];

  get requests(): readonly LoggedRequest[] {
    return this.#requests;
  }

  /** All requests ever, also those that the log has let go. */
  get count(): number {
    return this.#count;
  }

  begin(request: LoggedRequest): void {
    this.#count += 1;
    this.#requests.push(request);
    if (this.#requests.length > 2 * KEPT) this.#requests = this.#requests.slice(-KEPT);
  }

  violation(kind: ViolationKind, by: Violation['by'], detail: string): void {
    this.violations.push({ kind, by, detail });
  }
}
