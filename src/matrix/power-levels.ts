// Who may do what in our rooms. Knows that newer room versions set their creator above all levels. Pure.

import type { MatrixUserId } from '../bridge/ids.ts';
import { type JsonObject, isObject } from './checks.ts';

const BOT = 100;
/** Enough to invite and to put out, and for nothing else: what the network would not hear of is not changed here. */
const USER = 25;
/** Nobody but the bot: clients then do not offer what cannot be carried. */
const UNCARRIED = [
  'm.sticker',
  'm.poll.start',
  'org.matrix.msc3381.poll.start',
  'm.call.invite',
  'org.matrix.msc3401.call.member',
];
const GUARDED = ['m.room.power_levels', 'm.room.history_visibility', 'm.room.server_acl', 'm.room.encryption'];

/** `user`: whose chat it is. */
export function portalPowerLevels(bot: MatrixUserId, user: MatrixUserId, roomVersion: string): Record<string, unknown> {
  const levels = botPowerLevels(bot, roomVersion);
  return { ...levels, users: { ...levels.users, [user]: USER }, invite: USER, kick: USER };
}

/** Where only the bot speaks. */
export function furniturePowerLevels(bot: MatrixUserId, roomVersion: string): Record<string, unknown> {
  return { ...botPowerLevels(bot, roomVersion), events_default: BOT };
}

function botPowerLevels(bot: MatrixUserId, roomVersion: string) {
  const botIsAbove = creatorHasAllPower(roomVersion);
  return {
    // A creator above all levels must not have one, or the room is refused.
    users: botIsAbove ? {} : { [bot]: BOT },
    users_default: 0,
    events_default: 0,
    state_default: 50,
    invite: 50,
    kick: 50,
    // a ghost that was banned could not speak any more
    ban: BOT,
    redact: 50,
    events: {
      ...Object.fromEntries([...GUARDED, ...UNCARRIED].map((type) => [type, BOT])),
      'm.room.tombstone': botIsAbove ? BOT + 50 : BOT,
    },
  };
}

/** Whether this user could close a room, by the events that say who made it and who may do what. Both are unchecked. */
export function mayClose(user: string, create: JsonObject | undefined, levels: JsonObject | undefined): boolean {
  const made = contentOf(create);
  const creators = made['additional_creators'];
  const isCreator = create?.['sender'] === user || (Array.isArray(creators) && creators.includes(user));
  const version = made['room_version'];
  if (isCreator && typeof version === 'string' && creatorHasAllPower(version)) return true;
  if (levels === undefined) return create?.['sender'] === user;
  const content = contentOf(levels);
  const own = numberAt(content['users'], user) ?? numberAt(content, 'users_default') ?? 0;
  return own >= (numberAt(content['events'], 'm.room.tombstone') ?? numberAt(content, 'state_default') ?? 50);
}

function contentOf(event: JsonObject | undefined): JsonObject {
  return isObject(event?.['content']) ? event['content'] : {};
}

function numberAt(levels: unknown, key: string): number | undefined {
  const value = isObject(levels) && Object.hasOwn(levels, key) ? levels[key] : undefined;
  return typeof value === 'number' ? value : undefined;
}

/** From version 12 on. Versions that are no numbers are somebody's experiment: taken for old ones. */
function creatorHasAllPower(roomVersion: string): boolean {
  return /^\d{1,4}$/.test(roomVersion) && Number(roomVersion) >= 12;
}
