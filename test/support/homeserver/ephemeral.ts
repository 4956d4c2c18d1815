// What is not kept in a timeline: who types, who read what, who is there. Knows rooms and users; tells a callback, and
// knows not who hears of it.

import { ChangeLog } from './change-log.ts';
import { BadContent } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import type { Room } from './room.ts';
import type { Stream } from './stream.ts';

export interface Receipt {
  readonly user: string;
  readonly type: string;
  readonly event: string;
  readonly ts: number;
  readonly thread: string | undefined;
  readonly position: number;
}

export interface Presence {
  readonly user: string;
  readonly state: string;
  readonly statusMessage: string | undefined;
  readonly setAt: number;
  readonly position: number;
}

export type EphemeralNews =
  | { readonly type: 'typing'; readonly room: Room; readonly edu: JsonObject }
  | { readonly type: 'receipt'; readonly room: Room; readonly edu: JsonObject; readonly receipt: Receipt }
  | { readonly type: 'presence'; readonly presence: Presence; readonly edu: JsonObject };

interface RoomLife {
  readonly typing: Map<string, NodeJS.Timeout>;
  typingAt: number;
  readonly receipts: Map<string, Receipt>;
  receiptAt: number;
}

const PRESENCE_STATES = ['online', 'unavailable', 'offline', 'org.matrix.msc3026.busy'];

export class Ephemeral {
  readonly #stream: Stream;
  readonly #now: () => number;
  readonly #onNews: (news: EphemeralNews) => void;
  readonly #rooms = new Map<string, RoomLife>();
  readonly #presence = new Map<string, Presence>();
  readonly #presenceChanges = new ChangeLog<string>();

  constructor(parts: { stream: Stream; now: () => number; onNews: (news: EphemeralNews) => void }) {
    this.#stream = parts.stream;
    this.#now = parts.now;
    this.#onNews = parts.onNews;
  }

  setTyping(room: Room, user: string, isTyping: boolean, timeoutMs: number): void {
    const life = this.#life(room);
    const timer = life.typing.get(user);
    clearTimeout(timer);
    if (isTyping) {
      life.typing.set(user, setTimeout(() => this.setTyping(room, user, false, 0), timeoutMs).unref());
      if (timer !== undefined) return;
    } else if (!life.typing.delete(user)) {
      return;
    }
    life.typingAt = this.#stream.next();
    this.#tell({ type: 'typing', room, edu: { ...this.typingContent(room), room_id: room.id } });
  }

  typing(room: Room): string[] {
    return [...this.#life(room).typing.keys()];
  }

  typingContent(room: Room): JsonObject {
    return { type: 'm.typing', content: { user_ids: this.typing(room) } };
  }

  /** The position at which typing and receipts of a room last changed. */
  positions(room: Room): { readonly typing: number; readonly receipt: number } {
    const life = this.#rooms.get(room.id);
    return { typing: life?.typingAt ?? 0, receipt: life?.receiptAt ?? 0 };
  }

  setReceipt(room: Room, given: { user: string; type: string; event: string; thread: string | undefined }): void {
    const life = this.#life(room);
    const key = JSON.stringify([given.user, given.type, given.thread]);
    const before = life.receipts.get(key);
    if (before) {
      const [was, is] = [room.event(before.event), room.event(given.event)];
      // receipts never move backwards
      if (before.event === given.event || (was && is && is.index < was.index)) return;
    }
    const receipt: Receipt = { ...given, ts: this.#now(), position: this.#stream.next() };
    life.receipts.set(key, receipt);
    life.receiptAt = receipt.position;
    this.#tell({ type: 'receipt', room, receipt, edu: { ...receiptContent([receipt]), room_id: room.id } });
  }

  receipts(room: Room): Receipt[] {
    return [...(this.#rooms.get(room.id)?.receipts.values() ?? [])];
  }

  setPresence(user: string, body: JsonObject): void {
    const { presence: state, status_msg: statusMessage, ...rest } = body;
    if (Object.keys(rest).length > 0) throw new BadContent('Unable to parse state');
    if (typeof state !== 'string' || !PRESENCE_STATES.includes(state)) throw new BadContent('Invalid presence state');
    if (statusMessage !== undefined && typeof statusMessage !== 'string') {
      throw new BadContent('Unable to parse state');
    }
    const before = this.#presence.get(user);
    const presence: Presence = {
      user,
      state,
      statusMessage,
      setAt: this.#now(),
      position: this.#stream.next(),
    };
    this.#presence.set(user, presence);
    // told again only when it changed: repeats just keep it alive
    if (before?.state === presence.state && before.statusMessage === presence.statusMessage) {
      this.#presence.set(user, { ...presence, position: before.position });
      return;
    }
    this.#presenceChanges.note(user, presence.position);
    this.#tell({ type: 'presence', presence, edu: presenceEvent(presence, this.#now()) });
  }

  presence(user: string): Presence | undefined {
    return this.#presence.get(user);
  }

  /** Users whose presence changed after this position, each with what holds now. */
  presenceSince(position: number): Presence[] {
    return Array.from(this.#presenceChanges.since(position), (user) => this.#presence.get(user)).filter(
      (presence) => presence !== undefined,
    );
  }

  stop(): void {
    for (const { typing } of this.#rooms.values()) for (const timer of typing.values()) clearTimeout(timer);
  }

  #tell(news: EphemeralNews): void {
    this.#onNews(news);
    this.#stream.announce();
  }

  #life(room: Room): RoomLife {
    let life = this.#rooms.get(room.id);
    if (!life) {
      life = { typing: new Map(), typingAt: 0, receipts: new Map(), receiptAt: 0 };
      this.#rooms.set(room.id, life);
    }
    return life;
  }
}

export function receiptContent(receipts: readonly Receipt[]): JsonObject {
  const content: { [event: string]: { [type: string]: { [user: string]: JsonObject } } } = {};
  for (const { event, type, user, ts, thread } of receipts) {
    const byType = (content[event] ??= {});
    const byUser = (byType[type] ??= {});
    byUser[user] = thread === undefined ? { ts } : { ts, thread_id: thread };
  }
  return { type: 'm.receipt', content };
}

export function presenceEvent(presence: Presence, now: number): JsonObject {
  const content: { [key: string]: Json } = {
    presence: presence.state,
    last_active_ago: now - presence.setAt,
    currently_active: presence.state === 'online',
  };
  if (presence.statusMessage !== undefined) content['status_msg'] = presence.statusMessage;
  return { type: 'm.presence', sender: presence.user, content };
}
