// Decides whether an event may enter a room: membership and power, as the authorization rules of room versions 10 to
// 12 say. Knows rooms; not what the content of a message must look like.

import { badState, forbidden, notFound } from './errors.ts';
import type { Draft } from './event.ts';
import { textAt, type JsonObject } from './json.ts';
import type { Room } from './room.ts';

type IsJoined = (roomId: string, user: string) => boolean;

/** Throws 403 unless `draft` may be sent. `isJoined` answers for other rooms, for restricted joins. */
export function authorise(room: Room, draft: Draft, isJoined: IsJoined): void {
  if (draft.type === 'm.room.create') {
    if (room.timeline.length > 0) throw forbidden('A room is created only once');
    return;
  }
  if (draft.type === 'm.room.member' && draft.stateKey !== undefined) {
    authoriseMember(room, draft, draft.stateKey, isJoined);
    return;
  }
  if (!room.joined.has(draft.sender)) throw forbidden(`User ${draft.sender} not in room ${room.id}`);
  const level = room.powers.of(draft.sender);
  const needed = room.powers.toSend(draft.type, draft.stateKey !== undefined);
  if (level < needed) {
    throw forbidden(
      `You don't have permission to post that to the room. user_level (${level}) < send_level (${needed})`,
    );
  }
  if (draft.stateKey?.startsWith('@') && draft.stateKey !== draft.sender) {
    throw forbidden('You are not allowed to set others state');
  }
  if (draft.type === 'm.room.power_levels') room.powers.checkChange(draft.sender, draft.content);
  if (draft.type === 'm.room.redaction') authoriseRedaction(room, draft);
}

function authoriseRedaction(room: Room, draft: Draft): void {
  const target = draft.redacts === undefined ? undefined : room.event(draft.redacts);
  if (room.powers.of(draft.sender) < room.powers.to('redact')) {
    if (!target) throw notFound(`Could not find event ${draft.redacts}`);
    if (target.sender !== draft.sender) throw forbidden("You don't have permission to redact events");
  }
  if (target?.type === 'm.room.create') throw forbidden('Redacting create events is not permitted');
  if (target?.type === 'm.room.server_acl') throw forbidden('Redacting server ACL events is not permitted');
}

function authoriseMember(room: Room, draft: Draft, target: string, isJoined: IsJoined): void {
  const { sender } = draft;
  const before = room.membership(target);
  const membership = textAt(draft.content, 'membership');
  switch (membership) {
    case 'join':
      if (sender !== target) throw forbidden('Cannot force another user to join.');
      authoriseJoin(room, sender, before, isJoined);
      return;
    case 'invite':
      requireJoined(room, sender);
      if (before === 'ban') throw badState(`${target} is banned from the room`);
      if (before === 'join') throw forbidden(`${target} is already in the room.`);
      room.powers.require(sender, 'invite', 'invite users');
      return;
    case 'leave':
      if (sender === target) {
        if (before === 'join' || before === 'invite' || before === 'knock') return;
        throw forbidden(`User ${sender} not in room ${room.id}`);
      }
      requireJoined(room, sender);
      if (before === 'ban') room.powers.require(sender, 'ban', 'unban');
      room.powers.require(sender, 'kick', 'kick users');
      requireHigher(room, sender, target, 'kick');
      return;
    case 'ban':
      requireJoined(room, sender);
      room.powers.require(sender, 'ban', 'ban users');
      requireHigher(room, sender, target, 'ban');
      return;
    case 'knock':
      if (sender !== target) throw forbidden('Cannot knock for another user');
      if (!['knock', 'knock_restricted'].includes(joinRule(room)))
        throw forbidden("You don't have permission to knock");
      if (before === 'ban') throw forbidden('You are banned from this room');
      if (before === 'join' || before === 'invite') throw forbidden('You cannot knock on a room you are already in');
      return;
    default:
      throw forbidden(`Unknown membership ${membership}`);
  }
}

function authoriseJoin(room: Room, user: string, before: string | undefined, isJoined: IsJoined): void {
  if (before === 'ban') throw badState('You are banned from this room');
  if (before === 'join' || before === 'invite') return;
  // the creator's first join
  if (room.timeline.length === 1 && room.timeline[0]?.sender === user) return;
  const rule = joinRule(room);
  if (rule === 'public') return;
  if (rule === 'restricted' || rule === 'knock_restricted') {
    const allow = room.content('m.room.join_rules')?.['allow'];
    const rooms = Array.isArray(allow) ? (allow as JsonObject[]) : [];
    if (rooms.some((row) => row['type'] === 'm.room_membership' && isJoined(textAt(row, 'room_id'), user))) return;
  }
  throw forbidden('You are not invited to this room.');
}

function joinRule(room: Room): string {
  const rule = room.content('m.room.join_rules')?.['join_rule'];
  return typeof rule === 'string' ? rule : 'invite';
}

function requireJoined(room: Room, user: string): void {
  if (!room.joined.has(user)) throw forbidden(`${user} not in room ${room.id}.`);
}

function requireHigher(room: Room, sender: string, target: string, what: string): void {
  if (room.powers.of(target) >= room.powers.of(sender)) throw forbidden(`You cannot ${what} user ${target}.`);
}
