// Finds out for whom a request acts: by access token, and by `?user_id=` for application services. Knows no endpoint.

import type { Accounts } from './accounts.ts';
import { forbidden, MatrixError } from './errors.ts';
import type { RequestLog } from './request-log.ts';
import type { Registration, Registrations } from './registration.ts';

export type Requester =
  | { readonly type: 'appservice'; readonly user: string; readonly registration: Registration }
  | { readonly type: 'person'; readonly user: string; readonly token: string; readonly device: string };

export class Door {
  readonly #accounts: Accounts;
  readonly #registrations: Registrations;
  readonly #log: RequestLog;

  constructor(parts: { accounts: Accounts; registrations: Registrations; log: RequestLog }) {
    this.#accounts = parts.accounts;
    this.#registrations = parts.registrations;
    this.#log = parts.log;
  }

  /** The application service behind a request that need not act for anybody yet, as `/register` and `/ping`. */
  appservice(authorization: string | undefined, query: URLSearchParams): Registration | undefined {
    const token = this.#token(authorization, query);
    return token === undefined ? undefined : this.#registrations.byToken(token);
  }

  requester(authorization: string | undefined, query: URLSearchParams): Requester {
    const token = this.#token(authorization, query);
    if (token === undefined) throw new MatrixError(401, 'M_MISSING_TOKEN', 'Missing access token');
    const registration = this.#registrations.byToken(token);
    if (registration) return { type: 'appservice', user: this.#actsFor(registration, query), registration };
    const session = this.#accounts.session(token);
    if (!session) {
      throw new MatrixError(401, 'M_UNKNOWN_TOKEN', 'Invalid access token passed.', { soft_logout: false });
    }
    return { type: 'person', user: session.user, token, device: session.device };
  }

  /** Whose token it is, for the record. */
  kind(authorization: string | undefined): 'appservice' | 'person' | 'stranger' {
    const token = authorization?.slice('Bearer '.length) ?? '';
    if (this.#registrations.byToken(token)) return 'appservice';
    return this.#accounts.session(token) ? 'person' : 'stranger';
  }

  #token(authorization: string | undefined, query: URLSearchParams): string | undefined {
    if (authorization?.startsWith('Bearer ')) return authorization.slice('Bearer '.length);
    const inQuery = query.get('access_token');
    if (inQuery === null) return undefined;
    const by = this.#registrations.byToken(inQuery) ? 'appservice' : 'person';
    this.#log.violation('token-in-query', by, 'an access token stood in the query string');
    return inQuery;
  }

  #actsFor(registration: Registration, query: URLSearchParams): string {
    const user = query.get('user_id');
    // as Synapse: the sender may act even before it is registered
    if (user === null || user === registration.sender) return registration.sender;
    if (!registration.ownsUser(user)) {
      this.#log.violation('outside-namespace', 'appservice', `acted as ${user}`);
      throw forbidden(`Application service cannot masquerade as this user (${user}).`);
    }
    if (!this.#accounts.get(user)) {
      this.#log.violation('unregistered-user', 'appservice', `acted as ${user}`);
      throw forbidden(`Application service has not registered this user (${user})`);
    }
    return user;
  }
}
