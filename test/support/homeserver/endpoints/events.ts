// Endpoints that send events and change state. Knows requests; the rules are elsewhere.

import { BadContent, badParam, MatrixError, refused } from '../errors.ts';
import type { Draft } from '../event.ts';
import { checkSendable } from '../content-rules.ts';
import { isObject, optionalString, type JsonObject } from '../json.ts';
import type { Room } from '../room.ts';
import type { Call, Route } from '../router.ts';
import type { World } from '../world.ts';

type Parts = Pick<World, 'rooms' | 'memberships' | 'transactionIds' | 'log' | 'accounts'>;

export function eventEndpoints(parts: Parts): Route[] {
  const room = '/_matrix/client/v3/rooms/:room';
  return [
    ['PUT', `${room}/send/:type/:transaction`, (call) => send(parts, call)],
    ['PUT', `${room}/redact/:event/:transaction`, (call) => redact(parts, call)],
    ['PUT', `${room}/state/:type`, (call) => setState(parts, call, '')],
    ['PUT', `${room}/state/:type/:key`, (call) => setState(parts, call, call.param('key'))],
  ];
}

function send(parts: Parts, call: Call): JsonObject {
  const { requester } = call;
  const content = call.body();
  return parts.transactionIds.once(call.path, requester, content, () => {
    const type = call.param('type');
    checkSendable(type, false);
    const room = parts.rooms.require(call.param('room'), requester.user);
    checkRelation(parts, call, room, content);
    const redacts = type === 'm.room.redaction' ? optionalString(content, 'redacts') : undefined;
    if (type === 'm.room.redaction' && redacts === undefined) throw new BadContent("'redacts' is missing");
    const draft = { sender: requester.user, type, content, at: timeOf(call), redacts, transaction: ownId(call) };
    return { event_id: parts.rooms.send(room, draft).id };
  });
}

function redact(parts: Parts, call: Call): JsonObject {
  const { requester } = call;
  const content = call.body();
  return parts.transactionIds.once(call.path, requester, content, () => {
    const room = parts.rooms.require(call.param('room'), requester.user);
    const event = parts.rooms.send(room, {
      sender: requester.user,
      type: 'm.room.redaction',
      content,
      redacts: call.param('event'),
      transaction: ownId(call),
    });
    return { event_id: event.id };
  });
}

function setState(parts: Parts, call: Call, stateKey: string): JsonObject {
  const sender = call.requester.user;
  const type = call.param('type');
  const content = call.body();
  checkSendable(type, true);
  const room = parts.rooms.require(call.param('room'), sender);
  if (type === 'm.room.member') return { event_id: setMember(parts, call, room, stateKey, content) };
  if (type === 'm.room.canonical_alias') checkCanonicalAlias(parts, room, content);
  return { event_id: parts.rooms.send(room, { sender, type, stateKey, content, at: timeOf(call) }).id };
}

function setMember(parts: Parts, call: Call, room: Room, target: string, content: JsonObject): string {
  const sender = call.requester.user;
  const membership = optionalString(content, 'membership') ?? '';
  switch (membership) {
    case 'join':
    case 'invite':
    case 'leave':
    case 'ban':
    case 'knock':
      if (membership === 'invite' && call.requester.type === 'appservice' && !parts.accounts.get(target)) {
        parts.log.violation('invited-unknown-user', 'appservice', `${sender} invited ${target}`);
      }
      return parts.memberships.change({ room, sender, target, membership, content, at: timeOf(call) }).id;
    default:
      throw new BadContent(`Invalid membership ${membership}`);
  }
}

function checkCanonicalAlias(parts: Parts, room: Room, content: JsonObject): void {
  const alias = optionalString(content, 'alias');
  if (alias !== undefined && alias !== '' && parts.rooms.byAlias(alias) !== room) {
    throw new MatrixError(400, 'M_BAD_ALIAS', `Room alias ${alias} does not point to the room`);
  }
}

/** Only application services may tell the time. */
function timeOf({ requester, query }: Call): number | undefined {
  const ts = query.get('ts');
  if (ts === null || requester.type !== 'appservice') return undefined;
  if (!/^\d{1,15}$/.test(ts)) throw badParam("'ts' must be an integer");
  return Number(ts);
}

function ownId(call: Call): Draft['transaction'] {
  const { requester } = call;
  return requester.type === 'person' ? { token: requester.token, id: call.param('transaction') } : undefined;
}

/** A relation must have its target in the room; a reply need not, but a bridge should know better. */
function checkRelation(parts: Parts, call: Call, room: Room, content: JsonObject): void {
  const relation = content['m.relates_to'];
  if (!isObject(relation)) return;
  const note = (target: string) => {
    const detail = `${call.requester.user} related to ${target} in ${room.id}`;
    parts.log.violation('relation-to-unknown-event', call.requester.type, detail);
  };
  const reply = relation['m.in_reply_to'];
  const answered = isObject(reply) ? reply['event_id'] : undefined;
  if (typeof answered === 'string' && !room.event(answered)) note(answered);
  const target = relation['event_id'];
  if (typeof relation['rel_type'] !== 'string' || typeof target !== 'string' || room.event(target)) return;
  note(target);
  throw refused("Can't send relation to unknown event");
}
