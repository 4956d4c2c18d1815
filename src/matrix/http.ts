// Carries requests to the homeserver over one pool, and tries again what may be tried again.
// Knows HTTP and when a homeserver asks to wait; of the API only what must not be repeated.

import type { IncomingHttpHeaders } from 'node:http';
import { Pool } from 'undici';
import type { Clock } from '../bridge/clock.ts';
import { isObject } from './checks.ts';

export interface HttpOptions {
  readonly homeserverUrl: string;
  readonly clock: Clock;
  readonly connections?: number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its query, after the homeserver's base. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly timeoutMs?: number;
  /** The answer is wanted as bytes. */
  readonly raw?: boolean;
  /** What may be done when nobody knows whether it was carried out; by default what its path allows. */
  readonly repeat?: Repeat;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; a string if it is none, bytes if asked for. */
  readonly body: unknown;
}

/** No answer came: the homeserver cannot be reached, or broke off. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** False: the request never left. */
  readonly wasSent: boolean;

  constructor(code: string, cause: unknown) {
    super(`no answer from the homeserver (${code})`, { cause });
    this.wasSent = !NOTHING_SENT.has(code);
  }
}

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 500;
/** A homeserver that asks for more is told to the caller instead. */
const LONGEST_PAUSE_MS = 30_000;
const TIMEOUT_MS = 60_000;
const MAX_REPLY_BYTES = 64 * 1024 * 1024;
const CLOSE_GRACE_MS = 5_000;
const BUSY = new Set([429, 502, 503, 504]);
const NOTHING_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);
const BROKEN_OFF = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', ...NOTHING_SENT]);

/** What may be done after a failure that leaves open whether the request was carried out. */
export type Repeat = 'always' | 'if-unsent' | 'never';

export class HomeserverHttp {
  readonly #pool: Pool;
  readonly #clock: Clock;
  readonly #base: string;
  #closed = false;

  constructor({ homeserverUrl, clock, connections = 64 }: HttpOptions) {
    const url = new URL(homeserverUrl);
    this.#base = url.pathname.replace(/\/+$/, '');
    this.#clock = clock;
    this.#pool = new Pool(url.origin, {
      connections,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      maxResponseSize: MAX_REPLY_BYTES,
    });
  }

  async request(request: HttpRequest): Promise<HttpReply> {
    const repeat = request.repeat ?? repeatable(request);
    for (let attempt = 1; ; attempt++) {
      const last = attempt === ATTEMPTS || repeat === 'never' || this.#closed;
      let pause: number;
      try {
        const reply = await this.#once(request);
        if (last || !BUSY.has(reply.status) || (repeat === 'if-unsent' && reply.status !== 429)) return reply;
        pause = retryAfter(reply, this.#clock) ?? this.#pause(attempt);
        if (pause > LONGEST_PAUSE_MS) return reply;
      } catch (error) {
        const worthIt = (repeat === 'always' ? BROKEN_OFF : NOTHING_SENT).has(codeOf(error));
        if (last || !worthIt) throw new NoAnswer(codeOf(error), error);
        pause = this.#pause(attempt);
      }
      await new Promise<void>((resolve) => {
        this.#clock.after(pause, resolve);
      });
    }
  }

  /** Lets requests under way end, for a while. */
  async close(): Promise<void> {
    this.#closed = true;
    const cancel = this.#clock.after(CLOSE_GRACE_MS, () => void this.#pool.destroy());
    await this.#pool.close();
    cancel();
  }

  async #once({ method, path, headers, body, timeoutMs, raw }: HttpRequest): Promise<HttpReply> {
    const answer = await this.#pool.request({
      method,
      path: this.#base + path,
      headers,
      ...(body === undefined ? {} : { body }),
      ...(timeoutMs === undefined ? {} : { headersTimeout: timeoutMs, bodyTimeout: timeoutMs }),
    });
    const content = raw ? Buffer.from(await answer.body.arrayBuffer()) : parse(await answer.body.text());
    return { status: answer.statusCode, headers: answer.headers, body: content };
  }

  #pause(attempt: number): number {
    return FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + this.#clock.random());
  }
}

/** New rooms carry an alias, and the rest of our calls do nothing when done twice; these do, or tell of an answer. */
function repeatable({ path }: HttpRequest): Repeat {
  const [bare = ''] = path.split('?', 1);
  if (bare.endsWith('/upload')) return 'if-unsent';
  if (bare.endsWith('/ping') || bare.endsWith('/versions') || bare.endsWith('/openid/userinfo')) return 'never';
  return 'always';
}

function retryAfter({ headers, body }: HttpReply, clock: Clock): number | undefined {
  const inBody = isObject(body) ? body['retry_after_ms'] : undefined;
  if (typeof inBody === 'number' && inBody >= 0) return inBody;
  const header = headers['retry-after'];
  if (header === undefined) return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - clock.now().getTime());
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
