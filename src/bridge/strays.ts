// What is said in rooms that lead nowhere any more: of accounts that were signed out, of chats that went on elsewhere.
// Knows how to say so; not what the rooms once were.

import type { MatrixEvent } from './events.ts';
import type { Matrix } from './matrix.ts';
import { roomLink, say } from './say.ts';
import type { RoomStore } from './store.ts';
import { txnId } from './txn-ids.ts';

/** Tells a user of the bridge that nobody was told what they said, if the bot is there to tell it. */
export async function answerStray(
  event: MatrixEvent,
  { matrix, rooms }: { readonly matrix: Matrix; readonly rooms: Pick<RoomStore, 'managementRoom'> },
): Promise<void> {
  if (!['message', 'unsupported', 'encrypted'].includes(event.type)) return;
  if (event.type === 'message' && event.notice === true) return;
  const { room, sender, id } = event;
  if ((await matrix.standing(room, matrix.bot)) !== 'joined') return;
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
}
