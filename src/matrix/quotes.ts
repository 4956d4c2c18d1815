// What was said, as far as an answer to it repeats it. Asks as the bot; knows no answer.

import { plainText } from '../bridge/events.ts';
import type { EventId, MatrixUserId, RoomId } from '../bridge/ids.ts';
import type { Quote } from '../bridge/matrix.ts';
import { asUserId, isObject } from './checks.ts';
import { fromMessageContent } from './content.ts';
import { refusalOf, toBridgeError } from './errors.ts';
import { CLIENT, type Intents } from './intent.ts';
import { cut } from './text.ts';

const MAX_LINE = 100;

export async function quoteOf(
  intents: Pick<Intents, 'call'>,
  bot: MatrixUserId,
  room: RoomId,
  event: EventId,
): Promise<Quote | undefined> {
  const found = await fetchEvent(intents, bot, room, event);
  if (!isObject(found) || found['type'] !== 'm.room.message' || !isObject(found['content'])) return undefined;
  const sender = asUserId(found['sender']);
  const content = fromMessageContent(found['content']);
  const line = content === undefined ? '' : firstLine(plainText(content));
  return sender === undefined || line === '' ? undefined : { sender, line };
}

async function fetchEvent(
  intents: Pick<Intents, 'call'>,
  bot: MatrixUserId,
  room: RoomId,
  event: EventId,
): Promise<unknown> {
  try {
    return await intents.call(
      bot,
      'GET',
      `${CLIENT}/rooms/${encodeURIComponent(room)}/event/${encodeURIComponent(event)}`,
    );
  } catch (error) {
    const failure = toBridgeError(error);
    // Whatever the homeserver has against it: there is nothing to quote.
    if (refusalOf(error) !== undefined && !failure.retriable) return undefined;
    throw failure;
  }
}

/** What it quotes itself is not its own. */
function firstLine(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const own = lines.findIndex((line) => !line.startsWith('>'));
  const [line = '', ...more] = lines.slice(Math.max(own, 0));
  const kept = cut(line, MAX_LINE, Infinity);
  return kept === line && more.length === 0 ? line : `${kept.trimEnd()}…`;
}
