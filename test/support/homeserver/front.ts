// The HTTP server: takes requests in, finds their endpoint, writes answers out, lets ordered faults happen. Knows HTTP
// and errors; not Matrix.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { BadContent, MatrixError } from './errors.ts';
import type { Fault, Faults } from './faults.ts';
import { parseObject, type JsonObject } from './json.ts';
import type { LoggedRequest, RequestLog, ViolationKind } from './request-log.ts';
import type { Door, Requester } from './requester.ts';
import { Reply, type Call, type Router } from './router.ts';

const LARGEST_BODY = 60 * 1024 * 1024;
const ODD_ANSWERS = new Map<string, ViolationKind>([
  ['M_NOT_JSON', 'bad-json'],
  ['M_BAD_JSON', 'bad-json'],
  ['M_TOO_LARGE', 'too-large'],
  ['M_INVALID_USERNAME', 'invalid-localpart'],
]);

export interface FrontParts {
  readonly router: Router;
  readonly door: Door;
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly now: () => number;
  /** Milliseconds before a request is worked on. */
  readonly thinkingMs: (path: string, query: string) => number;
  /** Called after each answer. */
  readonly onAnswered: () => void;
}

export class Front {
  readonly #parts: FrontParts;
  #server: Server | undefined;
  #port = 0;

  constructor(parts: FrontParts) {
    this.#parts = parts;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** On a free port the first time, later on the same one again. */
  async open(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    server.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Cuts all connections and refuses new ones. */
  async close(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const query = mark < 0 ? '' : url.slice(mark + 1);
    const logged: LoggedRequest = { method, path, query, startedAt: this.#parts.now() };
    try {
      const bytes = await readBytes(request);
      this.#parts.log.begin(logged);
      const plan = this.#parts.faults.plan(method, path, query);
      if (plan.before) await plan.before;
      const thinkingMs = this.#parts.thinkingMs(path, query);
      if (thinkingMs > 0) await delay(thinkingMs);
      const reply = await this.#answer({ request, response, logged, bytes }, plan.fault);
      if (reply) {
        logged.status = reply.status;
        write(response, reply);
      } else {
        logged.status = 0;
        response.destroy();
      }
    } catch {
      // the client went away while it was writing
      logged.status = 0;
      response.destroy();
    }
    this.#parts.onAnswered();
  }

  async #answer(incoming: Incoming, fault: Exclude<Fault, { type: 'delay' }> | undefined): Promise<Reply | undefined> {
    if (!fault) return this.#work(incoming);
    if (fault.type === 'refuse') return refusal(fault);
    if (fault.type === 'tell') return this.#tell(incoming, fault);
    if (fault.type === 'hang-up' && fault.when === 'before-commit') return undefined;
    await this.#work(incoming);
    if (fault.type === 'hang-up') return undefined;
    return new Reply(fault.status, 'text/html', '<html>upstream trouble</html>');
  }

  async #tell(incoming: Incoming, { when, tell }: Extract<Fault, { type: 'tell' }>): Promise<Reply> {
    if (when === 'before-commit') tell();
    const reply = await this.#work(incoming);
    if (when === 'after-commit') tell();
    return reply;
  }

  async #work(incoming: Incoming): Promise<Reply> {
    const call = new OpenCall(incoming, this.#parts.door);
    try {
      const found = this.#parts.router.find(call.method, call.path);
      if (found.type !== 'found') {
        this.#violation(call, found.type === 'unknown' ? 'unknown-endpoint' : 'wrong-method', '');
        const status = found.type === 'unknown' ? 404 : 405;
        throw new MatrixError(status, 'M_UNRECOGNIZED', 'Unrecognized request');
      }
      call.params = found.params;
      const result = await found.endpoint(call);
      return result instanceof Reply ? result : Reply.json(200, result);
    } catch (error) {
      const known = error instanceof URIError ? new MatrixError(400, 'M_UNKNOWN', 'bad percent-encoding') : error;
      if (!(known instanceof MatrixError)) {
        return Reply.json(500, { errcode: 'M_UNKNOWN', error: String((known as Error).stack) });
      }
      incoming.logged.errcode = known.errcode;
      const kind = known instanceof BadContent ? 'bad-json' : ODD_ANSWERS.get(known.errcode);
      if (kind) this.#violation(call, kind, known.message);
      return Reply.json(known.status, known.body);
    }
  }

  #violation(call: OpenCall, kind: ViolationKind, detail: string): void {
    // clients try out what is not in the specification yet; a bridge should know
    if (kind === 'unknown-endpoint' && call.by !== 'appservice' && call.path.includes('/unstable/')) return;
    this.#parts.log.violation(kind, call.by, `${call.method} ${call.path} ${detail}`.trim());
  }
}

interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly logged: LoggedRequest;
  readonly bytes: Uint8Array;
}

class OpenCall implements Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly bytes: Uint8Array;
  params: ReadonlyMap<string, string> = new Map();
  readonly #incoming: Incoming;
  readonly #door: Door;
  #requester: Requester | undefined;

  constructor(incoming: Incoming, door: Door) {
    this.method = incoming.logged.method;
    this.path = incoming.logged.path;
    this.query = new URLSearchParams(incoming.logged.query);
    this.bytes = incoming.bytes;
    this.#incoming = incoming;
    this.#door = door;
  }

  get contentType(): string | undefined {
    return this.#incoming.request.headers['content-type'];
  }

  get hasToken(): boolean {
    return this.#incoming.request.headers.authorization !== undefined || this.query.has('access_token');
  }

  get requester(): Requester {
    this.#requester ??= this.#door.requester(this.#incoming.request.headers.authorization, this.query);
    this.#incoming.logged.user = this.#requester.user;
    return this.#requester;
  }

  get appservice() {
    return this.#door.appservice(this.#incoming.request.headers.authorization, this.query);
  }

  /** Who is behind it, for the record; throws nothing. */
  get by(): 'appservice' | 'person' | 'stranger' {
    return this.#door.kind(this.#incoming.request.headers.authorization);
  }

  param(name: string): string {
    const value = this.params.get(name);
    if (value === undefined) throw new Error(`the route has no :${name}`);
    return value;
  }

  body(options = { allowEmpty: false }): JsonObject {
    const body = parseObject(this.bytes, options.allowEmpty);
    this.#incoming.logged.body = body;
    return body;
  }

  onGone(gone: () => void): void {
    this.#incoming.response.once('close', gone);
  }
}

function refusal(fault: Extract<Fault, { type: 'refuse' }>): Reply {
  const isLimit = fault.status === 429;
  const errcode = fault.errcode ?? (isLimit ? 'M_LIMIT_EXCEEDED' : 'M_UNKNOWN');
  const body: JsonObject = { errcode, error: 'ordered by the test', retry_after_ms: fault.retryAfterMs };
  const { retryAfterMs } = fault;
  const headers = retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
  return Reply.json(fault.status, body, headers);
}

async function readBytes(request: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > LARGEST_BODY) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('cut')));
  });
}

function write(response: ServerResponse, reply: Reply): void {
  const length = typeof reply.bytes === 'string' ? Buffer.byteLength(reply.bytes) : reply.bytes.length;
  const headers = { ...reply.headers, 'content-type': reply.contentType, 'content-length': length };
  response.writeHead(reply.status, headers);
  response.end(reply.bytes);
}
