// Client-server requests of one logged-in user. Knows HTTP and the access token; not what the answers mean.

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

export class MatrixClient {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** `path` comes after `/_matrix/client/v3`; use `at` to fill ids into it. */
  async request(method: string, path: string, body?: JsonObject, signal?: AbortSignal): Promise<JsonObject> {
    const response = await fetch(`${this.#url}/_matrix/client/v3${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await response.text();
    const answer = response.headers.get('content-type') === 'application/json' ? (JSON.parse(text) as JsonObject) : {};
    if (!response.ok) throw new RequestFailed(`${method} ${path}`, response.status, answer);
    return answer;
  }

  async upload(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<string> {
    const response = await fetch(`${this.#url}/_matrix/media/v3/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': contentType },
      body: bytes,
    });
    const answer = (await response.json()) as JsonObject;
    if (!response.ok) throw new RequestFailed('upload', response.status, answer);
    return textAt(answer, 'content_uri');
  }

  async download(uri: string): Promise<Uint8Array> {
    const response = await fetch(`${this.#url}/_matrix/client/v1/media/download/${uri.slice('mxc://'.length)}`, {
      headers: { authorization: `Bearer ${this.#token}` },
    });
    if (!response.ok) throw new RequestFailed('download', response.status, (await response.json()) as JsonObject);
    return response.bytes();
  }
}

/** A path with encoded parts: at`/rooms/${room}/invite`. */
export function at(strings: TemplateStringsArray, ...parts: readonly string[]): string {
  return String.raw({ raw: strings }, ...parts.map((part) => encodeURIComponent(part)));
}
