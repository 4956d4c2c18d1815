// Endpoints about accounts: registration, login, whoami, capabilities, OpenID. Knows no room.

import { forbidden, MatrixError, refused } from '../errors.ts';
import { isObject, optionalBoolean, optionalString, requiredString, type JsonObject } from '../json.ts';
import { ROOM_VERSIONS } from '../room-versions.ts';
import { Reply, type Call, type Route } from '../router.ts';
import type { World } from '../world.ts';

type Parts = Pick<World, 'accounts' | 'registrations' | 'serverName' | 'defaultRoomVersion' | 'log'>;

const VERSIONS = ['r0.6.1', ...Array.from({ length: 16 }, (_, minor) => `v1.${minor + 1}`)];

export function accountEndpoints(parts: Parts): Route[] {
  return [
    ['GET', '/_matrix/client/versions', versions],
    ['GET', '/_matrix/client/v3/capabilities', (call) => capabilities(parts, call)],
    ['GET', '/_matrix/client/v3/account/whoami', whoami],
    ['POST', '/_matrix/client/v3/register', (call) => register(parts, call)],
    ['GET', '/_matrix/client/v3/login', () => ({ flows: [{ type: 'm.login.password' }] })],
    ['POST', '/_matrix/client/v3/login', (call) => logIn(parts, call)],
    ['POST', '/_matrix/client/v3/logout', (call) => logOut(parts, call)],
    ['POST', '/_matrix/client/v3/user/:user/openid/request_token', (call) => requestOpenId(parts, call)],
    ['GET', '/_matrix/federation/v1/openid/userinfo', (call) => openIdUser(parts, call)],
  ];
}

/** Needs no token; but as Synapse: one that is not known is refused. */
function versions(call: Call): JsonObject {
  if (call.hasToken) void call.requester;
  return { versions: VERSIONS, unstable_features: {} };
}

function capabilities(parts: Parts, call: Call): JsonObject {
  void call.requester;
  const available = Object.fromEntries([...ROOM_VERSIONS.keys()].map((id) => [id, 'stable']));
  return {
    capabilities: {
      'm.change_password': { enabled: false },
      'm.room_versions': { default: parts.defaultRoomVersion, available },
      'm.profile_fields': { enabled: true },
      'm.set_displayname': { enabled: true },
      'm.set_avatar_url': { enabled: true },
    },
  };
}

function whoami({ requester }: Call): JsonObject {
  const device = requester.type === 'person' ? { device_id: requester.device } : {};
  return { user_id: requester.user, is_guest: false, ...device };
}

function register(parts: Parts, call: Call): JsonObject | Reply {
  const body = call.body({ allowEmpty: true });
  if (optionalString(body, 'type') === 'm.login.application_service') return registerGhost(parts, call, body);
  if (call.appservice) throw refused('An application service must use the login type m.login.application_service');
  if (!isObject(body['auth'])) {
    return Reply.json(401, { session: 'session', flows: [{ stages: ['m.login.dummy'] }], params: {} });
  }
  const username = requiredString(body, 'username');
  refuseTaken(parts, `@${username}:${parts.serverName}`, undefined);
  const account = parts.accounts.create(username, requiredString(body, 'password'));
  if (optionalBoolean(body, 'inhibit_login') === true) return { user_id: account.id };
  return sessionReply(parts, parts.accounts.openSession(account.id, optionalString(body, 'device_id')));
}

function registerGhost(parts: Parts, call: Call, body: JsonObject): JsonObject {
  const registration = call.appservice;
  // whoever is no application service gets the usual 401
  if (!registration) throw tokenError(call);
  const username = optionalString(body, 'username');
  if (username === undefined) throw refused('Desired Username is missing or not a string');
  const user = `@${username}:${parts.serverName}`;
  if (!registration.ownsUser(user)) {
    // an upper-case localpart is the likeliest reason
    const kind = /[A-Z]/.test(username) ? 'invalid-localpart' : 'outside-namespace';
    parts.log.violation(kind, 'appservice', `registered ${user}`);
    throw new MatrixError(400, 'M_EXCLUSIVE', 'Invalid user localpart for this application service.');
  }
  refuseTaken(parts, user, registration);
  if (optionalBoolean(body, 'inhibit_login') !== true) {
    parts.log.violation('login-not-inhibited', 'appservice', `registered ${user}`);
    throw new MatrixError(400, 'M_APPSERVICE_LOGIN_UNSUPPORTED', 'This server does not support logging in here');
  }
  return { user_id: parts.accounts.create(username, undefined).id };
}

function refuseTaken(parts: Parts, user: string, asking: Call['appservice']): void {
  if (parts.registrations.isUserTaken(user, asking)) {
    throw new MatrixError(400, 'M_EXCLUSIVE', 'This user ID is reserved by an application service.');
  }
}

function tokenError(call: Call): MatrixError {
  void call.requester;
  return new MatrixError(401, 'M_UNKNOWN_TOKEN', 'Unknown application service token.');
}

function logIn(parts: Parts, call: Call): JsonObject {
  const body = call.body();
  const type = requiredString(body, 'type');
  if (type === 'm.login.application_service') {
    throw new MatrixError(400, 'M_APPSERVICE_LOGIN_UNSUPPORTED', 'This server does not support logging in here');
  }
  if (type !== 'm.login.password') throw new MatrixError(400, 'M_UNKNOWN', `Unknown login type ${type}`);
  const identifier = body['identifier'];
  const user = isObject(identifier) ? requiredString(identifier, 'user') : requiredString(body, 'user');
  const session = parts.accounts.logIn(user, requiredString(body, 'password'), optionalString(body, 'device_id'));
  return sessionReply(parts, session);
}

function sessionReply(parts: Parts, session: { token: string; user: string; device: string }): JsonObject {
  return {
    user_id: session.user,
    access_token: session.token,
    device_id: session.device,
    home_server: parts.serverName,
  };
}

function requestOpenId(parts: Parts, call: Call): JsonObject {
  const { user } = call.requester;
  if (user !== call.param('user')) throw forbidden('Cannot request tokens for other users.');
  const token = parts.accounts.issueOpenId(user);
  return { access_token: token, token_type: 'Bearer', matrix_server_name: parts.serverName, expires_in: 3600 };
}

function openIdUser(parts: Parts, call: Call): JsonObject {
  const token = call.query.get('access_token');
  if (token === null) throw new MatrixError(401, 'M_MISSING_TOKEN', 'Access Token required');
  const user = parts.accounts.openIdUser(token);
  if (user === undefined) throw new MatrixError(401, 'M_UNKNOWN_TOKEN', 'Access Token unknown or expired');
  return { sub: user };
}

function logOut(parts: Parts, { requester }: Call): JsonObject {
  if (requester.type === 'person') parts.accounts.logOut(requester.token);
  return {};
}
