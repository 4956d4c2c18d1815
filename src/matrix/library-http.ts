// Puts our HTTP under the library, which asks for it through one hook for the whole process.
// Knows the shape of the calls it expects (those of the `request` package); not what is asked.

import { setRequestFn } from '@vector-im/matrix-bot-sdk';
import type { HomeserverHttp, HttpRequest } from './http.ts';

/** What the library puts into a call; the rest of the old package it does not use. */
interface LibraryRequest {
  readonly uri: string;
  readonly method: HttpRequest['method'];
  readonly qs?: Readonly<Record<string, unknown>> | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly timeout?: number;
  /** `null`: bytes are wanted. */
  readonly encoding?: null;
}

interface LibraryReply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

type Callback = (error: unknown, reply?: LibraryReply, body?: unknown) => void;

const homeservers = new Map<string, HomeserverHttp>();

/** From now on the library's requests to this homeserver go this way. Returns how to undo it. */
export function serveLibrary(homeserverUrl: string, http: HomeserverHttp): () => void {
  const base = homeserverUrl.replace(/\/$/, '');
  homeservers.set(base, http);
  setRequestFn((request: LibraryRequest, callback: Callback) => void fromLibrary(request, callback));
  return () => {
    if (homeservers.get(base) === http) homeservers.delete(base);
  };
}

async function fromLibrary(request: LibraryRequest, callback: Callback): Promise<void> {
  let reply: LibraryReply;
  try {
    reply = await carry(request);
  } catch (error) {
    callback(error);
    return;
  }
  callback(undefined, reply, reply.body);
}

async function carry({ uri, method, qs, headers, body, timeout, encoding }: LibraryRequest): Promise<LibraryReply> {
  for (const [base, http] of homeservers) {
    if (!uri.startsWith(base) || uri[base.length] !== '/') continue;
    const reply = await http.request({
      method,
      path: uri.slice(base.length) + toQuery(qs),
      headers,
      ...(body === undefined ? {} : { body }),
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
      raw: encoding === null,
    });
    // The library looks for `errcode` in anything that is an object, and `null` is one to it.
    return { statusCode: reply.status, headers: reply.headers, body: reply.body ?? '' };
  }
  throw new Error('the library asked for a homeserver that is closed');
}

function toQuery(qs: LibraryRequest['qs']): string {
  let query = '';
  for (const [key, value] of Object.entries(qs ?? {})) {
    if (value === undefined || value === null) continue;
    for (const one of Array.isArray(value) ? value : [value]) {
      query += `${query === '' ? '?' : '&'}${encodeURIComponent(key)}=${encodeURIComponent(String(one))}`;
    }
  }
  return query;
}
