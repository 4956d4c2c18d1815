// What people show of themselves on the homeserver: how far they are there, with a line of text, and their name.
// Knows how that is told and asked for; not whose affair it is.

import type { Availability } from '../bridge/events.ts';
import type { MatrixUserId } from '../bridge/ids.ts';
import type { PersonPresence } from '../bridge/matrix.ts';
import { type JsonObject, asString, isObject } from './checks.ts';
import { isForbidden, isNotFound, toBridgeError } from './errors.ts';
import { CLIENT, type Intents } from './intent.ts';
import { cleanName } from './text.ts';

const AVAILABILITY: ReadonlyMap<unknown, Availability> = new Map([
  ['online', 'online'],
  ['unavailable', 'away'],
  ['offline', 'offline'],
  ['busy', 'busy'],
  ['org.matrix.msc3026.busy', 'busy'],
] as const);
const LONGEST_MESSAGE = 300;

/** The content of `m.presence`, or the answer of the homeserver when it is asked. */
export function fromPresence(content: JsonObject): PersonPresence | undefined {
  const availability = AVAILABILITY.get(content['presence']);
  if (availability === undefined) return undefined;
  return { availability, message: cleanName(asString(content['status_msg']) ?? '', LONGEST_MESSAGE) };
}

/** Undefined: the homeserver does not know, or does not tell. */
export async function presenceOf(
  intents: Intents,
  bot: MatrixUserId,
  user: MatrixUserId,
): Promise<PersonPresence | undefined> {
  const answer = await ask(intents, bot, `/presence/${encodeURIComponent(user)}/status`);
  const presence = fromPresence(answer);
  // this is what is said of somebody who never told, and where presence is switched off
  return presence?.availability === 'offline' && !('last_active_ago' in answer) ? undefined : presence;
}

/** Undefined: they have none. */
export async function displayNameOf(
  intents: Intents,
  bot: MatrixUserId,
  user: MatrixUserId,
): Promise<string | undefined> {
  const answer = await ask(intents, bot, `/profile/${encodeURIComponent(user)}/displayname`);
  return cleanName(asString(answer['displayname']) ?? '') || undefined;
}

async function ask(intents: Intents, bot: MatrixUserId, path: string): Promise<JsonObject> {
  try {
    const answer = await intents.call(bot, 'GET', `${CLIENT}${path}`);
    return isObject(answer) ? answer : {};
  } catch (error) {
    if (isForbidden(error) || isNotFound(error)) return {};
    throw toBridgeError(error);
  }
}
