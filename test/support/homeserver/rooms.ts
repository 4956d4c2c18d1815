// All rooms and aliases of the server, and the one way by which an event enters a room. Knows the rules' verdict; not
// HTTP, nor who is told about the event.

import { authorise } from './event-rules.ts';
import { checkContent, checkSize } from './content-rules.ts';
import { forbidden, MatrixError } from './errors.ts';
import type { Draft, RoomEvent } from './event.ts';
import { IdMint } from './ids.ts';
import { sameJson } from './json.ts';
import { Room } from './room.ts';
import type { RoomVersion } from './room-versions.ts';
import type { Stream } from './stream.ts';

export type OnEvent = (event: RoomEvent, room: Room) => void;

export class Rooms {
  readonly #serverName: string;
  readonly #stream: Stream;
  readonly #mint: IdMint;
  readonly #now: () => number;
  readonly #onEvent: OnEvent;
  readonly #byId = new Map<string, Room>();
  readonly #byAlias = new Map<string, { room: Room; creator: string }>();
  readonly #aliasesOf = new Map<string, Set<string>>();
  readonly #roomsOf = new Map<string, Map<string, Room>>();

  /** `onEvent` is called after each event, synchronously and in the order of the stream. */
  constructor(parts: { serverName: string; stream: Stream; now: () => number; onEvent: OnEvent }) {
    this.#serverName = parts.serverName;
    this.#stream = parts.stream;
    this.#now = parts.now;
    this.#onEvent = parts.onEvent;
    this.#mint = new IdMint(parts.serverName);
  }

  all(): Iterable<Room> {
    return this.#byId.values();
  }

  get(id: string): Room | undefined {
    return this.#byId.get(id);
  }

  /** For a user who acts in a room: an unknown room looks like one that he is not in. */
  require(id: string, user: string): Room {
    const room = this.#byId.get(id);
    if (!room) throw forbidden(`User ${user} not in room ${id} (unknown room)`);
    return room;
  }

  /** The room of somebody who is joined. */
  requireJoined(id: string, user: string): Room {
    const room = this.require(id, user);
    if (!room.joined.has(user)) throw forbidden(`User ${user} not in room ${id}`);
    return room;
  }

  /** Rooms in which the user has or had a membership, by room id. */
  roomsOf(user: string): ReadonlyMap<string, Room> {
    return this.#roomsOf.get(user) ?? new Map<string, Room>();
  }

  share(a: string, b: string): boolean {
    const [some, other] = this.roomsOf(a).size < this.roomsOf(b).size ? [a, b] : [b, a];
    for (const room of this.roomsOf(some).values()) if (room.joined.has(some) && room.joined.has(other)) return true;
    return false;
  }

  create(version: RoomVersion, create: Draft): Room {
    const id = version.idIsHash ? `!${this.#mint.next()}` : `!${this.#mint.next().slice(0, 18)}:${this.#serverName}`;
    const room = new Room(id, version);
    this.#byId.set(id, room);
    this.send(room, create);
    return room;
  }

  /** Judges and appends. A state event that changes nothing gives back the one that stands. */
  send(room: Room, draft: Draft): RoomEvent {
    checkContent(room.id, draft);
    const standing = draft.stateKey === undefined ? undefined : room.state(draft.type, draft.stateKey);
    if (standing?.sender === draft.sender && sameJson(standing.content, draft.content)) {
      authorise(room, draft, this.#isJoined);
      return standing;
    }
    authorise(room, draft, this.#isJoined);
    if (room.hasAnnotation(draft)) {
      throw new MatrixError(400, 'M_DUPLICATE_ANNOTATION', "Can't send same reaction twice");
    }
    checkSize(JSON.stringify(draft.content) + draft.type + (draft.stateKey ?? '') + draft.sender + room.id);
    const now = this.#now();
    const at = draft.at ?? now;
    const event = room.append(draft, {
      id: `$${this.#mint.next()}`,
      roomId: room.id,
      at,
      age: now - at,
      position: this.#stream.next(),
      index: room.timeline.length,
    });
    if (event.type === 'm.room.member' && event.stateKey !== undefined) this.#index(event.stateKey, room);
    this.#onEvent(event, room);
    this.#stream.announce();
    return event;
  }

  byAlias(alias: string): Room | undefined {
    return this.#byAlias.get(alias)?.room;
  }

  aliasCreator(alias: string): string | undefined {
    return this.#byAlias.get(alias)?.creator;
  }

  aliasesOf(room: Room): ReadonlySet<string> {
    return this.#aliasesOf.get(room.id) ?? new Set<string>();
  }

  setAlias(alias: string, room: Room, creator: string): void {
    this.#byAlias.set(alias, { room, creator });
    const aliases = this.#aliasesOf.get(room.id);
    if (aliases) aliases.add(alias);
    else this.#aliasesOf.set(room.id, new Set([alias]));
  }

  removeAlias(alias: string): void {
    const room = this.#byAlias.get(alias)?.room;
    this.#byAlias.delete(alias);
    if (room) this.#aliasesOf.get(room.id)?.delete(alias);
  }

  readonly #isJoined = (roomId: string, user: string): boolean => this.#byId.get(roomId)?.joined.has(user) ?? false;

  #index(user: string, room: Room): void {
    const rooms = this.#roomsOf.get(user);
    if (rooms) rooms.set(room.id, room);
    else this.#roomsOf.set(user, new Map([[room.id, room]]));
  }
}
