// A session carried by HTTP where nothing else gets through: what it sends becomes requests, what comes back is
// received. Knows the gateway's queries and headers; not what the bytes say.

import { parseServerAddress } from './address.ts';
import { assertNever } from './errors.ts';
import type { FetchReply, FetchRequest, Input, Output, Session } from './session.ts';

export interface GatewayOptions<Command, Event> {
  /** The one that is carried. It need not ping: whoever does not poll is forgotten, and polling tells who is gone. */
  readonly session: Session<Command, Event>;
  /** `http://gateway.example.com/gateway/gateway.dll` */
  readonly url: string;
  readonly server: 'NS' | 'SB';
  /** The host that would be dialled if one could. */
  readonly host: string;
}

const PATH = '/gateway/gateway.dll';
const POLL_MS = { least: 2_000, step: 1_000, most: 5_000 } as const;
const TIMEOUT_MS = 30_000;
const FAREWELL_MS = 5_000;
const MAX_BYTES = 1024 * 1024;
const HEADERS = {
  Accept: '*/*',
  'Content-Type': 'application/x-msn-messenger',
  'User-Agent': 'MSMSGS',
  'Cache-Control': 'no-cache',
  Pragma: 'no-cache',
} as const;

type Close<Event> = Extract<Output<Event>, { type: 'close' }>;

/**
 * Takes the place of the session that it carries, and of its connection: there is nothing to dial. Ids that begin with
 * `gateway-` are its own.
 */
export class GatewaySession<Command, Event> implements Session<Command, Event> {
  readonly #options: GatewayOptions<Command, Event>;
  /** Waits until the request under way is answered: there is one at a time. */
  #unsent: Uint8Array[] = [];
  #requests = 0;
  #underWay = false;
  /** Changes with every answer on some servers. */
  #sessionId: string | undefined;
  #gateway: string | undefined;
  #pause: number = POLL_MS.least;
  /** What is still to be said goodbye with. */
  #farewell: Close<Event> | undefined;
  #over = false;

  constructor(options: GatewayOptions<Command, Event>) {
    this.#options = options;
  }

  handle(input: Input<Command>): Output<Event>[] {
    if (this.#over) return [];
    switch (input.type) {
      case 'command':
        return this.#carry(input);
      case 'woken':
        if (input.id === 'gateway-poll') return this.#underWay ? [] : [this.#request()];
        return input.id === 'gateway-farewell' ? this.#end(input.at) : this.#carry(input);
      case 'fetched':
        return input.id === `gateway-${this.#requests}` ? this.#onReply(input.reply, input.at) : this.#carry(input);
      case 'closed':
        return this.#end(input.at);
      case 'received':
        return []; // there is no connection
      default:
        return assertNever(input);
    }
  }

  /** What the session wants, with its bytes on their way. */
  #carry(input: Input<Command>): Output<Event>[] {
    const outputs: Output<Event>[] = [];
    for (const output of this.#farewell === undefined ? this.#options.session.handle(input) : []) {
      if (output.type === 'send') this.#unsent.push(output.bytes);
      else if (output.type === 'close') this.#farewell = output;
      else outputs.push(output);
    }
    return [...outputs, ...this.#proceed()];
  }

  #proceed(): Output<Event>[] {
    const waiting = this.#unsent.length > 0;
    if (this.#farewell !== undefined) {
      if (waiting && this.#underWay) return [{ type: 'wake', id: 'gateway-farewell', afterMs: FAREWELL_MS }];
      this.#over = true;
      return [...(waiting ? [this.#request()] : []), this.#farewell];
    }
    return waiting && !this.#underWay ? [{ type: 'cancel', id: 'gateway-poll' }, this.#request()] : [];
  }

  #onReply(reply: FetchReply, at: Date): Output<Event>[] {
    this.#underWay = false;
    const state = reply.type === 'response' && reply.status === 200 ? readState(reply.headers) : undefined;
    this.#sessionId = state?.sessionId ?? this.#sessionId;
    // what was sent or queued there is lost, so there is no trying again
    if (reply.type === 'failed' || state === undefined || this.#sessionId === undefined) return this.#end(at);
    if (state.gateway !== undefined) this.#gateway = this.#elsewhere(state.gateway);
    const { body } = reply;
    this.#pause = body.length > 0 ? POLL_MS.least : Math.min(this.#pause + POLL_MS.step, POLL_MS.most);
    const outputs = body.length > 0 ? this.#carry({ at, type: 'received', bytes: body }) : this.#proceed();
    if (this.#over) return outputs;
    if (state.closed) return [...outputs.filter(({ type }) => type !== 'fetch'), ...this.#end(at)];
    return this.#underWay ? outputs : [...outputs, { type: 'wake', id: 'gateway-poll', afterMs: this.#pause }];
  }

  /** The gateway has let go of us, or we of it. */
  #end(at: Date): Output<Event>[] {
    this.#over = true;
    if (this.#farewell !== undefined) return [this.#farewell];
    const outputs = this.#options.session.handle({ at, type: 'closed' });
    return [...outputs.filter(({ type }) => type !== 'send' && type !== 'close'), { type: 'close' }];
  }

  #request(): FetchRequest {
    const body = Buffer.concat(this.#unsent);
    this.#unsent = [];
    this.#requests += 1;
    this.#underWay = true;
    const { url, server, host } = this.#options;
    const id = encodeURIComponent(this.#sessionId ?? '');
    const known = body.length === 0 ? `Action=poll&SessionID=${id}` : `SessionID=${id}`;
    const query = this.#sessionId === undefined ? `Action=open&Server=${server}&IP=${encodeURIComponent(host)}` : known;
    return {
      type: 'fetch',
      id: `gateway-${this.#requests}`,
      method: 'POST',
      url: `${this.#gateway ?? withPath(url)}?${query}`,
      headers: HEADERS,
      body,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      credentials: true, // the proof of the sign-in is among what we send
    };
  }

  /** Some servers only give back what was asked for, which is no gateway. */
  #elsewhere(gateway: string): string | undefined {
    const host = parseServerAddress(gateway)?.host;
    if (host === undefined || host === this.#options.host) return this.#gateway;
    const url = new URL(withPath(this.#options.url));
    url.hostname = host;
    return url.href;
  }
}

interface State {
  readonly sessionId: string | undefined;
  readonly gateway: string | undefined;
  readonly closed: boolean;
}

/** `X-MSN-Messenger: SessionID=…; GW-IP=…[; Session=close]`. */
function readState(headers: ReadonlyMap<string, string>): State {
  const fields = new Map<string, string>();
  for (const part of (headers.get('x-msn-messenger') ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) fields.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim());
  }
  return {
    sessionId: fields.get('sessionid') || undefined,
    gateway: fields.get('gw-ip') || undefined,
    closed: fields.get('session')?.toLowerCase() === 'close',
  };
}

/** The path that every gateway has, if none is given. */
function withPath(address: string): string {
  const url = new URL(address);
  if (url.pathname === '/') url.pathname = PATH;
  url.search = '';
  return url.href;
}
