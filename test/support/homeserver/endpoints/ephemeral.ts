// Endpoints for typing and receipts. Knows requests; keeps nothing.

import { badJson, MatrixError, refused } from '../errors.ts';
import { optionalBoolean, optionalString, type JsonObject } from '../json.ts';
import type { Room } from '../room.ts';
import type { Call, Route } from '../router.ts';
import type { World } from '../world.ts';

type Parts = Pick<World, 'rooms' | 'ephemeral' | 'log' | 'accounts' | 'sync'>;

const RECEIPT_TYPES = ['m.read', 'm.read.private', 'm.fully_read'];
const LONGEST_TYPING_MS = 120_000;

export function ephemeralEndpoints(parts: Parts): Route[] {
  const room = '/_matrix/client/v3/rooms/:room';
  return [
    ['PUT', `${room}/typing/:user`, (call) => setTyping(parts, call)],
    ['POST', `${room}/receipt/:type/:event`, (call) => setReceipt(parts, call)],
    ['POST', `${room}/read_markers`, (call) => setMarkers(parts, call)],
  ];
}

function setTyping(parts: Parts, call: Call): JsonObject {
  const { user } = call.requester;
  if (user !== call.param('user')) throw new MatrixError(400, 'M_FORBIDDEN', "Cannot set another user's typing state");
  const room = parts.rooms.requireJoined(call.param('room'), user);
  const body = call.body();
  const isTyping = optionalBoolean(body, 'typing');
  if (isTyping === undefined) throw badJson("'typing' is missing");
  const timeout = body['timeout'] ?? 30_000;
  if (typeof timeout !== 'number' || timeout < 0) throw badJson("'timeout' must be a number");
  parts.ephemeral.setTyping(room, user, isTyping, Math.min(timeout, LONGEST_TYPING_MS));
  return {};
}

function setReceipt(parts: Parts, call: Call): JsonObject {
  const room = parts.rooms.requireJoined(call.param('room'), call.requester.user);
  const body = call.body();
  receive(parts, call, room, {
    type: call.param('type'),
    event: call.param('event'),
    thread: optionalString(body, 'thread_id'),
  });
  return {};
}

function setMarkers(parts: Parts, call: Call): JsonObject {
  const room = parts.rooms.requireJoined(call.param('room'), call.requester.user);
  const body = call.body();
  for (const type of RECEIPT_TYPES) {
    const event = optionalString(body, type);
    if (event !== undefined) receive(parts, call, room, { type, event, thread: undefined });
  }
  return {};
}

function receive(
  parts: Parts,
  call: Call,
  room: Room,
  given: { type: string; event: string; thread: string | undefined },
): void {
  const { user, type: by } = call.requester;
  if (!RECEIPT_TYPES.includes(given.type)) throw refused(`Receipt type must be one of ${RECEIPT_TYPES.join(', ')}`);
  if (!given.event.startsWith('$')) throw refused("Event ID must start with '$'");
  if (!room.event(given.event)) {
    parts.log.violation('receipt-for-unknown-event', by, `${user} read ${given.event} in ${room.id}`);
  }
  if (given.type !== 'm.fully_read') {
    parts.ephemeral.setReceipt(room, { user, ...given });
    return;
  }
  const account = parts.accounts.get(user);
  if (account) parts.accounts.setAccountData(account, room.id, 'm.fully_read', { event_id: given.event });
  parts.sync.handleAccountData(user, room.id);
}
