// What a person sees: the answers of `/sync`, folded into rooms. Knows the shape of answers; makes no request.

import type { ClientEvent } from './event.ts';
import { isObject, textAt, type JsonObject } from './json.ts';

export interface Invite {
  readonly room: string;
  readonly inviter: string;
  /** The stripped state that came along, the invite itself last. */
  readonly state: readonly JsonObject[];
}

export interface SeenReceipt {
  readonly user: string;
  readonly type: string;
  readonly ts: number;
}

interface SeenRoom {
  readonly timeline: ClientEvent[];
  readonly state: Map<string, ClientEvent>;
  typing: readonly string[];
  readonly receipts: Map<string, SeenReceipt[]>;
}

export class PersonView {
  readonly user: string;
  readonly events: ClientEvent[] = [];
  readonly invites = new Map<string, Invite>();
  readonly presence = new Map<string, JsonObject>();
  readonly accountData = new Map<string, JsonObject>();
  readonly #rooms = new Map<string, SeenRoom>();
  readonly #statuses = new Map<string, JsonObject[]>();

  constructor(user: string) {
    this.user = user;
  }

  fold(answer: JsonObject): void {
    const rooms = objectAt(answer, 'rooms');
    for (const [id, part] of Object.entries(objectAt(rooms, 'invite'))) this.#invited(id, part as JsonObject);
    for (const [id, part] of Object.entries(objectAt(rooms, 'join'))) this.#joined(id, part as JsonObject);
    for (const [id, part] of Object.entries(objectAt(rooms, 'leave'))) this.#joined(id, part as JsonObject);
    for (const event of eventsAt(answer, 'presence')) {
      this.presence.set(textAt(event, 'sender'), objectAt(event, 'content'));
    }
    for (const event of eventsAt(answer, 'account_data')) {
      this.accountData.set(textAt(event, 'type'), objectAt(event, 'content'));
    }
  }

  room(id: string): SeenRoom {
    let room = this.#rooms.get(id);
    if (!room) this.#rooms.set(id, (room = { timeline: [], state: new Map(), typing: [], receipts: new Map() }));
    return room;
  }

  /** Contents of the message status events about this event, in order. */
  statuses(event: string): readonly JsonObject[] {
    return this.#statuses.get(event) ?? [];
  }

  #invited(id: string, part: JsonObject): void {
    const state = eventsAt(part, 'invite_state');
    const own = state.findLast((event) => event['type'] === 'm.room.member' && event['state_key'] === this.user);
    this.invites.set(id, { room: id, inviter: own ? textAt(own, 'sender') : '', state });
  }

  #joined(id: string, part: JsonObject): void {
    this.invites.delete(id);
    const room = this.room(id);
    for (const event of eventsAt(part, 'state')) keepState(room, event as ClientEvent);
    for (const plain of eventsAt(part, 'timeline')) {
      const event: ClientEvent = { ...(plain as ClientEvent), room_id: id };
      room.timeline.push(event);
      this.events.push(event);
      keepState(room, event);
      if (event.type === 'com.beeper.message_send_status') this.#keepStatus(event.content);
    }
    for (const event of eventsAt(part, 'ephemeral')) {
      const content = objectAt(event, 'content');
      if (event['type'] === 'm.typing') room.typing = content['user_ids'] as string[];
      if (event['type'] === 'm.receipt') keepReceipts(room, content);
    }
  }

  #keepStatus(content: JsonObject): void {
    const about = textAt(objectAt(content, 'm.relates_to'), 'event_id');
    const known = this.#statuses.get(about);
    if (known) known.push(content);
    else this.#statuses.set(about, [content]);
  }
}

function keepState(room: SeenRoom, event: ClientEvent): void {
  if (event.state_key !== undefined) room.state.set(`${event.type} ${event.state_key}`, event);
}

function keepReceipts(room: SeenRoom, content: JsonObject): void {
  for (const [event, byType] of Object.entries(content as { [event: string]: JsonObject })) {
    for (const [type, byUser] of Object.entries(byType as { [type: string]: JsonObject })) {
      for (const [user, details] of Object.entries(byUser as { [user: string]: { ts: number } })) {
        const known = room.receipts.get(event) ?? [];
        room.receipts.set(event, [...known.filter((row) => row.user !== user), { user, type, ts: details.ts }]);
      }
    }
  }
}

function objectAt(from: JsonObject, key: string): JsonObject {
  const value = from[key];
  return isObject(value) ? value : {};
}

function eventsAt(from: JsonObject, key: string): readonly JsonObject[] {
  const { events } = objectAt(from, key) as { events?: readonly JsonObject[] };
  return events ?? [];
}
