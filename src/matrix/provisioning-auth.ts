// Finds out for which user a program may speak: by the secret of the configuration, or by a token that our own homeserver
// vouches for. Knows tokens; not what is asked for.

import type { MatrixUserId } from '../bridge/ids.ts';
import type { Secret } from '../bridge/secret.ts';
import { bearerOf, digest, isToken } from './bearer.ts';
import { asUserId, isObject } from './checks.ts';
import { type HomeserverHttp, type HttpReply, NoAnswer } from './http.ts';
import { HttpProblem } from './http-body.ts';

export interface ProvisioningAuthOptions {
  /** Whoever has it may speak for anybody. */
  readonly sharedSecret: Secret | undefined;
  /** Whether users may come with an OpenID token of our homeserver. */
  readonly openId: boolean;
  readonly domain: string;
  /** The bot and the ghosts: nobody speaks for them. */
  readonly isOurs: (user: string) => boolean;
  readonly http: Pick<HomeserverHttp, 'request'>;
}

const OPEN_ID = 'openid:';
const USERINFO = '/_matrix/federation/v1/openid/userinfo';
const MAX_TOKEN = 1024;
const TIMEOUT_MS = 10_000;
/** Questions to the homeserver at once: anybody can make us ask. */
const MOST_QUESTIONS = 16;

export class ProvisioningAuth {
  readonly #options: ProvisioningAuthOptions;
  readonly #secret: Buffer | undefined;
  #questions = 0;

  constructor(options: ProvisioningAuthOptions) {
    this.#options = options;
    this.#secret = options.sharedSecret && digest(options.sharedSecret.reveal());
  }

  /** Throws `HttpProblem`. */
  async userOf(authorization: string | undefined, query: URLSearchParams): Promise<MatrixUserId> {
    const token = bearerOf(authorization);
    if (token === undefined) throw new HttpProblem(401, 'M_MISSING_TOKEN', 'A token is needed.');
    const isOpenId = this.#options.openId && token.startsWith(OPEN_ID);
    if (!isOpenId && !(this.#secret && isToken(token, this.#secret))) throw unknownToken();
    const user = this.#wantedUser(query);
    if (isOpenId) await this.#checkOpenId(token.slice(OPEN_ID.length), user);
    return user;
  }

  #wantedUser(query: URLSearchParams): MatrixUserId {
    const [given, ...more] = query.getAll('user_id');
    if (given === undefined) throw new HttpProblem(400, 'M_MISSING_PARAM', 'The user_id is missing.');
    const user = more.length > 0 ? undefined : asUserId(given);
    if (user === undefined) throw new HttpProblem(400, 'M_INVALID_PARAM', 'The user_id is no Matrix user id.');
    if (this.#options.isOurs(user)) throw forbidden('This user belongs to the bridge.');
    return user;
  }

  /**
   * Only our own homeserver is asked, whatever server a token claims to be of, and it is believed about its own users only:
   * a stranger's server would confirm any name.
   */
  async #checkOpenId(token: string, user: MatrixUserId): Promise<void> {
    if (token === '' || token.length > MAX_TOKEN) throw unknownToken();
    const { status, body } = await this.#ask(token);
    if (status === 401 || status === 403) throw unknownToken();
    const sub = status === 200 && isObject(body) ? asUserId(body['sub']) : undefined;
    if (sub === undefined) throw new HttpProblem(502, 'M_UNKNOWN', 'The homeserver does not confirm tokens.');
    if (sub.slice(sub.indexOf(':') + 1) !== this.#options.domain)
      throw forbidden('Users of other servers cannot do this.');
    if (sub !== user) throw forbidden('This token is of another user.');
  }

  async #ask(token: string): Promise<HttpReply> {
    if (this.#questions >= MOST_QUESTIONS) throw new HttpProblem(429, 'M_LIMIT_EXCEEDED', 'Too many sign-ins at once.');
    this.#questions += 1;
    try {
      const path = `${USERINFO}?access_token=${encodeURIComponent(token)}`;
      return await this.#options.http.request({ method: 'GET', path, headers: {}, timeoutMs: TIMEOUT_MS });
    } catch (cause) {
      if (!(cause instanceof NoAnswer)) throw cause;
      throw new HttpProblem(502, 'M_UNKNOWN', 'The homeserver does not answer.', { cause });
    } finally {
      this.#questions -= 1;
    }
  }
}

function unknownToken(): HttpProblem {
  return new HttpProblem(401, 'M_UNKNOWN_TOKEN', 'The token is wrong, or has run out.');
}

function forbidden(sentence: string): HttpProblem {
  return new HttpProblem(403, 'M_FORBIDDEN', sentence);
}
