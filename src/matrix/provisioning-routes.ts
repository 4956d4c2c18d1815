// What can be asked for at which path. Knows how a request is written; not who may make it, nor what is answered.

import type { ProvisioningRequest } from '../bridge/provisioning-types.ts';
import { Secret } from '../bridge/secret.ts';
import { isObject, type JsonObject } from './checks.ts';
import { decodePart, HttpProblem } from './http-body.ts';

/** A request whose path was found. */
export interface ProvisioningCall {
  /** A part of the path, decoded. */
  readonly param: (name: string) => string;
  readonly query: URLSearchParams;
  /** The JSON in the body; anything may stand there. */
  readonly body: () => Promise<unknown>;
}

export interface ProvisioningRoute {
  readonly method: 'GET' | 'POST';
  /** After the base; `{name}` stands for one part. */
  readonly path: string;
  /** Against the rate limit: 1 unless it is dear. */
  readonly cost?: number;
  readonly read: (call: ProvisioningCall) => ProvisioningRequest | Promise<ProvisioningRequest>;
}

export const PROVISIONING_BASE = '/_matrix/provision';

const MAX_PARAMETER = 1024;
const MAX_FIELDS = 20;
/** A sign-in at a network. */
const SIGN_IN_COST = 6;

export const PROVISIONING_ROUTES: readonly ProvisioningRoute[] = [
  { method: 'GET', path: '/v3/whoami', read: () => ({ type: 'whoami' }) },
  { method: 'GET', path: '/v3/capabilities', read: () => ({ type: 'capabilities' }) },
  { method: 'GET', path: '/v3/login/flows', read: () => ({ type: 'flows' }) },
  {
    method: 'POST',
    path: '/v3/login/start/{flowID}',
    read: (call) => ({ type: 'start-login', flow: call.param('flowID'), ...login(call) }),
  },
  {
    method: 'POST',
    path: '/v3/login/step/{loginProcessID}/{stepID}/user_input',
    cost: SIGN_IN_COST,
    read: async (call) => ({
      type: 'submit',
      process: call.param('loginProcessID'),
      step: call.param('stepID'),
      values: secretsIn(await call.body()),
    }),
  },
  {
    method: 'POST',
    path: '/v3/login/cancel/{loginProcessID}',
    read: (call) => ({ type: 'cancel-login', process: call.param('loginProcessID') }),
  },
  {
    method: 'POST',
    path: '/v3/logout/{loginID}',
    read: (call) => ({ type: 'logout', login: call.param('loginID') }),
  },
  { method: 'GET', path: '/v3/logins', read: () => ({ type: 'logins' }) },
  { method: 'GET', path: '/v3/contacts', read: (call) => ({ type: 'contacts', ...login(call) }) },
  {
    method: 'POST',
    path: '/v3/search_users',
    read: async (call) => ({ type: 'search', query: queryIn(await call.body()), ...login(call) }),
  },
  {
    method: 'GET',
    path: '/v3/resolve_identifier/{identifier}',
    read: (call) => ({ type: 'resolve', identifier: call.param('identifier'), ...login(call) }),
  },
  {
    method: 'POST',
    path: '/v3/create_dm/{identifier}',
    read: (call) => ({ type: 'create-dm', identifier: call.param('identifier'), ...login(call) }),
  },
];

const PATTERNS = PROVISIONING_ROUTES.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}));

/** @param path after the base. Throws `HttpProblem`. */
export function findRoute(
  method: string,
  path: string,
): { readonly route: ProvisioningRoute; readonly param: ProvisioningCall['param'] } {
  const here = PATTERNS.flatMap(({ route, pattern }) => {
    const found = pattern.exec(path);
    return found ? [{ route, groups: found.groups ?? {} }] : [];
  });
  const [first] = here;
  if (first === undefined) throw nothingHere(path);
  const right = here.find(({ route }) => route.method === method);
  if (right === undefined) {
    const allow = here.map(({ route }) => route.method).join(', ');
    throw new HttpProblem(405, 'M_UNRECOGNIZED', 'This is not the method for it.', { headers: { allow } });
  }
  return { route: right.route, param: (name) => bounded(name, decodePart(right.groups[name] ?? '')) };
}

/** What other bridges have here and this one has not is told apart from what is nowhere. */
function nothingHere(path: string): HttpProblem {
  return path.startsWith('/v3/')
    ? new HttpProblem(501, 'M_UNRECOGNIZED', 'This bridge does not offer that.')
    : new HttpProblem(404, 'M_UNRECOGNIZED', 'There is nothing here.');
}

function login({ query }: ProvisioningCall): { login?: string } {
  const given = query.get('login_id');
  return given === null ? {} : { login: bounded('login_id', given) };
}

/** Nobody knows which of the answers is a password, so all are treated as one. */
function secretsIn(body: unknown): ReadonlyMap<string, Secret> {
  const entries = Object.entries(objectOf(body));
  if (entries.length > MAX_FIELDS) throw badJson('There are too many answers.');
  return new Map(entries.map(([id, value]) => [id, new Secret(textOf(id, value))]));
}

function queryIn(body: unknown): string {
  return textOf('query', objectOf(body)['query']);
}

function objectOf(body: unknown): JsonObject {
  if (!isObject(body)) throw badJson('The body is no JSON object.');
  return body;
}

function textOf(name: string, value: unknown): string {
  if (typeof value !== 'string' || !value.isWellFormed()) throw badJson(`“${name.slice(0, 50)}” is no text.`);
  return bounded(name, value);
}

function bounded(name: string, value: string): string {
  if (value.length <= MAX_PARAMETER && !value.includes('\0')) return value;
  throw new HttpProblem(400, 'M_INVALID_PARAM', `“${name.slice(0, 50)}” cannot be used.`);
}

function badJson(sentence: string): HttpProblem {
  return new HttpProblem(400, 'M_BAD_JSON', sentence);
}
