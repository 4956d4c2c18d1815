// A connection over HTTP where nothing else gets through: what is written becomes requests, and what comes back are the
// other side's bytes. Knows the gateway's queries and headers; not what the bytes say.

import { parseServerAddress } from './address.ts';
import { assertNever } from './errors.ts';
import type { FetchReply, FetchRequest, Input, Output, Session } from './session.ts';

export interface GatewayOptions {
  /** `http://gateway.example.com/gateway/gateway.dll` */
  readonly url: string;
  readonly server: 'NS' | 'SB';
  /** The host that would be dialled if one could. */
  readonly host: string;
}

export type GatewayCommand =
  | { readonly type: 'write'; readonly bytes: Uint8Array }
  /** While held nothing is heard: the gateway is not asked, and what it had said already waits. */
  | { readonly type: 'hold'; readonly held: boolean }
  /** Lets what was written go out; nothing is heard any more. */
  | { readonly type: 'close' };

export type GatewayEvent =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  /** It ends because something went wrong; `reason` is for the log. */
  | { readonly type: 'broken'; readonly reason: string };

const PATH = '/gateway/gateway.dll';
const POLL_MS = { least: 2_000, step: 1_000, most: 5_000 } as const;
const TIMEOUT_MS = 30_000;
const FAREWELL_MS = 5_000;
const MAX_BYTES = 1024 * 1024;
/** What may wait for the request under way. */
const MAX_UNSENT = 1024 * 1024;
const HEADERS = {
  Accept: '*/*',
  'Content-Type': 'application/x-msn-messenger',
  'User-Agent': 'MSMSGS',
  'Cache-Control': 'no-cache',
  Pragma: 'no-cache',
} as const;

type Outputs = Output<GatewayEvent>[];

/** Begins with the first bytes that are written: there is nothing to dial. */
export class GatewaySession implements Session<GatewayCommand, GatewayEvent> {
  readonly #options: GatewayOptions;
  /** Waits until the request under way is answered: there is one at a time. */
  #unsent: Uint8Array[] = [];
  /** What was heard while nothing is to be heard. */
  #kept: Uint8Array[] = [];
  #requests = 0;
  #underWay = false;
  /** Changes with every answer on some servers. */
  #sessionId: string | undefined;
  #gateway: string | undefined;
  #pause: number = POLL_MS.least;
  #held = false;
  #closing = false;
  #over = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  handle(input: Input<GatewayCommand>): Outputs {
    if (this.#over) return [];
    switch (input.type) {
      case 'command':
        return this.#onCommand(input.command);
      case 'woken':
        if (input.id === 'farewell') return this.#end();
        return this.#underWay || this.#held ? [] : [this.#request()];
      case 'fetched':
        return input.id === this.#requestId ? this.#onReply(input.reply) : [];
      case 'closed':
        this.#over = true;
        return [];
      case 'received':
        return []; // there is no connection
      default:
        return assertNever(input);
    }
  }

  #onCommand(command: GatewayCommand): Outputs {
    switch (command.type) {
      case 'write':
        return this.#write(command.bytes);
      case 'hold':
        return this.#hold(command.held);
      case 'close':
        this.#closing = true;
        return this.#proceed();
      default:
        return assertNever(command);
    }
  }

  #write(bytes: Uint8Array): Outputs {
    if (this.#closing) return [];
    this.#unsent.push(bytes);
    const waiting = this.#unsent.reduce((sum, { length }) => sum + length, 0);
    return waiting > MAX_UNSENT ? this.#break('the gateway does not take what we send') : this.#proceed();
  }

  #hold(held: boolean): Outputs {
    this.#held = held;
    if (held) return [];
    return [...this.#release(), ...this.#waitOn()];
  }

  #release(): Outputs {
    return this.#kept.splice(0).map((bytes) => ({ type: 'event', event: { type: 'bytes', bytes } }));
  }

  #proceed(): Outputs {
    const waiting = this.#unsent.length > 0;
    if (this.#closing) {
      if (waiting && this.#underWay) return [{ type: 'wake', id: 'farewell', afterMs: FAREWELL_MS }];
      return [...(waiting ? [this.#request()] : []), ...this.#end()];
    }
    return waiting && !this.#underWay ? [{ type: 'cancel', id: 'poll' }, this.#request()] : [];
  }

  #onReply(reply: FetchReply): Outputs {
    this.#underWay = false;
    // what was sent or queued there is lost in these cases, so there is no trying again
    if (reply.type === 'failed') return this.#break(reply.reason);
    if (reply.status !== 200) return this.#break(`the gateway answers ${reply.status}`);
    const state = readState(reply.headers);
    this.#sessionId = state.sessionId ?? this.#sessionId;
    if (this.#sessionId === undefined) return this.#break('the gateway names no session');
    if (state.gateway !== undefined) this.#gateway = this.#elsewhere(state.gateway);
    return [...this.#hear(reply.body), ...(state.closed ? this.#end() : [...this.#proceed(), ...this.#waitOn()])];
  }

  #hear(bytes: Uint8Array): Outputs {
    this.#pause = bytes.length > 0 ? POLL_MS.least : Math.min(this.#pause + POLL_MS.step, POLL_MS.most);
    if (bytes.length > 0 && !this.#closing) this.#kept.push(bytes);
    return this.#held ? [] : this.#release();
  }

  /** Nothing to say: it is time to ask, before long, whether there is something to hear. */
  #waitOn(): Outputs {
    if (this.#over || this.#underWay || this.#held || this.#sessionId === undefined) return [];
    return [{ type: 'wake', id: 'poll', afterMs: this.#pause }];
  }

  #break(reason: string): Outputs {
    return [...this.#release(), { type: 'event', event: { type: 'broken', reason } }, ...this.#end()];
  }

  #end(): Outputs {
    this.#over = true;
    return [...this.#release(), { type: 'close' }];
  }

  get #requestId(): string {
    return `request-${this.#requests}`;
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
      id: this.#requestId,
      method: 'POST',
      url: `${this.#gateway ?? withPath(url)}?${query}`,
      headers: HEADERS,
      body,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      // what the server would be told over a plain connection too
      credentials: false,
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
