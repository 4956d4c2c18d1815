// One room: its state, members and timeline. Knows what happened in it; not whether it was allowed.

import { RoomEvent, type Draft, type Place } from './event.ts';
import type { JsonObject } from './json.ts';
import { PowerLevels } from './power-levels.ts';
import type { RoomVersion } from './room-versions.ts';

/** The state that an invited user is shown. */
const STRIPPED_TYPES = [
  'm.room.create',
  'm.room.join_rules',
  'm.room.canonical_alias',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
  'm.room.encryption',
];

export class Room {
  readonly id: string;
  readonly version: RoomVersion;
  readonly timeline: RoomEvent[] = [];
  /** Users who are joined. */
  readonly joined = new Set<string>();
  /** For each joined user, the position in the stream where the present stay began. */
  readonly joinedSince = new Map<string, number>();
  readonly #byId = new Map<string, RoomEvent>();
  readonly #state = new Map<string, Map<string, RoomEvent>>();
  readonly #annotations = new Set<string>();
  #powers: PowerLevels | undefined;
  #creators: ReadonlySet<string> = new Set();

  constructor(id: string, version: RoomVersion) {
    this.id = id;
    this.version = version;
  }

  get creators(): ReadonlySet<string> {
    return this.#creators;
  }

  get powers(): PowerLevels {
    this.#powers ??= new PowerLevels(this.content('m.room.power_levels'), this.version, this.#creators);
    return this.#powers;
  }

  /** The position of the newest event. */
  get position(): number {
    return this.timeline.at(-1)?.position ?? 0;
  }

  state(type: string, stateKey = ''): RoomEvent | undefined {
    return this.#state.get(type)?.get(stateKey);
  }

  content(type: string, stateKey = ''): JsonObject | undefined {
    return this.state(type, stateKey)?.content;
  }

  stateEvents(): RoomEvent[] {
    return [...this.#state.values()].flatMap((byKey) => [...byKey.values()]);
  }

  /** The state right before the event at this place of the timeline. */
  stateBefore(index: number): RoomEvent[] {
    const state = new Map(this.stateEvents().map((event) => [`${event.type} ${event.stateKey}`, event]));
    for (const event of this.timeline.slice(index).reverse()) {
      if (event.stateKey === undefined) continue;
      if (event.replaces) state.set(`${event.type} ${event.stateKey}`, event.replaces);
      else state.delete(`${event.type} ${event.stateKey}`);
    }
    return [...state.values()];
  }

  member(user: string): RoomEvent | undefined {
    return this.#state.get('m.room.member')?.get(user);
  }

  membership(user: string): string | undefined {
    return this.member(user)?.membership;
  }

  /** All users with a membership, whatever it is. */
  members(): ReadonlyMap<string, RoomEvent> {
    return this.#state.get('m.room.member') ?? new Map<string, RoomEvent>();
  }

  event(id: string): RoomEvent | undefined {
    return this.#byId.get(id);
  }

  /** What somebody is shown who was invited by `inviter`. */
  strippedState(inviter: string): JsonObject[] {
    const host = this.member(inviter);
    const room = STRIPPED_TYPES.map((type) => this.state(type))
      .filter((event) => event !== undefined)
      .map((event) => event.stripped);
    return host ? [...room, host.stripped] : room;
  }

  /** Whether this user annotated this event with this key already. */
  hasAnnotation(draft: Draft): boolean {
    const key = annotationOf(draft.sender, draft.type, draft.content);
    return key !== undefined && this.#annotations.has(key);
  }

  append(draft: Draft, place: Place): RoomEvent {
    const replaces = draft.stateKey === undefined ? undefined : this.state(draft.type, draft.stateKey);
    const event = new RoomEvent(draft, place, this.version, replaces);
    this.timeline.push(event);
    this.#byId.set(event.id, event);
    const annotation = annotationOf(event.sender, event.type, event.content);
    if (annotation !== undefined) this.#annotations.add(annotation);
    if (event.stateKey !== undefined) this.#setState(event, event.stateKey);
    if (event.type === 'm.room.redaction' && event.redacts !== undefined) this.#redact(event.redacts, event);
    return event;
  }

  #setState(event: RoomEvent, stateKey: string): void {
    let byKey = this.#state.get(event.type);
    if (!byKey) {
      byKey = new Map<string, RoomEvent>();
      this.#state.set(event.type, byKey);
    }
    byKey.set(stateKey, event);
    if (event.type === 'm.room.member') this.#setMembership(event, stateKey);
    if (event.type === 'm.room.create') {
      const more = this.version.creatorsRule ? event.content['additional_creators'] : undefined;
      this.#creators = new Set([event.sender, ...(Array.isArray(more) ? (more as string[]) : [])]);
    }
    if (event.type === 'm.room.power_levels' || event.type === 'm.room.create') this.#powers = undefined;
  }

  #setMembership(event: RoomEvent, user: string): void {
    if (event.membership !== 'join') {
      this.joined.delete(user);
      this.joinedSince.delete(user);
    } else if (!this.joined.has(user)) {
      this.joined.add(user);
      this.joinedSince.set(user, event.position);
    }
  }

  #redact(target: string, by: RoomEvent): void {
    const event = this.#byId.get(target);
    if (!event || event.isRedacted) return;
    const annotation = annotationOf(event.sender, event.type, event.content);
    if (annotation !== undefined) this.#annotations.delete(annotation);
    event.redact(by);
    if (event.type === 'm.room.power_levels') this.#powers = undefined;
  }
}

function annotationOf(sender: string, type: string, content: JsonObject): string | undefined {
  const relation = content['m.relates_to'] as JsonObject | undefined;
  if (relation?.['rel_type'] !== 'm.annotation') return undefined;
  return JSON.stringify([sender, type, relation['event_id'], relation['key']]);
}
