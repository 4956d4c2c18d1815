// Endpoints that change who is in a room, and the directory of aliases. Knows requests; the rules are elsewhere.

import { forbidden, MatrixError, notFound, refused } from '../errors.ts';
import { checkAliasLocalpart, splitId } from '../ids.ts';
import { optionalString, requiredString, stringList, type JsonObject } from '../json.ts';
import type { MembershipChange } from '../memberships.ts';
import type { Room } from '../room.ts';
import type { Call, Route } from '../router.ts';
import type { World } from '../world.ts';

type Parts = Pick<
  World,
  'accounts' | 'rooms' | 'memberships' | 'roomCreation' | 'registrations' | 'feeds' | 'log' | 'serverName'
>;

export function membershipEndpoints(parts: Parts): Route[] {
  const room = '/_matrix/client/v3/rooms/:room';
  const alias = '/_matrix/client/v3/directory/room/:alias';
  return [
    ['POST', '/_matrix/client/v3/createRoom', (call) => createRoom(parts, call)],
    ['POST', `${room}/invite`, (call) => invite(parts, call)],
    ['POST', `${room}/join`, async (call) => join(parts, call, call.param('room'))],
    ['POST', '/_matrix/client/v3/join/:roomOrAlias', async (call) => join(parts, call, call.param('roomOrAlias'))],
    ['POST', `${room}/leave`, (call) => leave(parts, call)],
    ['POST', `${room}/forget`, (call) => forget(parts, call)],
    ['POST', `${room}/kick`, (call) => onTarget(parts, call, (change) => parts.memberships.kick(change))],
    ['POST', `${room}/unban`, (call) => onTarget(parts, call, (change) => parts.memberships.unban(change))],
    [
      'POST',
      `${room}/ban`,
      (call) => onTarget(parts, call, (change) => parts.memberships.change({ ...change, membership: 'ban' })),
    ],
    ['GET', '/_matrix/client/v3/joined_rooms', (call) => ({ joined_rooms: joinedRooms(parts, call) })],
    ['GET', alias, async (call) => getAlias(parts, call)],
    ['PUT', alias, (call) => setAlias(parts, call)],
    ['DELETE', alias, (call) => removeAlias(parts, call)],
  ];
}

function createRoom(parts: Parts, call: Call): JsonObject {
  const { requester } = call;
  const body = call.body();
  for (const user of stringList(body, 'invite')) noteUnknown(parts, call, user);
  const localpart = optionalString(body, 'room_alias_name');
  let alias: string | undefined;
  if (localpart !== undefined) {
    checkAliasLocalpart(localpart);
    alias = `#${localpart}:${parts.serverName}`;
    checkAlias(parts, call, alias);
    if (parts.rooms.byAlias(alias)) throw new MatrixError(400, 'M_ROOM_IN_USE', 'Room alias already taken');
  }
  return { room_id: parts.roomCreation.create(requester.user, body, alias).id };
}

function invite(parts: Parts, call: Call): JsonObject {
  return onTarget(parts, call, (change) => {
    noteUnknown(parts, call, change.target);
    return parts.memberships.change({ ...change, membership: 'invite' });
  });
}

async function join(parts: Parts, call: Call, roomOrAlias: string): Promise<JsonObject> {
  const user = call.requester.user;
  const body = call.body({ allowEmpty: true });
  const room = roomOrAlias.startsWith('#') ? await roomOfAlias(parts, roomOrAlias) : parts.rooms.get(roomOrAlias);
  if (!room) throw new MatrixError(404, 'M_UNKNOWN', "Can't join remote room: no servers that are in it are known.");
  const reason = optionalString(body, 'reason');
  parts.memberships.change({ room, sender: user, target: user, membership: 'join', reason });
  return { room_id: room.id };
}

function leave(parts: Parts, call: Call): JsonObject {
  const user = call.requester.user;
  const body = call.body({ allowEmpty: true });
  const room = parts.rooms.get(call.param('room'));
  if (!room) throw new MatrixError(404, 'M_UNKNOWN', 'Not a known room');
  const standing = room.member(user);
  if (standing?.membership === 'leave' && standing.sender === user) return {};
  const reason = optionalString(body, 'reason');
  parts.memberships.change({ room, sender: user, target: user, membership: 'leave', reason });
  return {};
}

