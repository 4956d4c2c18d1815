// Speaks HTTP to the application service as a homeserver does. Knows tokens, paths and timeouts; not what is in a
// transaction, nor when to try again.

import { Agent, request, type IncomingMessage } from 'node:http';

export type Answer =
  | { readonly type: 'answered'; readonly status: number; readonly body: string }
  | { readonly type: 'failed'; readonly reason: string };

interface Ask {
  readonly method: 'PUT' | 'POST' | 'GET';
  readonly path: string;
  readonly body?: string;
}

export class AppserviceLink {
  readonly #url: string;
  readonly #token: string;
  readonly #timeoutMs: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });

  constructor(url: string, hsToken: string, timeoutMs: number) {
    this.#url = url.replace(/\/+$/, '');
    this.#token = hsToken;
    this.#timeoutMs = timeoutMs;
  }

  async ask(ask: Ask): Promise<Answer> {
    const first = await this.#once(ask);
    // a kept connection that the other side closed while it was idle: nothing was asked yet
    return first.type === 'failed' && first.reason === 'stale' ? this.#once(ask) : first;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #once({ method, path, body }: Ask): Promise<Answer> {
    return new Promise((resolve) => {
      const call = request(`${this.#url}${path}`, {
        method,
        agent: this.#agent,
        timeout: this.#timeoutMs,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        },
      });
      call.on('timeout', () => call.destroy(new Error(`no answer within ${this.#timeoutMs} ms`)));
      call.on('error', (error: NodeJS.ErrnoException) => {
        const stale = call.reusedSocket && error.code === 'ECONNRESET';
        resolve({ type: 'failed', reason: stale ? 'stale' : error.message });
      });
      call.on('response', (response) => {
        readText(response).then(
          (text) => resolve({ type: 'answered', status: response.statusCode ?? 0, body: text }),
          (error: unknown) => resolve({ type: 'failed', reason: String(error) }),
        );
      });
      call.end(body);
    });
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
