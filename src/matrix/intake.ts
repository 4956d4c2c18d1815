// Takes what the homeserver pushes, and answers 200 only when the sink has it. The one HTTP server of the bridge.
// Knows the application service API; not what becomes of an event.

import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { AppService } from 'matrix-appservice-bridge';
import type { Clock } from '../bridge/clock.ts';
import type { MatrixUserId } from '../bridge/ids.ts';
import type { Log } from '../bridge/log.ts';
import type { MatrixSink } from '../bridge/matrix.ts';
import type { Secret } from '../bridge/secret.ts';
import { bearerOf, digest, isToken } from './bearer.ts';
import { asUserId } from './checks.ts';
import { Connections } from './connections.ts';
import { addressOf, Guesses } from './guesses.ts';
import { decodePart, HttpProblem, readBody } from './http-body.ts';
import type { OwnEvent, SeenMember } from './incoming.ts';
import type { HttpAnswer, ProvisioningHttp } from './provisioning-http.ts';
import { PROVISIONING_BASE } from './provisioning-routes.ts';
import type { PageHttp } from './page-http.ts';
import { receive } from './transaction.ts';

export interface IntakeOptions {
  readonly hsToken: Secret;
  readonly sink: MatrixSink;
  readonly isOurs: (user: string) => boolean;
  /** A ghost that exists, as far as this process knows. */
  readonly knowsUser: (user: MatrixUserId) => boolean;
  /** Membership events of any user, before they are handed on. */
  readonly onMember: (seen: SeenMember) => void;
  /** What one of ours has sent, as the homeserver has it. */
  readonly onEcho: (event: OwnEvent) => void;
  readonly isReady: () => boolean;
  /** Answers programs, which have tokens of their own; without it there is nothing for them here. */
  readonly provisioning?: Pick<ProvisioningHttp, 'answer'> | undefined;
  /** Answers users' browsers, likewise. */
  readonly pages?: PageHttp | undefined;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly log: Log;
  readonly maxBodyBytes?: number;
  readonly maxConnections?: number;
  /** For the whole of a request to arrive, and for what comes before its body. */
  readonly timeouts?: { readonly requestMs: number; readonly headersMs: number };
}

interface Route {
  readonly path: RegExp;
  readonly method: string;
  /** Answered without a token. */
  readonly open?: boolean;
  readonly answer: (parameter: string, request: IncomingMessage) => Promise<void> | void;
}

// A full transaction of a large homeserver passes 6 MB.
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const TIMEOUTS = { requestMs: 60_000, headersMs: 10_000 };
const CLOSE_GRACE_MS = 10_000;
const MAX_TXN_ID = 1024;
/** Addresses that a homeserver sends from: the last ones. */
const MOST_HOMES = 100;

export class Intake extends AppService {
  readonly #options: IntakeOptions;
  readonly #maxBodyBytes: number;
  readonly #token: Buffer;
  readonly #connections: Connections;
  readonly #guesses: Guesses;
  /** From where the token has come. */
  readonly #homes = new Set<string>();
  readonly #routes: readonly Route[];
  #server: Server | undefined;

  constructor(options: IntakeOptions) {
    super({ homeserverToken: options.hsToken.reveal() });
    this.#options = options;
    this.#maxBodyBytes = options.maxBodyBytes ?? MAX_BODY_BYTES;
    this.#token = digest(options.hsToken.reveal());
    this.#connections = new Connections(options.maxConnections);
    this.#guesses = new Guesses(options);
    this.#routes = this.#allRoutes();
  }

  /** Where it listens; 0 before and after. */
  get port(): number {
    const address = this.#server?.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  override async listen(port: number, hostname: string, backlog: number): Promise<void> {
    const { requestMs, headersMs } = this.#options.timeouts ?? TIMEOUTS;
    const server = createServer(
      { requestTimeout: requestMs, headersTimeout: headersMs, connectionsCheckingInterval: Math.ceil(headersMs / 4) },
      (request, response) => void this.#serve(request, response),
    );
    server.on('connection', (socket) => this.#connections.add(socket));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: hostname, backlog }, resolve);
    });
    server.on('error', (err) => this.#options.log.error({ err }, 'the HTTP server failed'));
  }

