// What the bot says, in as many messages as it takes. Knows transaction ids; not how much a message holds.

import type { Content } from './events.ts';
import type { EventId, RoomId } from './ids.ts';
import type { Matrix, SendOptions } from './matrix.ts';
import { txnId } from './txn-ids.ts';

/**
 * The first message stands for all of them.
 * @param key what makes it the same words at every attempt.
 */
export async function speak(
  matrix: Pick<Matrix, 'bot' | 'pieces' | 'send'>,
  room: RoomId,
  content: Content,
  key: Parameters<typeof txnId>,
  options: Omit<SendOptions, 'txnId'>,
): Promise<EventId> {
  const events: EventId[] = [];
  for (const [part, piece] of matrix.pieces(content).entries()) {
    const id = part === 0 ? txnId(...key) : txnId(...key, part);
    events.push(await matrix.send(room, matrix.bot, piece, { ...options, txnId: id }));
  }
  return events[0]!;
}
