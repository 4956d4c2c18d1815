// The homeserver's log of a run: what was said in rooms, what was shown, what senders were told. Knows events; judges
// nothing.

import type { RoomEvent } from '../support/homeserver/event.ts';
import type { HomeserverDouble } from '../support/homeserver/homeserver.ts';
import { type History, readWords, type Said, type Shown, type Told } from './history.ts';

const STATUS = 'com.beeper.message_send_status';

export class MatrixLog {
  readonly #homeserver: HomeserverDouble;
  readonly #people: ReadonlySet<string>;

  constructor(homeserver: HomeserverDouble, users: readonly { readonly person: { readonly id: string } }[]) {
    this.#homeserver = homeserver;
    this.#people = new Set(users.map(({ person }) => person.id));
  }

  read(): Pick<History, 'said' | 'told' | 'shown'> {
    const said: Said[] = [];
    const told: Told[] = [];
    const shown: Shown[] = [];
    for (const room of this.#homeserver.rooms()) {
      for (const event of room.timeline) {
        if (event.type === STATUS) told.push(...toldBy(event));
        const words = event.type === 'm.room.message' ? readWords(event.content['body']) : undefined;
        if (!words) continue;
        const { direction, conversation, n } = words;
        const isPerson = this.#people.has(event.sender);
        if (direction === 'm2n' && isPerson) said.push({ event: event.id, conversation, n });
        if (direction === 'n2m' && !isPerson) shown.push({ conversation, n, room: room.id });
      }
    }
    return { said, told, shown };
  }
}

function toldBy({ content }: RoomEvent): Told[] {
  const event = (content['m.relates_to'] as { readonly event_id?: string } | undefined)?.event_id;
  const { status, message } = content as { readonly status?: string; readonly message?: string };
  if (event === undefined || status === undefined || status === 'PENDING') return [];
  if (status === 'SUCCESS') return [{ event, how: 'delivered' }];
  return [{ event, how: message?.includes('may not have been delivered') ? 'uncertain' : 'failed' }];
}
