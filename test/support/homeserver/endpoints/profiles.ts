// Endpoints about what a user shows of himself: profile and presence. Knows no room but through memberships.

import type { Account } from '../accounts.ts';
import { badParam, forbidden, MatrixError, notFound, refused } from '../errors.ts';
import { checkCanonical, type Json, type JsonObject } from '../json.ts';
import type { Call, Route } from '../router.ts';
import type { World } from '../world.ts';

type Parts = Pick<World, 'accounts' | 'memberships' | 'ephemeral' | 'rooms' | 'now'>;

/** Longest values, in UTF-16 units, of the keys that have existed for ever. */
const LONGEST = new Map([
  ['displayname', 256],
  ['avatar_url', 1000],
]);
const LARGEST_PROFILE = 65_536;

export function profileEndpoints(parts: Parts): Route[] {
  const profile = '/_matrix/client/v3/profile/:user';
  const presence = '/_matrix/client/v3/presence/:user/status';
  return [
    ['GET', profile, (call) => getProfile(parts, call)],
    ['GET', `${profile}/:key`, (call) => getField(parts, call)],
    ['PUT', `${profile}/:key`, (call) => setField(parts, call)],
    ['DELETE', `${profile}/:key`, (call) => deleteField(parts, call)],
    ['GET', presence, (call) => getPresence(parts, call)],
    ['PUT', presence, (call) => setPresence(parts, call)],
  ];
}

function accountOf(parts: Parts, call: Call): Account {
  const account = parts.accounts.get(call.param('user'));
  // not M_NOT_FOUND: so says Synapse
  if (!account) throw new MatrixError(404, 'M_UNKNOWN', 'User not found');
  return account;
}

function requireSelf(call: Call, what: string): void {
  if (call.requester.user !== call.param('user'))
    throw new MatrixError(what === 'presence' ? 403 : 400, 'M_FORBIDDEN', `Cannot set another user's ${what}`);
}

function getProfile(parts: Parts, call: Call): JsonObject {
  const { profile } = accountOf(parts, call);
  if (profile.size === 0) throw notFound('Profile was not found');
  return Object.fromEntries(profile);
}

function getField(parts: Parts, call: Call): JsonObject {
  const key = call.param('key');
  const value = accountOf(parts, call).profile.get(key);
  if (value === undefined && !LONGEST.has(key)) throw notFound('No such profile field');
  return value === undefined ? {} : { [key]: value };
}

function setField(parts: Parts, call: Call): JsonObject {
  const key = call.param('key');
  requireSelf(call, key);
  const account = accountOf(parts, call);
  const value = call.body()[key];
  if (value === undefined) throw new MatrixError(400, 'M_MISSING_PARAM', `Missing key '${key}'`);
  checkCanonical(value);
  const longest = LONGEST.get(key);
  if (longest !== undefined) {
    if (typeof value !== 'string') throw badParam(`'${key}' must be a string`);
    if (value.length > longest) throw refused(`${key} is too long (max ${longest})`);
  }
  put(parts, account, key, value === '' && longest !== undefined ? undefined : value);
  return {};
}

function deleteField(parts: Parts, call: Call): JsonObject {
  requireSelf(call, call.param('key'));
  put(parts, accountOf(parts, call), call.param('key'), undefined);
  return {};
}

function put(parts: Parts, account: Account, key: string, value: Json | undefined): void {
  const others = [...account.profile].filter(([other]) => other !== key);
  const size = JSON.stringify(Object.fromEntries([...others, [key, value]])).length;
  if (size > LARGEST_PROFILE) throw badParam('The profile would be too large');
  if (value === undefined) account.profile.delete(key);
  else account.profile.set(key, value);
  if (LONGEST.has(key)) parts.memberships.spreadProfile(account.id);
}

function getPresence(parts: Parts, call: Call): JsonObject {
  const user = call.param('user');
  const asking = call.requester.user;
  if (asking !== user && !parts.rooms.share(asking, user)) {
    throw forbidden('You are not allowed to see their presence.');
  }
  const presence = parts.ephemeral.presence(user);
  if (!presence) return { presence: 'offline' };
  return {
    presence: presence.state,
    last_active_ago: parts.now() - presence.setAt,
    ...(presence.statusMessage === undefined ? {} : { status_msg: presence.statusMessage }),
  };
}

function setPresence(parts: Parts, call: Call): JsonObject {
  requireSelf(call, 'presence');
  parts.ephemeral.setPresence(call.param('user'), call.body());
  return {};
}
