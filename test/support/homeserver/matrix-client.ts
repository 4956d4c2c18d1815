// Client-server requests of one logged-in user. Knows HTTP and the access token; not what the answers mean.

import { Agent, request } from 'node:http';

import { textAt, type JsonObject } from './json.ts';

export class RequestFailed extends Error {
  readonly status: number;
  readonly errcode: string | undefined;
  readonly body: JsonObject;

  constructor(what: string, status: number, body: JsonObject) {
    const { errcode, error } = body as { errcode?: string; error?: string };
    super(`${what}: ${status} ${errcode ?? ''} ${error ?? ''}`);
    this.name = 'RequestFailed';
    this.status = status;
    this.errcode = errcode;
    this.body = body;
  }
}

interface Ask {
  readonly method: string;
  readonly path: string;
  readonly contentType: string;
  readonly body: Uint8Array | string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** One for all people: a crowd of them shares its connections. */
const agent = new Agent({ keepAlive: true });

export class MatrixClient {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** `path` comes after `/_matrix/client/v3`; use `at` to fill ids into it. */
  async request(method: string, path: string, body?: JsonObject, signal?: AbortSignal): Promise<JsonObject> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const contentType = 'application/json';
    return toJson(await this.#ask({ method, path: `/_matrix/client/v3${path}`, contentType, body: text, signal }));
  }

  async upload(body: Uint8Array, contentType: string): Promise<string> {
    const path = '/_matrix/media/v3/upload';
    return textAt(
      toJson(await this.#ask({ method: 'POST', path, contentType, body, signal: undefined })),
      'content_uri',
    );
  }

  async download(uri: string): Promise<Uint8Array> {
    const path = `/_matrix/client/v1/media/download/${uri.slice('mxc://'.length)}`;
    return new Uint8Array(
      await this.#ask({ method: 'GET', path, contentType: 'application/json', body: undefined, signal: undefined }),
    );
  }

  async #ask({ method, path, contentType, body, signal }: Ask): Promise<Buffer<ArrayBuffer>> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.#token}`, 'content-type': contentType };
      const call = request(`${this.#url}${path}`, { method, agent, headers, ...(signal ? { signal } : {}) });
      call.on('error', reject);
      call.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status = 0, headers: theirs } = response;
          const bytes = Buffer.concat(chunks);
          if (status < 400) return resolve(bytes);
          const isJson = theirs['content-type'] === 'application/json';
          return reject(new RequestFailed(`${method} ${path}`, status, isJson ? toJson(bytes) : {}));
        });
      });
      call.end(body);
    });
  }
}

const toJson = (bytes: Buffer): JsonObject => JSON.parse(bytes.toString('utf8')) as JsonObject;

/** A path with encoded parts: at`/rooms/${room}/invite`. */
export function at(strings: TemplateStringsArray, ...parts: readonly string[]): string {
  return String.raw({ raw: strings }, ...parts.map((part) => encodeURIComponent(part)));
}
