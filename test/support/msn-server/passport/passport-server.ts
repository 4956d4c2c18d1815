// The nexus and the login server behind it, over TLS or in the clear. Knows their headers and the answers a test scripts;
// not what a ticket is good for.
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Journal } from '../journal.ts';
import { answer as end, readBody, WebListener } from '../web-listener.ts';
import type { World } from '../world.ts';
import type { Certificate } from './certificate.ts';
import { judgeWebSignIn } from './web-sign-in.ts';

/** What a login request gets instead of its due. */
export type LoginAnswer =
  /** Try again elsewhere on this server; the same answer again and again makes a circle. */
  | { readonly type: 'redirect'; readonly to?: string }
  | { readonly type: 'failed'; readonly text?: string }
  | { readonly type: 'unavailable'; readonly status?: number }
  /** A ticket no notification server will take. */
  | { readonly type: 'bad-ticket' }
  | { readonly type: 'silence' }
  /** Any headers at all. */
  | { readonly type: 'raw'; readonly status: number; readonly headers: Readonly<Record<string, string>> };

const NEXUS_PATHS = new Set(['/rdr/pprdr.asp', '/nexus-mock']);
const WEB_SIGN_IN_PATH = '/ppsecure/md5auth.srf';
const LOGIN_PATH = /^\/login(?:\/\d+)?$/u;

export interface PassportOptions {
  readonly certificate: Certificate | undefined;
  /** The bare ticket, as observed, or `t=…&p=` around it, as the official servers wrote it. */
  readonly ticketForm: 'bare' | 't-and-p';
  readonly port: number;
}

export class PassportServer {
  readonly #world: World;
  readonly #journal: Journal;
  readonly #options: PassportOptions;
  readonly #scripted: { answer: LoginAnswer; left: number }[] = [];
  readonly #listener: WebListener;
  #nexusDown = false;
  #requests = 0;

  constructor(world: World, journal: Journal, options: PassportOptions) {
    this.#world = world;
    this.#journal = journal;
    this.#options = options;
    const onRequest = (request: IncomingMessage, response: ServerResponse) => this.#handle(request, response);
    this.#listener = new WebListener(onRequest, options.port, options.certificate);
  }

  get origin(): string {
    return this.#listener.origin;
  }

  get nexusUrl(): string {
    return `${this.origin}/rdr/pprdr.asp`;
  }

  get loginUrl(): string {
    return `${this.origin}/login`;
  }

  /** Where the messenger's form goes that signs in to the web. */
  get webSignInUrl(): string {
    return `${this.origin}${WEB_SIGN_IN_PATH}?lc=1033`;
  }

  /** The next `times` logins (all, if not said) get this; later scripts wait for earlier ones. */
  script(answer: LoginAnswer, times = Number.POSITIVE_INFINITY): void {
    this.#scripted.push({ answer, left: times });
  }

  /** While it is down, the nexus answers 503. */
  setNexusDown(isDown: boolean): void {
    this.#nexusDown = isDown;
  }

  clear(): void {
    this.#scripted.length = 0;
    this.#nexusDown = false;
  }

  async open(): Promise<void> {
    await this.#listener.open();
  }

  async close(): Promise<void> {
    await this.#listener.close();
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    this.#requests += 1;
    const credentials = readCredentials(request.headers.authorization);
    const speaker = { side: 'HTTP' as const, id: this.#requests, user: credentials?.address };
    const path = new URL(request.url ?? '/', this.origin).pathname.replaceAll(/\/{2,}/gu, '/');
    this.#journal.record('in', speaker, `${request.method} ${path}`);
    response.on('finish', () => this.#journal.record('out', speaker, `${response.statusCode} ${path}`));
    if (NEXUS_PATHS.has(path)) return this.#answerNexus(response);
    if (LOGIN_PATH.test(path)) return this.#answerLogin(response, credentials);
    if (path === WEB_SIGN_IN_PATH && request.method === 'POST') return void this.#answerWebSignIn(request, response);
    return end(response, 404);
  }

  async #answerWebSignIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams((await readBody(request)).toString('utf8'));
    const verdict = judgeWebSignIn(form, this.#world, Date.now());
    if (verdict.type === 'welcome') return end(response, 302, { Location: verdict.path });
    const speaker = { side: 'HTTP' as const, id: this.#requests, user: form.get('username') ?? undefined };
    this.#journal.violate(speaker, verdict.rule, `POST ${WEB_SIGN_IN_PATH}`);
    return end(response, 401);
  }

  #answerNexus(response: ServerResponse): void {
    if (this.#nexusDown) return end(response, 503);
    return end(response, 200, { PassportURLs: `DALogin=${this.loginUrl},DARealm=Passport.Net` });
  }

  #answerLogin(response: ServerResponse, credentials: Credentials | undefined): void {
    // Another scheme, or none, is an accident on the observed server.
    if (!credentials) return end(response, 500);
    const answer = this.#nextScripted() ?? this.#judge(credentials);
    switch (answer.type) {
      case 'ticket':
        return end(response, 200, {
          'Authentication-Info': `Passport1.4 da-status=success,from-PP='${this.#dress(answer.ticket)}'`,
        });
      case 'bad-ticket':
        return end(response, 200, {
          'Authentication-Info': `Passport1.4 da-status=success,from-PP='${this.#dress('f'.repeat(20))}'`,
        });
      case 'redirect':
        return end(response, 302, {
          Location: answer.to ?? `${this.loginUrl}/${this.#requests}`,
          'Authentication-Info': 'Passport1.4 da-status=redir',
        });
      case 'failed':
        return end(response, 401, { 'WWW-Authenticate': `Passport1.4 da-status=failed${reason(answer.text)}` });
      case 'unavailable':
        return end(response, answer.status ?? 503);
      case 'silence':
        return undefined;
      case 'raw':
        return end(response, answer.status, answer.headers);
    }
  }

  #judge({ address, password }: Credentials): LoginAnswer | { readonly type: 'ticket'; readonly ticket: string } {
    const account = this.#world.account(address);
    if (!account || account.password !== password) return { type: 'failed' };
    return { type: 'ticket', ticket: this.#world.issueLoginTicket(account.address) };
  }

  #nextScripted(): LoginAnswer | undefined {
    const next = this.#scripted[0];
    if (!next) return undefined;
    next.left -= 1;
    if (next.left <= 0) this.#scripted.shift();
    return next.answer;
  }

  #dress(ticket: string): string {
    return this.#options.ticketForm === 'bare' ? ticket : `t=${ticket}&p=`;
  }
}

interface Credentials {
  readonly address: string;
  readonly password: string;
}

function readCredentials(header: string | undefined): Credentials | undefined {
  const fields = /^Passport1\.4 (.*)$/u.exec(header ?? '')?.[1];
  if (fields === undefined) return undefined;
  const pairs = fields.split(',').map((pair): [string, string] => {
    const equals = pair.indexOf('=');
    return [pair.slice(0, equals), pair.slice(equals + 1)];
  });
  const values = new Map(pairs);
  const address = values.get('sign-in');
  const password = values.get('pwd');
  if (address === undefined || password === undefined) return undefined;
  return { address: decodeURIComponent(address), password: decodeURIComponent(password) };
}

function reason(text: string | undefined): string {
  if (text === undefined) return '';
  return `,srealm=Passport.NET,ts=-3,prompt,cburl=http://login.example.com,cbtxt=${encodeURIComponent(text)}`;
}