  /** Takes no more; what has been taken is still answered. Safe to call twice. */
  override async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined || !server.listening) return;
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    this.#connections.clear();
    const cancel = this.#options.clock.after(CLOSE_GRACE_MS, () => server.closeAllConnections());
    await closed;
    cancel();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // What a refused request still sends is thrown away: cut off, the other side might not see the answer.
    response.once('finish', () => request.resume());
    this.#connections.asks(request.socket);
    response.once('close', () => this.#connections.answered(request.socket));
    try {
      const { pages } = this.#options;
      if (pages?.serves(request.url ?? '')) pages.answer(request, response);
      else this.#reply(response, await this.#answer(request));
    } catch (error) {
      if (error instanceof HttpProblem) {
        const { status, errcode, message, headers } = error;
        this.#reply(response, { status, body: { errcode, error: message }, headers });
        return;
      }
      this.#options.log.error({ err: error }, 'a request of the homeserver could not be taken');
      const body = { errcode: 'M_UNKNOWN', error: 'The bridge cannot take this now.' };
      this.#reply(response, { status: 503, body });
    }
  }

  #reply(response: ServerResponse, { status, body, headers }: HttpAnswer): void {
    if (response.headersSent || response.destroyed) return;
    const text = JSON.stringify(body);
    response.writeHead(status, {
      ...headers,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      // While we close, the homeserver is not to send its next request here.
      ...(this.#server?.listening ? {} : { connection: 'close' }),
    });
    response.end(text);
  }

  async #answer(request: IncomingMessage): Promise<HttpAnswer> {
    const [path = ''] = (request.url ?? '').split('?', 1);
    if (path.startsWith(`${PROVISIONING_BASE}/`)) {
      const { provisioning } = this.#options;
      if (provisioning === undefined) throw new HttpProblem(404, 'M_UNRECOGNIZED', 'There is nothing here.');
      return provisioning.answer(request);
    }
    const here = this.#routes.filter((route) => route.path.test(path));
    if (!here.some((route) => route.open)) this.#checkToken(request);
    if (here.length === 0) throw new HttpProblem(404, 'M_UNRECOGNIZED', 'There is nothing here.');
    const route = here.find(({ method }) => method === request.method);
    if (route === undefined) {
      const allow = here.map(({ method }) => method).join(', ');
      throw new HttpProblem(405, 'M_UNRECOGNIZED', 'This is not the method for it.', { headers: { allow } });
    }
    await route.answer(decodePart(route.path.exec(path)?.[1] ?? ''), request);
    return { status: 200, body: {} };
  }

  /**
   * In the header only: addresses are written into logs on their way. The homeserver is not to be kept out by those who
   * guess: where the right token has come from it is always looked for, and everywhere until it has come.
   */
  #checkToken(request: IncomingMessage): void {
    const token = bearerOf(request.headers.authorization);
    if (token === undefined) throw new HttpProblem(401, 'M_MISSING_TOKEN', 'A token is needed, in the header.');
    const from = addressOf(request);
    if (this.#homes.size > 0 && !this.#homes.has(from)) this.#guesses.check(from);
    if (!isToken(token, this.#token)) {
      this.#guesses.note(from);
      throw new HttpProblem(403, 'M_FORBIDDEN', 'The token is wrong.');
    }
    this.#homes.delete(from);
    this.#homes.add(from);
    const [longestUnseen] = this.#homes;
    if (this.#homes.size > MOST_HOMES && longestUnseen !== undefined) this.#homes.delete(longestUnseen);
    this.#connections.trust(request.socket);
  }

  #allRoutes(): readonly Route[] {
    const { isReady, knowsUser } = this.#options;
    return [
      {
        // Old homeservers leave out the prefix.
        path: /^(?:\/_matrix\/app\/v1)?\/transactions\/([^/]+)$/,
        method: 'PUT',
        answer: (txnId, request) => this.#transaction(txnId, request),
      },
      { path: /^\/_matrix\/app\/v1\/ping$/, method: 'POST', answer: () => undefined },
      {
        path: /^(?:\/_matrix\/app\/v1)?\/users\/([^/]+)$/,
        method: 'GET',
        answer: (user) => {
          const id = asUserId(user);
          if (id === undefined || !knowsUser(id)) throw notFound();
        },
      },
      {
        path: /^(?:\/_matrix\/app\/v1)?\/rooms\/([^/]+)$/,
        method: 'GET',
        answer: () => {
          throw notFound();
        },
      },
      { path: /^\/_matrix\/mau\/live$/, method: 'GET', open: true, answer: () => undefined },
      {
        path: /^\/_matrix\/mau\/ready$/,
        method: 'GET',
        open: true,
        answer: () => {
          if (!isReady()) throw new HttpProblem(500, 'M_UNKNOWN', 'Homeserver and bridge do not work together yet.');
        },
      },
    ];
  }

  async #transaction(txnId: string, request: IncomingMessage): Promise<void> {
    if (txnId.length > MAX_TXN_ID) throw new HttpProblem(400, 'M_INVALID_PARAM', 'The transaction id is too long.');
    const { sink, isOurs, onMember, onEcho, log } = this.#options;
    const body = await readBody(request, this.#maxBodyBytes);
    const { events, ephemeral } = receive(body, { isOurs, onMember, onEcho, log: log.child({ txn: txnId }) });
    await sink.transaction(events);
    try {
      for (const event of ephemeral) sink.ephemeral(event);
    } catch (err) {
      // The transaction is committed: to fail now would have it sent again.
      log.error({ err, txn: txnId }, 'news of the moment could not be taken');
    }
  }
}

function notFound(): HttpProblem {
  return new HttpProblem(404, 'M_NOT_FOUND', 'There is no such thing.');
}
