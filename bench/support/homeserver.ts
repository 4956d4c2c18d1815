// The least of a homeserver that a bridge can live with: it takes everything for granted, so that next to nothing of the
// machine goes to it. The strict one is in test/support. Knows which room was made for whom, and how users show
// themselves; not what is measured.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from 'undici';

export const DOMAIN = 'bench.example.com';

/** How a user shows themselves. */
export interface Looks {
  readonly name?: unknown;
  readonly presence?: unknown;
  readonly message?: unknown;
}

interface Answered {
  readonly method: string;
  readonly path: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Sent {
  readonly room: string;
  readonly type: string;
  /** What it says; of an edit, what the message says from now on. */
  readonly body: unknown;
  /** When the request was there, by `performance.now`. */
  readonly at: number;
}

const MOST_EVENTS = 100;

export class BenchHomeserver {
  /** Called for every event that the bridge sends. */
  onSent: (sent: Sent) => void = () => undefined;
  /** Called for every request, with the time when it was there, by `performance.now`. */
  onRequest: (at: number) => void = () => undefined;
  readonly #bot: string;
  readonly #hsToken: string;
  readonly #server: Server;
  readonly #roomOf = new Map<string, string>();
  readonly #looks = new Map<string, Looks>();
  #link: Client | undefined;
  #rooms = 0;
  #events = 0;
  #transactions = 0;
  #queue: object[] = [];
  #pushing = false;
  readonly #heard: { readonly room: string; readonly body: string }[] = [];

  constructor(bot: string, hsToken: string) {
    this.#bot = bot;
    this.#hsToken = hsToken;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.keepAliveTimeout = 60_000;
  }

  async open(bridgePort: number): Promise<void> {
    this.#link = new Client(`http://127.0.0.1:${bridgePort}`);
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The room that the bridge made and invited this user to. */
  roomOf(user: string): string | undefined {
    return this.#roomOf.get(user);
  }

  looksOf(user: string): Looks {
    return this.#looks.get(user) ?? {};
  }

  say(room: string, sender: string, body: string): void {
    this.#push({ room_id: room, sender, type: 'm.room.message', content: { msgtype: 'm.text', body } });
  }

  invite(room: string, sender: string, user: string): void {
    this.#push({ room_id: room, sender, type: 'm.room.member', state_key: user, content: { membership: 'invite' } });
  }

  /** Whether the bot has said it; each answer counts once. */
  heard(room: string, what: RegExp): boolean {
    const index = this.#heard.findIndex((one) => one.room === room && what.test(one.body));
    if (index !== -1) this.#heard.splice(0, index + 1);
    return index !== -1;
  }

  async close(): Promise<void> {
    await this.#link?.destroy();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #push(event: object): void {
    this.#events += 1;
    this.#queue.push({
      ...event,
      event_id: `$${String(this.#events).padStart(43, 'e')}`,
      origin_server_ts: Date.now(),
    });
    if (!this.#pushing) void this.#pushAll();
  }

  /** One transaction at a time, with all that waits. */
  async #pushAll(): Promise<void> {
    this.#pushing = true;
    while (this.#queue.length > 0) {
      this.#transactions += 1;
      const { statusCode, body } = await this.#link!.request({
        method: 'PUT',
        path: `/_matrix/app/v1/transactions/${this.#transactions}`,
        headers: { authorization: `Bearer ${this.#hsToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ events: this.#queue.splice(0, MOST_EVENTS) }),
      });
      await body.dump();
      if (statusCode !== 200) throw new Error(`a transaction was answered with ${statusCode}`);
    }
    this.#pushing = false;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = performance.now();
    this.onRequest(at);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [bare = ''] = (request.url ?? '').split('?');
    const body = chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Answered['body']);
    const path = bare.split('/').slice(2).map(decodeURIComponent);
    const answer = this.#answer({ method: request.method ?? '', path, body }, at);
    const text = JSON.stringify(answer ?? { errcode: 'M_NOT_FOUND', error: 'There is none.' });
    response.writeHead(answer === undefined ? 404 : 200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  }

  /** Undefined: there is no such thing. */
  #answer({ method, path, body }: Answered, at: number): object | undefined {
    const [, , subject = '', id = '', what = '', type = ''] = path;
    if (subject === 'rooms' && what === 'send') return this.#takeEvent({ room: id, type, body: textOf(body), at });
    if (subject === 'createRoom') return this.#makeRoom(body['invite']);
    // everybody is in every room, and no room has any other state
    if (subject === 'rooms' && what === 'state' && method === 'GET')
      return type === 'm.room.member' ? { membership: 'join' } : undefined;
    if (subject === 'presence') return this.#look(id, { presence: body['presence'], message: body['status_msg'] });
    if (subject === 'profile' && method === 'PUT') return this.#look(id, { name: body['displayname'] });
    if (subject === 'rooms' && what === 'messages') return { chunk: [] };
    if (subject === 'directory') return undefined;
    if (subject === 'join') return { room_id: id };
    if (subject === 'account') return { user_id: this.#bot };
    return { versions: ['v1.11'], duration_ms: 1, joined: { [this.#bot]: {} } };
  }

  #look(user: string, looks: Looks): object {
    this.#looks.set(user, { ...this.looksOf(user), ...looks });
    return {};
  }

  #takeEvent(sent: Sent): object {
    if (sent.type === 'm.room.message') this.#heard.push({ room: sent.room, body: String(sent.body) });
    if (this.#heard.length > MOST_EVENTS) this.#heard.shift();
    this.onSent(sent);
    this.#events += 1;
    return { event_id: `$${String(this.#events).padStart(43, 's')}` };
  }

  #makeRoom(invited: unknown): object {
    this.#rooms += 1;
    const room = `!room${this.#rooms}:${DOMAIN}`;
    for (const user of invited as string[]) this.#roomOf.set(user, room);
    return { room_id: room };
  }
}

function textOf(content: Answered['body']): unknown {
  const edited = content['m.new_content'] as Answered['body'] | undefined;
  return (edited ?? content)['body'];
}
