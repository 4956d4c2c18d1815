// The provisioning API: programs manage a user's logins and chats over HTTP. Knows tokens, limits and browsers' rules;
// what is asked for is the core's business.

import type { IncomingMessage } from 'node:http';
import type { Clock } from '../bridge/clock.ts';
import { BridgeError } from '../bridge/errors.ts';
import type { Log } from '../bridge/log.ts';
import type { MatrixUserId } from '../bridge/ids.ts';
import type { MatrixSink } from '../bridge/matrix.ts';
import { RateLimit } from '../bridge/rate-limit.ts';
import type { Secret } from '../bridge/secret.ts';
import type { JsonObject } from './checks.ts';
import type { HomeserverHttp } from './http.ts';
import { addressOf, Guesses } from './guesses.ts';
import { HttpProblem, readBody } from './http-body.ts';
import { ProvisioningAuth } from './provisioning-auth.ts';
import { type Surroundings, toBody, toProblem } from './provisioning-json.ts';
import { findRoute, PROVISIONING_BASE } from './provisioning-routes.ts';

/** Who may use the API, and from where. */
export interface ProvisioningAccess {
  readonly sharedSecret?: Secret;
  readonly openId: boolean;
  /** Web pages that may call it from a browser: origins, or `*`. */
  readonly origins: readonly string[];
}

export interface ProvisioningHttpOptions extends Surroundings {
  readonly access: ProvisioningAccess;
  readonly isOurs: (user: string) => boolean;
  readonly http: Pick<HomeserverHttp, 'request'>;
  readonly provision: MatrixSink['provision'];
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

const MAX_BODY_BYTES = 16 * 1024;
/** For one user. */
const LIMIT = { burst: 60, perSecond: 1 };
const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-max-age': '86400',
};

export class ProvisioningHttp {
  readonly #options: ProvisioningHttpOptions;
  readonly #auth: ProvisioningAuth;
  readonly #guesses: Guesses;
  readonly #limit: RateLimit;

  constructor(options: ProvisioningHttpOptions) {
    const { access, domain, isOurs, http, clock, log } = options;
    this.#options = options;
    this.#auth = new ProvisioningAuth({
      sharedSecret: access.sharedSecret,
      openId: access.openId,
      domain,
      isOurs,
      http,
    });
    this.#guesses = new Guesses({ clock, log });
    this.#limit = new RateLimit({ clock, ...LIMIT });
  }

  /** Of a request below `PROVISIONING_BASE`; never throws. */
  async answer(request: IncomingMessage): Promise<HttpAnswer> {
    const cors = this.#cors(request.headers.origin);
    if (request.method === 'OPTIONS') return { status: 200, body: {}, headers: { ...cors, ...PREFLIGHT } };
    try {
      const body = await this.#carryOut(request);
      return { status: 200, body, headers: { 'cache-control': 'no-store', ...cors } };
    } catch (error) {
      const { status, errcode, message, headers } = this.#problem(error);
      return { status, body: { errcode, error: message }, headers: { ...headers, ...cors } };
    }
  }

  async #carryOut(request: IncomingMessage): Promise<JsonObject> {
    const [path = '', ...queries] = (request.url ?? '').split('?');
    const query = new URLSearchParams(queries.join('?'));
    const user = await this.#userOf(request, query);
    const { route, param } = findRoute(request.method ?? '', path.slice(PROVISIONING_BASE.length));
    const wait = this.#limit.take(user, route.cost ?? 1);
    if (wait > 0) {
      const headers = { 'retry-after': String(Math.ceil(wait / 1_000)) };
      throw new HttpProblem(429, 'M_LIMIT_EXCEEDED', 'That is too much in a short time.', { headers });
    }
    const body = async (): Promise<unknown> => readBody(request, MAX_BODY_BYTES);
    const asked = await route.read({ param, query, body });
    return toBody(await this.#options.provision(user, asked), this.#options);
  }

  async #userOf(request: IncomingMessage, query: URLSearchParams): Promise<MatrixUserId> {
    const from = addressOf(request);
    this.#guesses.check(from);
    try {
      return await this.#auth.userOf(request.headers.authorization, query);
    } catch (error) {
      if (error instanceof HttpProblem && error.errcode === 'M_UNKNOWN_TOKEN') this.#guesses.note(from);
      throw error;
    }
  }

  #problem(error: unknown): HttpProblem {
    if (error instanceof HttpProblem) return error;
    if (error instanceof BridgeError && error.code !== 'bug') {
      const problem = toProblem(error);
      if (problem.status >= 500) this.#options.log.warn({ err: error }, 'a provisioning request could not be met');
      return problem;
    }
    this.#options.log.error({ err: error }, 'a provisioning request failed');
    return new HttpProblem(500, 'M_UNKNOWN', 'The bridge made a mistake.', { cause: error });
  }

  /** Browsers let a page see our answers only if its origin is one that the configuration names. */
  #cors(origin: string | undefined): Readonly<Record<string, string>> {
    const { origins } = this.#options.access;
    if (origin === undefined || !(origins.includes(origin) || origins.includes('*'))) return {};
    return { 'access-control-allow-origin': origin, vary: 'origin' };
  }
}
