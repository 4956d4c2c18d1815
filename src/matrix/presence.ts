// How a ghost shows what its person is doing: as presence, for which a homeserver has three words, or as the status of its
// profile. Knows words and where they go; not when.

import type { Availability, Presence } from '../bridge/events.ts';
import type { MatrixUserId } from '../bridge/ids.ts';
import { isNotFound, toBridgeError } from './errors.ts';
import { CLIENT, type Intents } from './intent.ts';
import { cut } from './text.ts';

const WORDS: Readonly<Record<Availability, string>> = {
  online: 'online',
  away: 'unavailable',
  busy: 'unavailable',
  offline: 'offline',
};

/** Everybody who shares a room is sent it. */
const MAX_MESSAGE_BYTES = 1_000;

/** What the words cannot say, the status message does: "Busy", and what the contact wrote. */
export function statusMessage({ availability, label, message }: Presence): string {
  const plain = availability === 'online' || availability === 'offline';
  const words = [...(plain ? [] : [label]), ...(message === undefined || message === '' ? [] : [message])];
  return cut(words.join(' – '), MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES);
}

export async function showPresence(intents: Intents, ghost: MatrixUserId, presence: Presence): Promise<void> {
  const path = `${CLIENT}/presence/${encodeURIComponent(ghost)}/status`;
  try {
    await intents.call(ghost, 'PUT', path, {
      presence: WORDS[presence.availability],
      status_msg: statusMessage(presence),
    });
  } catch (error) {
    throw toBridgeError(error);
  }
}

/** MSC4426, under the name that clients read as long as it is a proposal. */
const STATUS = 'org.matrix.msc4426.status';
const MAX_STATUS_BYTES = 256;

const SIGNS: Readonly<Record<Exclude<Availability, 'offline'>, string>> = { online: '🟢', away: '🟡', busy: '🔴' };

/** Undefined: there is none. */
export function statusField({ availability, label, message = '' }: Presence): object | undefined {
  if (availability === 'offline') return undefined;
  const words = availability === 'online' && message !== '' ? [message] : [label, ...(message === '' ? [] : [message])];
  return { text: cut(words.join(' – '), MAX_STATUS_BYTES, MAX_STATUS_BYTES), emoji: SIGNS[availability] };
}

export async function showStatus(intents: Intents, ghost: MatrixUserId, presence: Presence): Promise<void> {
  const path = `${CLIENT}/profile/${encodeURIComponent(ghost)}/${STATUS}`;
  const status = statusField(presence);
  try {
    if (status === undefined) await intents.call(ghost, 'DELETE', path);
    else await intents.call(ghost, 'PUT', path, { [STATUS]: status });
  } catch (error) {
    // there was none
    if (status !== undefined || !isNotFound(error)) throw toBridgeError(error);
  }
}
