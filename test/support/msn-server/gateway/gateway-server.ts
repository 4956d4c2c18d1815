// The HTTP gateway: connections to the notification server and the switchboard in requests and answers, for those who may only
// speak HTTP. Knows its addresses and headers, and what a test scripts; not a command of what goes through it.
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Connection, Transport } from '../connection.ts';
import type { Journal, Side, Speaker } from '../journal.ts';
import { answer, readBody, WebListener } from '../web-listener.ts';
import { GatewaySession } from './gateway-session.ts';

const PATH = '/gateway/gateway.dll';
const CONTENT_TYPE = 'application/x-msn-messenger';
/** How long a session lives without a request, as observed. */
const IDLE_MS = 60_000;

export interface GatewayRules {
  /** The number a session is shown by changes with every answer, as the official one did (the default), or is always the same, as observed. */
  readonly sessionIds?: 'changing' | 'constant';
  /** The last answer of a session says that it is the last, as the official one did; not so, as observed and the default. */
  readonly saysClose?: boolean;
}

/** What a request gets instead of its due. */
export type GatewayFault =
  /** Nothing is done. */
  | { readonly type: 'refuse'; readonly status: number }
  /** Nothing is done; the connection is cut. */
  | { readonly type: 'drop' }
  /** It is done, but the answer never arrives. */
  | { readonly type: 'lose' };

type Open = (side: Side, transport: Transport) => Connection;

interface Guest {
  readonly session: GatewaySession;
  readonly connection: Connection;
  idle: NodeJS.Timeout | undefined;
}

export class GatewayServer {
  readonly #journal: Journal;
  readonly #rules: GatewayRules;
  readonly #open: Open;
  readonly #listener: WebListener;
  /** By the part of their numbers that stays. */
  readonly #guests = new Map<string, Guest>();
  /** Those that were ended here: a client cannot know before it asks. */
  readonly #ended = new Set<string>();
  readonly #faults: { readonly fault: GatewayFault; left: number }[] = [];
  #requests = 0;

  constructor(journal: Journal, rules: GatewayRules, port: number, open: Open) {
    this.#journal = journal;
    this.#rules = rules;
    this.#open = open;
    this.#listener = new WebListener((request, response) => void this.#handle(request, response), port);
  }

  get port(): number {
    return this.#listener.port;
  }

  get url(): string {
    return `${this.#listener.origin}${PATH}`;
  }

  /** The next `times` requests (all, if not said) get this; later scripts wait for earlier ones. */
  script(fault: GatewayFault, times = Number.POSITIVE_INFINITY): void {
    this.#faults.push({ fault, left: times });
  }

  clear(): void {
    this.#faults.length = 0;
  }

  async open(): Promise<void> {
    await this.#listener.open();
  }

  async close(): Promise<void> {
    await this.#listener.close();
    this.idleOut();
  }

  /** Ends every session, as if nobody had asked for anything for too long. */
  idleOut(): void {
    for (const guest of this.#guests.values()) this.#forget(guest);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#requests += 1;
    const speaker = { side: 'HTTP' as const, id: this.#requests, user: undefined };
    const line = `${request.method} ${request.url}`;
    this.#journal.record('in', speaker, line);
    response.on('finish', () => this.#journal.record('out', speaker, `${response.statusCode} ${request.url}`));
    const body = await readBody(request);
    const fault = this.#nextFault();
    if (fault?.type === 'drop') request.socket.destroy();
    else if (fault?.type === 'refuse') answer(response, fault.status);
    else await this.#serve(request, response, body, speaker, fault);
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
    speaker: Speaker,
    fault: GatewayFault | undefined,
  ): Promise<void> {
    const url = new URL(request.url ?? '/', this.#listener.origin);
    const refuse = (rule: string, status = 400): void => {
      this.#journal.violate(speaker, rule, `${request.method} ${request.url}`);
      answer(response, status, {}, '400: Bad Request');
    };
    if (url.pathname.replaceAll(/\/{2,}/gu, '/') !== PATH) return answer(response, 404);
    if (request.method !== 'POST') return refuse('gateway: not POST', 405);
    if (!/^(?:application\/x-msn-messenger|text\/xml)\b/u.test(request.headers['content-type'] ?? '')) {
      this.#journal.violate(speaker, 'gateway: another content type', request.headers['content-type'] ?? '');
    }
    const guest = url.searchParams.get('Action') === 'open' ? this.#welcome(url) : this.#find(url);
    if (!guest && this.#ended.has(stemOf(url))) return answer(response, 400, {}, '400: Bad Request');
    if (!guest) return refuse('gateway: a session that does not exist');
    const { session, connection } = guest;
    if (session.isBusy) return refuse('gateway: two requests of a session at once');
    session.isBusy = true;
    connection.receive(body);
    await this.#wait(url, session);
    session.isBusy = false;
    const bytes = session.fetch();
    if (session.isEnded) {
      this.#ended.add(session.stem);
      this.#forget(guest);
    } else {
      this.#touch(guest);
    }
    if (fault?.type === 'lose') {
      request.socket.destroy();
      return undefined;
    }
    const last = session.isEnded && this.#rules.saysClose === true ? '; Session=close' : '';
    return answer(
      response,
      200,
      {
        'Access-Control-Allow-Origin': '*',
        'Access-Control-Allow-Methods': 'POST',
        'Access-Control-Expose-Headers': 'X-MSN-Messenger',
        'X-MSN-Messenger': `SessionID=${session.id}; GW-IP=${session.host}${last}`,
        'Content-Type': CONTENT_TYPE,
      },
      bytes,
    );
  }

  #welcome(url: URL): Guest | undefined {
    const side = url.searchParams.get('Server');
    const host = url.searchParams.get('IP');
    if ((side !== 'NS' && side !== 'SB') || host === null) return undefined;
    const session = new GatewaySession(host, this.#rules.sessionIds !== 'constant');
    const guest: Guest = { session, connection: this.#open(side, session), idle: undefined };
    this.#guests.set(session.stem, guest);
    return guest;
  }

  /** Only the latest number will do. */
  #find(url: URL): Guest | undefined {
    const guest = this.#guests.get(stemOf(url));
    return guest?.session.id === url.searchParams.get('SessionID') ? guest : undefined;
  }

  /** A poll may say for how many seconds it would wait; else what is there by now is all. */
  async #wait(url: URL, session: GatewaySession): Promise<void> {
    const lifespan = Number(url.searchParams.get('Lifespan') ?? 0);
    if (url.searchParams.get('Action') === 'poll' && lifespan > 0) await session.ripen(lifespan * 1_000);
    else await new Promise(setImmediate);
  }

  #touch(guest: Guest): void {
    clearTimeout(guest.idle);
    guest.idle = setTimeout(() => this.#forget(guest), IDLE_MS).unref();
  }

  #forget(guest: Guest): void {
    clearTimeout(guest.idle);
    this.#guests.delete(guest.session.stem);
    guest.connection.lost();
  }

  #nextFault(): GatewayFault | undefined {
    const next = this.#faults[0];
    if (!next) return undefined;
    next.left -= 1;
    if (next.left <= 0) this.#faults.shift();
    return next.fault;
  }
}

function stemOf(url: URL): string {
  return url.searchParams.get('SessionID')?.split('.')[0] ?? '';
}
