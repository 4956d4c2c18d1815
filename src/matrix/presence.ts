// A ghost's presence in the homeserver's words. Knows three of them; a homeserver has no more.

import type { Availability, Presence } from '../bridge/events.ts';
import type { MatrixUserId } from '../bridge/ids.ts';
import { toBridgeError } from './errors.ts';
import { CLIENT, type Intents } from './intent.ts';

const WORDS: Readonly<Record<Availability, string>> = {
  online: 'online',
  away: 'unavailable',
  busy: 'unavailable',
  offline: 'offline',
};

/** What the words cannot say, the status message does: "Busy", and what the contact wrote. */
export function statusMessage({ availability, label, message }: Presence): string {
  const plain = availability === 'online' || availability === 'offline';
  return [...(plain ? [] : [label]), ...(message === undefined || message === '' ? [] : [message])].join(' – ');
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
