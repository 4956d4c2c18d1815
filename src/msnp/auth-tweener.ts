// The Passport 1.4 sign-in, from the server's challenge to a ticket. Knows the HTTP exchange; not the notification server.

import type { TweenerCommand, TweenerEvent } from './auth-tweener-types.ts';
import { percentDecode, percentEncode } from './encoding.ts';
import { assertNever } from './errors.ts';
import type { FetchReply, Input, Output, Session } from './session.ts';

export interface TweenerOptions {
  readonly address: string;
  readonly password: string;
  /** Tells where to sign in. */
  readonly nexusUrl?: string;
  /** Known already: the nexus is not asked. */
  readonly loginUrl?: string;
}

const TIMEOUT_MS = 20_000;
const MAX_BYTES = 64 * 1024;
const MAX_REDIRECTS = 3;
const MAX_SENTENCE = 200;

type Step = 'idle' | 'nexus' | 'login' | 'done';

export class TweenerSession implements Session<TweenerCommand, TweenerEvent> {
  readonly #options: TweenerOptions;
  #step: Step = 'idle';
  #challenge = '';
  #redirects = 0;
  #requests = 0;
  #loginUrl = '';

  constructor(options: TweenerOptions) {
    this.#options = options;
  }

  handle(input: Input<TweenerCommand>): Output<TweenerEvent>[] {
    switch (input.type) {
      case 'command':
        return this.#start(input.command.challenge);
      case 'fetched':
        return input.id === this.#requestId() ? this.#onReply(input.reply) : [];
      case 'received':
      case 'woken':
      case 'closed':
        return []; // there is no connection of ours
      default:
        return assertNever(input);
    }
  }

  #start(challenge: string): Output<TweenerEvent>[] {
    if (this.#step !== 'idle') return [];
    this.#challenge = challenge;
    const { loginUrl, nexusUrl } = this.#options;
    if (loginUrl !== undefined) return this.#logIn(loginUrl);
    if (nexusUrl === undefined) return this.#unavailable('nobody says where to sign in');
    this.#step = 'nexus';
    return [this.#get(nexusUrl, {}, false)];
  }

  #onReply(reply: FetchReply): Output<TweenerEvent>[] {
    if (reply.type === 'failed') return this.#unavailable(`${this.#step}: ${reply.reason}`);
    switch (this.#step) {
      case 'nexus':
        return this.#onNexus(reply.status, reply.headers);
      case 'login':
        return this.#onLogin(reply.status, reply.headers);
      case 'idle':
      case 'done':
        return [];
      default:
        return assertNever(this.#step);
    }
  }

  #onNexus(status: number, headers: ReadonlyMap<string, string>): Output<TweenerEvent>[] {
    if (status !== 200) return this.#unavailable(`nexus: status ${status}`);
    const login = /(?:^|[,\s])DALogin=([^,\s]+)/i.exec(headers.get('passporturls') ?? '')?.[1];
    if (login === undefined) return this.#unavailable('nexus: no DALogin');
    return this.#logIn(/^https?:\/\//i.test(login) ? login : `https://${login}`);
  }

  #onLogin(status: number, headers: ReadonlyMap<string, string>): Output<TweenerEvent>[] {
    if (status === 200) {
      const ticket = /from-PP='([^']*)'/i.exec(headers.get('authentication-info') ?? '')?.[1];
      // it becomes one word of a command
      if (ticket === undefined || !/^[\x21-\x7e]+$/.test(ticket)) return this.#unavailable('login: no ticket');
      return this.#finish({ type: 'ticket', ticket });
    }
    if (status === 401) {
      const text = /(?:^|[,\s])cbtxt=([^,]*)/i.exec(headers.get('www-authenticate') ?? '')?.[1];
      const readable = text === undefined ? '' : sentence(percentDecode(text));
      return this.#finish(readable === '' ? { type: 'refused' } : { type: 'refused', text: readable });
    }
    const location = headers.get('location');
    if (status >= 300 && status < 400 && location !== undefined) {
      this.#redirects += 1;
      if (this.#redirects > MAX_REDIRECTS) return this.#unavailable('login: too many redirects');
      return this.#logIn(location);
    }
    return this.#unavailable(`login: status ${status}`);
  }

  #logIn(location: string): Output<TweenerEvent>[] {
    const url = URL.parse(location, this.#loginUrl === '' ? undefined : this.#loginUrl);
    if (url === null) return this.#unavailable('login: not an address');
    if (!this.#mayCarryCredentials(url)) return this.#unavailable('login: would send the password in clear');
    this.#step = 'login';
    this.#loginUrl = url.href;
    const { address, password } = this.#options;
    const credentials = `sign-in=${percentEncode(address)},pwd=${percentEncode(password)}`;
    const authorization = `Passport1.4 OrgVerb=GET,OrgURL=http%3A%2F%2Fmessenger%2Emsn%2Ecom,${credentials},${oneLine(this.#challenge)}`;
    return [this.#get(url.href, { Authorization: authorization }, true)];
  }

  /** In clear only to the very host of a nexus that is itself asked in clear: a test server on this machine. */
  #mayCarryCredentials(url: URL): boolean {
    if (url.protocol === 'https:') return true;
    const given = URL.parse(this.#options.loginUrl ?? this.#options.nexusUrl ?? '');
    return url.protocol === 'http:' && given?.protocol === 'http:' && given.hostname === url.hostname;
  }

  #get(url: string, headers: Record<string, string>, credentials: boolean): Output<TweenerEvent> {
    this.#requests += 1;
    return {
      type: 'fetch',
      id: this.#requestId(),
      method: 'GET',
      url,
      headers: { 'User-Agent': 'MSMSGS', 'Cache-Control': 'no-cache', ...headers },
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      credentials,
    };
  }

  #requestId(): string {
    return `tweener-${this.#requests}`;
  }

  #unavailable(reason: string): Output<TweenerEvent>[] {
    return this.#finish({ type: 'unavailable', reason });
  }

  #finish(event: TweenerEvent): Output<TweenerEvent>[] {
    this.#step = 'done';
    return [{ type: 'event', event }];
  }
}

/** People read it among words of ours: on one line, in our direction, and not for ever. */
function sentence(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Bidi_Control}]+/gu, ' ').trim();
  return line.slice(0, MAX_SENTENCE).toWellFormed();
}

function oneLine(challenge: string): string {
  return challenge.replace(/[^\x21-\x7e]+/g, '');
}
