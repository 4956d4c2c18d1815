// Who may do what in a portal room. Knows that newer room versions set their creator above all levels. Pure.

import type { MatrixUserId } from '../bridge/ids.ts';

const BOT = 100;
/** Nobody but the bot: clients then do not offer what cannot be carried. */
const UNCARRIED = [
  'm.reaction',
  'm.room.redaction',
  'm.sticker',
  'm.poll.start',
  'org.matrix.msc3381.poll.start',
  'm.call.invite',
  'org.matrix.msc3401.call.member',
];
const GUARDED = ['m.room.power_levels', 'm.room.history_visibility', 'm.room.server_acl', 'm.room.encryption'];

export function portalPowerLevels(bot: MatrixUserId, roomVersion: string): Record<string, unknown> {
  const botIsAbove = creatorHasAllPower(roomVersion);
  return {
    // A creator above all levels must not have one, or the room is refused.
    users: botIsAbove ? {} : { [bot]: BOT },
    users_default: 0,
    events_default: 0,
    state_default: 50,
    invite: 50,
    kick: 50,
    ban: 50,
    redact: 50,
    events: {
      ...Object.fromEntries([...GUARDED, ...UNCARRIED].map((type) => [type, BOT])),
      'm.room.tombstone': botIsAbove ? BOT + 50 : BOT,
    },
  };
}

/** From version 12 on. Versions that are no numbers are somebody's experiment: taken for old ones. */
function creatorHasAllPower(roomVersion: string): boolean {
  return /^\d{1,4}$/.test(roomVersion) && Number(roomVersion) >= 12;
}
