// An application service for the homeserver's own tests: takes transactions, answers as told, and calls the homeserver
// with its token. Knows HTTP; not what the bridge does.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ClientEvent } from './event.ts';
import { textAt, type JsonObject } from './json.ts';
import type { RegistrationFile } from './registration.ts';

export interface TakenTransaction {
  readonly id: string;
  readonly token: string | undefined;
  readonly body: JsonObject & { readonly events: readonly ClientEvent[] };
}

export interface Response {
  readonly status: number;
  readonly body: JsonObject;
}

export class AppserviceDouble {
  /** All attempts, also those that were refused. */
  readonly transactions: TakenTransaction[] = [];
  /** Paths of everything else that was asked. */
  readonly questions: string[] = [];
  /** Statuses for the next transactions; 200 when it is empty. */
  readonly refusals: number[] = [];
  transactionBody = '{}';
  onQuestion: (path: string) => number | Promise<number> = () => 404;
  homeserverUrl = '';
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  static async start(): Promise<AppserviceDouble> {
    const appservice = new AppserviceDouble();
    await new Promise<void>((resolve) => {
      appservice.#server.listen(0, '127.0.0.1', resolve);
    });
    return appservice;
  }

  registration(more: Partial<RegistrationFile> = {}): RegistrationFile {
    return {
      id: 'msn',
      url: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
      as_token: 'as-secret',
      hs_token: 'hs-secret',
      sender_localpart: 'msnbot',
      rate_limited: false,
      namespaces: {
        users: [{ regex: '@msn_.*:example\\.com', exclusive: true }],
        aliases: [{ regex: '#msn_.*:example\\.com', exclusive: true }],
      },
      receive_ephemeral: true,
      'de.sorunome.msc2409.push_ephemeral': true,
      ...more,
    };
  }

  /** Events of all attempts. */
  get events(): ClientEvent[] {
    return this.transactions.flatMap(({ body }) => body.events);
  }

  /** A request with the token of the application service, for `user` if there is one. */
  async ask(method: string, path: string, body?: JsonObject | string, user?: string): Promise<Response> {
    const query = user === undefined ? '' : `${path.includes('?') ? '&' : '?'}user_id=${encodeURIComponent(user)}`;
    const response = await fetch(`${this.homeserverUrl}${path}${query}`, {
      method,
      headers: { authorization: 'Bearer as-secret' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as JsonObject };
  }

  async v3(method: string, path: string, body?: JsonObject | string, user?: string): Promise<Response> {
    return this.ask(method, `/_matrix/client/v3${path}`, body, user);
  }

  /** Registers a ghost; gives back its user id. */
  async ghost(localpart: string): Promise<string> {
    const body = { type: 'm.login.application_service', username: localpart, inhibit_login: true };
    const answer = await this.v3('POST', '/register', body);
    return textAt(accepted(answer), 'user_id');
  }

  /** Makes a room, as `user` or as the sender; gives back its id. */
  async room(body: JsonObject = {}, user?: string): Promise<string> {
    return textAt(accepted(await this.v3('POST', '/createRoom', body, user)), 'room_id');
  }

  async join(room: string, user: string): Promise<void> {
    accepted(await this.v3('POST', `/rooms/${room}/join`, {}, user));
  }

  async say(room: string, text: string, user?: string, transaction = `t ${user} ${text}`): Promise<Response> {
    const path = `/rooms/${room}/send/m.room.message/${encodeURIComponent(transaction)}`;
    return this.v3('PUT', path, { msgtype: 'm.text', body: text }, user);
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const path = request.url ?? '';
    const prefix = '/_matrix/app/v1/transactions/';
    let status: number;
    let body = '{}';
    if (path.startsWith(prefix)) {
      this.transactions.push({
        id: path.slice(prefix.length),
        token: request.headers.authorization,
        body: JSON.parse(text) as TakenTransaction['body'],
      });
      status = this.refusals.shift() ?? 200;
      body = this.transactionBody;
    } else {
      this.questions.push(path);
      status = path.endsWith('/ping') ? 200 : await this.onQuestion(path);
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  }
}

function accepted({ status, body }: Response): JsonObject {
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}
