// The homeserver's log of a run: what was said in rooms, what was shown, what senders were told. Knows events; judges
// nothing.

import type { RoomEvent } from '../support/homeserver/event.ts';
import type { JsonObject } from '../support/homeserver/json.ts';
import type { Room } from '../support/homeserver/room.ts';
import { type History, readWords, type Said, type Shown, type Tap, type Told } from './history.ts';

const STATUS = 'com.beeper.message_send_status';
/** By which the bridge knows its own events. */
const MARK = 'dev.bridge.sent';

export type MatrixHistory = Pick<History, 'said' | 'taps' | 'told' | 'sentences' | 'shown' | 'marked'>;

export function readMatrix(rooms: readonly Room[], people: ReadonlySet<string>): MatrixHistory {
  const said: Said[] = [];
  const shown: Shown[] = [];
  const told: Told[] = [];
  const taps: Tap[] = [];
  const sentences: string[] = [];
  const twice: string[] = [];
  let takenBack = 0;
  for (const { id: room, timeline } of rooms) {
    const marks = new Set<string>();
    /** Sentences of the bridge about a message. */
    const about = new Map<string, string>();
    for (const event of timeline) {
      const isPerson = people.has(event.sender);
      const mark = at(event.content, MARK, 'txn');
      if (mark !== undefined && marks.has(mark)) twice.push(`${event.type} ${event.id} stands twice in ${room}`);
      if (mark !== undefined) marks.add(mark);
      if (event.type === 'm.room.redaction' && !isPerson && event.content['reason'] === 'sent twice') takenBack += 1;
      if (event.type === STATUS) told.push(...toldBy(event));
      if (event.type === 'm.reaction' && isPerson) {
        const of = about.get(at(event.content, 'm.relates_to', 'event_id') ?? '');
        if (of !== undefined) taps.push({ event: event.id, of });
      }
      if (event.type !== 'm.room.message') continue;
      const message = answered(event);
      if (!isPerson && message !== undefined) {
        about.set(event.id, message);
        sentences.push(message);
      }
      const words = readWords(event.content['body']);
      if (!words) continue;
      const { direction, conversation, n, of } = words;
      if (direction === 'm2n' && isPerson) said.push({ event: event.id, conversation, n, of });
      if (direction === 'n2m' && !isPerson) shown.push({ conversation, n, room, by: event.sender });
    }
  }
  return { said, taps, told, sentences, shown, marked: { twice, takenBack } };
}

/** What the bot has put under a sentence of its own, to be tapped. */
export function offersIn(events: readonly RoomEvent[]): readonly { readonly notice: string; readonly key: string }[] {
  return events.flatMap(({ type, sender, content }) => {
    const notice = at(content, 'm.relates_to', 'event_id');
    const key = at(content, 'm.relates_to', 'key');
    const isOffer = type === 'm.reaction' && sender.startsWith('@msnbot:');
    return isOffer && notice !== undefined && key !== undefined ? [{ notice, key }] : [];
  });
}

function toldBy({ content }: RoomEvent): Told[] {
  const event = at(content, 'm.relates_to', 'event_id');
  const { status, message } = content as { readonly status?: string; readonly message?: string };
  if (event === undefined || status === undefined || status === 'PENDING') return [];
  if (status === 'SUCCESS') return [{ event, how: 'delivered' }];
  return [{ event, how: message?.includes('may not have been delivered') ? 'uncertain' : 'failed' }];
}

/** The event that this one answers. */
function answered({ content }: RoomEvent): string | undefined {
  const relation = content['m.relates_to'] as JsonObject | undefined;
  return relation && at(relation, 'm.in_reply_to', 'event_id');
}

function at(content: JsonObject, outer: string, inner: string): string | undefined {
  const object = content[outer];
  const value = typeof object === 'object' && object !== null ? (object as JsonObject)[inner] : undefined;
  return typeof value === 'string' ? value : undefined;
}
