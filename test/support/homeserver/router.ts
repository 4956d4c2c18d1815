// Finds the endpoint for a method and a path. Knows patterns (`/rooms/:room/send/:type/:txn`); not what they do.

import type { JsonObject } from './json.ts';
import type { Registration } from './registration.ts';
import type { Requester } from './requester.ts';

/** One request on its way through an endpoint. */
export interface Call {
  readonly method: string;
  /** As it was written, without the query: the key of transaction ids. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** A part of the path, decoded. */
  param(name: string): string;
  /** The JSON object in the body. */
  body(options?: { readonly allowEmpty: boolean }): JsonObject;
  readonly bytes: Uint8Array;
  readonly contentType: string | undefined;
  /** Whether any token came along. */
  readonly hasToken: boolean;
  /** For whom the request acts; throws 401 or 403. */
  readonly requester: Requester;
  /** The application service whose token came along, whether or not it may act for the user in the query. */
  readonly appservice: Registration | undefined;
  /** Called if the client goes away before the answer. */
  onGone(gone: () => void): void;
}

/** An answer that is not JSON, or not 200. */
export class Reply {
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Uint8Array | string;
  readonly headers: { readonly [name: string]: string };

  constructor(
    status: number,
    contentType: string,
    bytes: Uint8Array | string,
    headers: { readonly [name: string]: string } = {},
  ) {
    this.status = status;
    this.headers = headers;
    this.contentType = contentType;
    this.bytes = bytes;
  }

  static json(status: number, body: JsonObject, headers?: { readonly [name: string]: string }): Reply {
    return new Reply(status, 'application/json', JSON.stringify(body), headers);
  }
}

export type Endpoint = (call: Call) => JsonObject | Reply | Promise<JsonObject | Reply>;
export type Route = readonly [method: string, pattern: string, endpoint: Endpoint];

export type Found =
  | { readonly type: 'found'; readonly endpoint: Endpoint; readonly params: ReadonlyMap<string, string> }
  | { readonly type: 'unknown' }
  | { readonly type: 'wrong-method' };

interface Node {
  readonly children: Map<string, Node>;
  parameter: { readonly name: string; readonly node: Node } | undefined;
  readonly methods: Map<string, Endpoint>;
}

const newNode = (): Node => ({ children: new Map(), parameter: undefined, methods: new Map() });

export class Router {
  readonly #root = newNode();

  constructor(routes: readonly Route[]) {
    for (const [method, pattern, endpoint] of routes) {
      let node = this.#root;
      for (const segment of pattern.split('/')) node = childOf(node, segment);
      if (node.methods.has(method)) throw new Error(`${method} ${pattern} stands twice`);
      node.methods.set(method, endpoint);
    }
  }

  /** Throws a URIError when the path is no valid percent-encoding. */
  find(method: string, path: string): Found {
    const params = new Map<string, string>();
    const node = descend(this.#root, path.split('/'), 0, params);
    if (!node) return { type: 'unknown' };
    const endpoint = node.methods.get(method);
    return endpoint ? { type: 'found', endpoint, params } : { type: 'wrong-method' };
  }
}

function childOf(node: Node, segment: string): Node {
  if (segment.startsWith(':')) {
    const name = segment.slice(1);
    node.parameter ??= { name, node: newNode() };
    if (node.parameter.name !== name) throw new Error(`:${name} is already called :${node.parameter.name}`);
    return node.parameter.node;
  }
  let child = node.children.get(segment);
  if (!child) node.children.set(segment, (child = newNode()));
  return child;
}

function descend(node: Node, segments: readonly string[], at: number, params: Map<string, string>): Node | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.methods.size > 0 ? node : undefined;
  const child = node.children.get(segment);
  const found = child && descend(child, segments, at + 1, params);
  if (found) return found;
  if (!node.parameter) return undefined;
  params.set(node.parameter.name, decodeURIComponent(segment));
  return descend(node.parameter.node, segments, at + 1, params);
}
