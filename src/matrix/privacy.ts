// Who may read a room, as its state says. Knows two events; asks as the bot.

import type { MatrixUserId, RoomId } from '../bridge/ids.ts';
import type { RoomPrivacy } from '../bridge/matrix.ts';
import { type JsonObject, isObject } from './checks.ts';
import { isNotFound, toBridgeError } from './errors.ts';
import { CLIENT, type Intents } from './intent.ts';

/** Rules that keep out who was not invited, or is not let in by somebody. */
const CLOSED = new Set<unknown>(['invite', 'private', 'knock']);

export async function roomPrivacy(intents: Intents, bot: MatrixUserId, room: RoomId): Promise<RoomPrivacy> {
  const [encryption, rules] = await Promise.all([
    stateOf(intents, bot, room, 'm.room.encryption'),
    stateOf(intents, bot, room, 'm.room.join_rules'),
  ]);
  // without a rule one must be invited
  return { encrypted: encryption !== undefined, open: rules !== undefined && !CLOSED.has(rules['join_rule']) };
}

async function stateOf(
  intents: Intents,
  bot: MatrixUserId,
  room: RoomId,
  type: string,
): Promise<JsonObject | undefined> {
  try {
    const content = await intents.call(bot, 'GET', `${CLIENT}/rooms/${encodeURIComponent(room)}/state/${type}/`);
    return isObject(content) ? content : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw toBridgeError(error);
  }
}
