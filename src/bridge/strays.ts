// What is said in rooms that lead nowhere any more: of accounts that were signed out, of chats that went on elsewhere.
// Knows how to say so; not what the rooms once were.

import { BridgeError } from './errors.ts';
import type { MatrixEvent } from './events.ts';
import type { RoomId } from './ids.ts';
import type { Matrix } from './matrix.ts';
import { roomLink, say } from './say.ts';
import type { Outcome } from './runner.ts';
import type { RoomStore } from './store.ts';
import { txnId } from './txn-ids.ts';

const LOOK_AGAIN_MS = 1_000;
/** A room that is being made for so long is none of ours any more. */
const MAKING_MS = 2 * 60_000;

export interface StraysParts {
  readonly matrix: Pick<Matrix, 'bot' | 'standing' | 'isBeingMade' | 'send'>;
  readonly rooms: Pick<RoomStore, 'managementRoom'>;
  readonly now: () => Date;
}

/**
 * Tells a user of the bridge that nobody was told what they said, if the bot is there to tell it. Who is quick may be in a room that is
 * just being made, by an earlier life of the process too: what they say waits until it is known what for.
 */
export async function answerStray(
  event: MatrixEvent,
  receivedAt: Date,
  { matrix, rooms, now }: StraysParts,
): Promise<Outcome> {
  if (!['message', 'unsupported', 'encrypted'].includes(event.type)) return { type: 'done' };
  if (event.type === 'message' && event.notice === true) return { type: 'done' };
  const { room, sender, id } = event;
  if ((await matrix.standing(room, matrix.bot)) !== 'joined') return { type: 'done' };
  if (now().getTime() - receivedAt.getTime() < MAKING_MS && (await isBeingMade(matrix, room)))
    return { type: 'retry', afterMs: LOOK_AGAIN_MS };
  const commands = await rooms.managementRoom(sender);
  const where =
    commands === undefined
      ? ['.']
      : [': I listen in ', roomLink('our room for commands', commands), ', and “chat” there opens a chat anew.'];
  const sentence = say('Your message went nowhere. This room is not in use any more', ...where);
  await matrix.send(room, matrix.bot, sentence, {
    txnId: txnId('w', id),
    notice: true,
    replyTo: id,
    mention: sender,
  });
  return { type: 'done' };
}

/** A homeserver that does not tell is not asked for more. */
async function isBeingMade(matrix: StraysParts['matrix'], room: RoomId): Promise<boolean> {
  try {
    return await matrix.isBeingMade(room);
  } catch (error) {
    if (!(error instanceof BridgeError) || error.retriable) throw error;
    return false;
  }
}
