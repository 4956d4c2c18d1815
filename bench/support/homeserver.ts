// The least of a homeserver that a bridge can live with: it takes everything for granted, so that next to nothing of the
// machine goes to it. The strict one is in test/support. Knows which room was made for whom; not what is measured.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from 'undici';

export const DOMAIN = 'bench.example.com';

interface Answered {
  readonly method: string;
  readonly path: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Sent {
  readonly room: string;
  readonly type: string;
  readonly body: unknown;
  /** When the request was there, by `performance.now`. */
  readonly at: number;
}

const MOST_EVENTS = 100;

export class BenchHomeserver {
  /** Called for every event that the bridge sends. */
  onSent: (sent: Sent) => void = () => undefined;
  readonly #bot: string;
  readonly #hsToken: string;
  readonly #server: Server;
  readonly #roomOf = new Map<string, string>();
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
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [bare = ''] = (request.url ?? '').split('?');
    const body = chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Answered['body']);
    const path = bare.split('/').slice(2).map(decodeURIComponent);
    const text = JSON.stringify(this.#answer({ method: request.method ?? '', path, body }, at));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    response.end(text);
  }

  #answer({ method, path, body }: Answered, at: number): object {
    const [, , subject = '', id = '', what = '', type = ''] = path;
    if (subject === 'rooms' && what === 'send') return this.#takeEvent({ room: id, type, body: body['body'], at });
    if (subject === 'createRoom') return this.#makeRoom(body['invite']);
    if (subject === 'rooms' && what === 'state' && method === 'GET') return { membership: 'join' };
    if (subject === 'join') return { room_id: id };
    if (subject === 'account') return { user_id: this.#bot };
    return { versions: ['v1.11'], duration_ms: 1, joined: { [this.#bot]: {} } };
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