function forget(parts: Parts, call: Call): JsonObject {
  const user = call.requester.user;
  const room = parts.rooms.require(call.param('room'), user);
  if (room.joined.has(user)) throw new MatrixError(400, 'M_UNKNOWN', `User ${user} is still in the room`);
  return {};
}

function onTarget(
  parts: Parts,
  call: Call,
  act: (change: Omit<MembershipChange, 'membership'>) => unknown,
): JsonObject {
  const sender = call.requester.user;
  const body = call.body();
  const target = requiredString(body, 'user_id');
  const room = parts.rooms.require(call.param('room'), sender);
  act({ room, sender, target, reason: optionalString(body, 'reason') });
  return {};
}

function joinedRooms(parts: Parts, call: Call): string[] {
  const user = call.requester.user;
  return [...parts.rooms.roomsOf(user).values()].filter((room) => room.joined.has(user)).map(({ id }) => id);
}

/** Allowed, as in Synapse, but a bridge that invites a ghost before it registers it has a race. */
function noteUnknown(parts: Parts, call: Call, user: string): void {
  if (call.requester.type !== 'appservice' || parts.accounts.get(user)) return;
  parts.log.violation('invited-unknown-user', 'appservice', `${call.requester.user} invited ${user}`);
}

function checkAlias(parts: Parts, { requester }: Call, alias: string): void {
  splitId('#', alias);
  const registration = requester.type === 'appservice' ? requester.registration : undefined;
  if (registration && !registration.ownsAlias(alias)) {
    const text = 'This application service has not reserved this kind of alias.';
    throw new MatrixError(400, 'M_EXCLUSIVE', text);
  }
  if (parts.registrations.isAliasTaken(alias, registration)) {
    throw new MatrixError(400, 'M_EXCLUSIVE', 'This alias is reserved by an application service.');
  }
}

/** Asks application services that own an unknown alias: they may make the room now. */
async function roomOfAlias(parts: Parts, alias: string): Promise<Room> {
  splitId('#', alias);
  for (const feed of parts.rooms.byAlias(alias) ? [] : parts.feeds.values()) {
    if (feed.registration.ownsAlias(alias) && (await feed.askForAlias(alias))) break;
  }
  const room = parts.rooms.byAlias(alias);
  if (!room) throw notFound(`Room alias ${alias} not found`);
  return room;
}

async function getAlias(parts: Parts, call: Call): Promise<JsonObject> {
  const room = await roomOfAlias(parts, call.param('alias'));
  return { room_id: room.id, servers: [parts.serverName] };
}

function setAlias(parts: Parts, call: Call): JsonObject {
  const alias = call.param('alias');
  const { requester } = call;
  const room = parts.rooms.get(requiredString(call.body(), 'room_id'));
  checkAlias(parts, call, alias);
  const { local, server } = splitId('#', alias);
  checkAliasLocalpart(local);
  if (server !== parts.serverName) throw refused('Room alias must be local');
  if (!room) throw refused('Room does not exist');
  if (requester.type === 'person' && !room.joined.has(requester.user)) {
    throw forbidden('You must be in the room to create an alias for it');
  }
  if (parts.rooms.byAlias(alias)) throw new MatrixError(409, 'M_UNKNOWN', `Room alias ${alias} already exists`);
  parts.rooms.setAlias(alias, room, requester.user);
  return {};
}

function removeAlias(parts: Parts, call: Call): JsonObject {
  const alias = call.param('alias');
  const { user } = call.requester;
  const room = parts.rooms.byAlias(alias);
  if (call.requester.type === 'appservice') {
    // as Synapse: whether or not there is such an alias
    checkAlias(parts, call, alias);
    parts.rooms.removeAlias(alias);
    return {};
  }
  if (!room) throw notFound(`Room alias ${alias} not found`);
  const mayDelete =
    parts.rooms.aliasCreator(alias) === user ||
    room.powers.of(user) >= room.powers.toSend('m.room.canonical_alias', true);
  if (!mayDelete) throw forbidden("You don't have permission to delete the alias.");
  parts.rooms.removeAlias(alias);
  return {};
}
