// What the content of an event must look like before it may enter any room. Knows event types; no room.

import { BadContent, forbidden, MatrixError, tooLarge } from './errors.ts';
import type { Draft } from './event.ts';
import { checkShort } from './ids.ts';
import { checkCanonical, isObject, textAt, type JsonObject } from './json.ts';

const LARGEST = 65_536;
// What the federation form has more than ours: hashes, signature, depth, previous and authorizing events.
const FEDERATION_PART = 600;

const MEMBERSHIPS = ['join', 'invite', 'leave', 'ban', 'knock'];

export function checkContent(roomId: string, draft: Draft): void {
  checkShort('type', draft.type);
  checkShort('sender', draft.sender);
  checkShort('room_id', roomId);
  if (draft.stateKey !== undefined) checkShort('state_key', draft.stateKey);
  checkCanonical(draft.content);
  switch (draft.type) {
    case 'm.room.message':
      requireStrings(draft.content, ['body', 'msgtype']);
      break;
    case 'm.room.member':
      checkMember(draft);
      break;
    case 'm.room.name':
      requireStrings(draft.content, ['name']);
      break;
    case 'm.room.topic':
      requireStrings(draft.content, ['topic']);
      break;
    default:
  }
  checkMentions(draft.content);
  checkRelation(draft.content);
}

/** Throws 413 when the event would be too large to federate. `json` is its form for clients. */
export function checkSize(json: string): void {
  const bytes = Buffer.byteLength(json) + FEDERATION_PART;
  if (bytes > LARGEST) throw tooLarge(`event too large: ${bytes} bytes`);
}

/** Types that come into being otherwise. */
export function checkSendable(type: string, isState: boolean): void {
  if (type === '') throw new MatrixError(404, 'M_UNRECOGNIZED', 'an event needs a type');
  if (type === 'm.room.create') throw forbidden('Cannot send m.room.create');
  if (!isState && (type === 'm.room.member' || type === 'm.room.power_levels')) {
    throw new BadContent(`${type} is a state event`);
  }
}

function checkMember(draft: Draft): void {
  const membership = draft.content['membership'];
  if (typeof membership !== 'string' || !MEMBERSHIPS.includes(membership)) {
    throw new BadContent(`Invalid membership ${JSON.stringify(membership)}`);
  }
  if (!draft.stateKey?.startsWith('@')) throw new BadContent('The state key of a member event must be a user id');
}

function requireStrings(content: JsonObject, keys: readonly string[]): void {
  for (const key of keys) {
    if (content[key] === undefined) throw new BadContent(`'${key}' not in content`);
    if (typeof content[key] !== 'string') throw new BadContent(`'${key}' not a string type`);
  }
}

function checkMentions(content: JsonObject): void {
  const mentions = content['m.mentions'];
  if (mentions === undefined) return;
  if (!isObject(mentions)) throw new BadContent("'m.mentions' must be an object");
  const users = mentions['user_ids'];
  if (users !== undefined && !(Array.isArray(users) && users.every((user) => typeof user === 'string'))) {
    throw new BadContent("'user_ids' must be a list of strings");
  }
  const room = mentions['room'];
  if (room !== undefined && typeof room !== 'boolean') throw new BadContent("'room' must be a boolean");
}

function checkRelation(content: JsonObject): void {
  const relation = content['m.relates_to'];
  if (relation === undefined) return;
  if (!isObject(relation)) throw new BadContent("'m.relates_to' must be an object");
  if (relation['rel_type'] === undefined) return;
  requireStrings(relation, ['rel_type', 'event_id']);
  if (relation['rel_type'] === 'm.annotation') {
    requireStrings(relation, ['key']);
    if (textAt(relation, 'key').length > 500) throw new BadContent('Aggregation key is too long');
  }
}
