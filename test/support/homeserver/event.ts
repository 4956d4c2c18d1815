// One event of a room, and its JSON forms. Knows what redaction leaves of it; not whether it was allowed.

import type { Json, JsonObject } from './json.ts';
import type { RoomVersion } from './room-versions.ts';

/** An event as clients and application services see it. */
export interface ClientEvent extends JsonObject {
  readonly event_id: string;
  readonly room_id: string;
  readonly sender: string;
  readonly type: string;
  readonly origin_server_ts: number;
  readonly content: JsonObject;
  readonly state_key?: string;
  readonly redacts?: string;
  readonly unsigned?: JsonObject;
}

/** An event that somebody wants to send. */
export interface Draft {
  readonly sender: string;
  readonly type: string;
  readonly content: JsonObject;
  readonly stateKey?: string | undefined;
  readonly at?: number | undefined;
  readonly redacts?: string | undefined;
  /** The access token and transaction id it came with: only that session gets to see the id. */
  readonly transaction?: { readonly token: string; readonly id: string } | undefined;
}

export interface Place {
  readonly id: string;
  readonly roomId: string;
  readonly at: number;
  /** How old it was when it came: more than 0 only if an application service told the time. */
  readonly age: number;
  /** In the stream of the whole server. */
  readonly position: number;
  /** In the timeline of the room. */
  readonly index: number;
}

const KEPT_BY_REDACTION = new Map<string, readonly string[]>([
  ['m.room.member', ['membership', 'join_authorised_via_users_server']],
  ['m.room.join_rules', ['join_rule', 'allow']],
  ['m.room.history_visibility', ['history_visibility']],
  [
    'm.room.power_levels',
    ['ban', 'events', 'events_default', 'invite', 'kick', 'redact', 'state_default', 'users', 'users_default'],
  ],
]);

/** Parts of `unsigned` that application services find one level higher too. */
const ABOVE = new Set(['age', 'prev_content', 'replaces_state', 'redacted_because', 'invite_room_state']);

export class RoomEvent {
  readonly id: string;
  readonly roomId: string;
  readonly at: number;
  readonly position: number;
  readonly index: number;
  readonly sender: string;
  readonly type: string;
  readonly stateKey: string | undefined;
  readonly redacts: string | undefined;
  readonly transaction: Draft['transaction'];
  /** The state event that this one took the place of. */
  readonly replaces: RoomEvent | undefined;
  readonly #version: RoomVersion;
  readonly #age: number;
  #content: JsonObject;
  #redactedBy: RoomEvent | undefined;
  #text: string | undefined;

  constructor(draft: Draft, place: Place, version: RoomVersion, replaces: RoomEvent | undefined) {
    this.id = place.id;
    this.roomId = place.roomId;
    this.at = place.at;
    this.#age = place.age;
    this.position = place.position;
    this.index = place.index;
    this.sender = draft.sender;
    this.type = draft.type;
    this.stateKey = draft.stateKey;
    this.redacts = draft.redacts;
    this.transaction = draft.transaction;
    this.replaces = replaces;
    this.#version = version;
    this.#content = draft.content;
  }

  get content(): JsonObject {
    return this.#content;
  }

  get isRedacted(): boolean {
    return this.#redactedBy !== undefined;
  }

  /** `membership` of a member event. */
  get membership(): string | undefined {
    const { membership } = this.#content as { membership?: Json };
    return typeof membership === 'string' ? membership : undefined;
  }

  redact(by: RoomEvent): void {
    if (this.type !== 'm.room.create') {
      const kept = KEPT_BY_REDACTION.get(this.type) ?? [];
      this.#content = Object.fromEntries(Object.entries(this.#content).filter(([key]) => kept.includes(key)));
    }
    this.#redactedBy = by;
    this.#text = undefined;
  }

  toJSON(): ClientEvent {
    const unsigned: { [key: string]: Json } = { age: this.#age };
    if (this.replaces) {
      unsigned['prev_content'] = this.replaces.content;
      unsigned['prev_sender'] = this.replaces.sender;
      unsigned['replaces_state'] = this.replaces.id;
    }
    if (this.#redactedBy) {
      unsigned['redacted_by'] = this.#redactedBy.id;
      unsigned['redacted_because'] = this.#redactedBy.toJSON();
    }
    return {
      type: this.type,
      room_id: this.roomId,
      sender: this.sender,
      // in version 11 it moved into the content; servers show it in both places
      content:
        this.redacts !== undefined && this.#version.redactsIn === 'content'
          ? { ...this.#content, redacts: this.redacts }
          : this.#content,
      ...(this.stateKey === undefined ? {} : { state_key: this.stateKey }),
      ...(this.redacts === undefined ? {} : { redacts: this.redacts }),
      origin_server_ts: this.at,
      event_id: this.id,
      unsigned,
    };
  }

  /** As `/sync` shows it to a session: without the room, and with the transaction id that it sent it with. */
  seenBy(token: string): JsonObject {
    const { room_id: _, ...event } = this.toJSON();
    if (this.transaction?.token !== token) return event;
    return { ...event, unsigned: { ...event.unsigned, transaction_id: this.transaction.id } };
  }

  /** The text of what application services are sent: Synapse keeps an old form for them. Made once. */
  get textForAppservices(): string {
    this.#text ??= JSON.stringify(this.toAppservice());
    return this.#text;
  }

  /** `more` goes into `unsigned`, as the state that comes with an invite. */
  toAppservice(more: JsonObject = {}): JsonObject {
    const event = this.toJSON();
    const unsigned: JsonObject = { ...event.unsigned, ...more };
    const above = Object.entries(unsigned).filter(([key]) => ABOVE.has(key));
    return { ...event, user_id: this.sender, ...Object.fromEntries(above), unsigned };
  }

  /** What is shown of a state event to somebody who is only invited. */
  get stripped(): JsonObject {
    return { type: this.type, state_key: this.stateKey ?? '', sender: this.sender, content: this.#content };
  }
}
