// `/sync`: what a user has not seen yet, for which it may wait. Knows accounts, rooms and positions in the stream; not
// HTTP.

import type { Account } from './accounts.ts';
import { refused } from './errors.ts';
import { presenceEvent, receiptContent, type Ephemeral, type EphemeralNews } from './ephemeral.ts';
import type { RoomEvent } from './event.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';
import type { Stream } from './stream.ts';
import { SyncListeners, waitFor, type Line, type Listener } from './sync-listeners.ts';

export interface SyncQuestion {
  readonly account: Account;
  /** The access token that asks: it sees its own transaction ids. */
  readonly token: string;
  readonly since: string | undefined;
  readonly timeoutMs: number;
  readonly filter: JsonObject;
  readonly isFullState: boolean;
}

interface View {
  readonly account: Account;
  readonly token: string;
  readonly since: number;
  readonly limit: number;
  readonly isFullState: boolean;
}

export class Sync {
  readonly #rooms: Rooms;
  readonly #ephemeral: Ephemeral;
  readonly #stream: Stream;
  readonly #now: () => number;
  readonly #listeners: SyncListeners;

  constructor(parts: { rooms: Rooms; ephemeral: Ephemeral; stream: Stream; now: () => number }) {
    this.#rooms = parts.rooms;
    this.#ephemeral = parts.ephemeral;
    this.#stream = parts.stream;
    this.#now = parts.now;
    this.#listeners = new SyncListeners(parts.stream);
  }

  async answer(question: SyncQuestion, onGone: (gone: () => void) => void): Promise<JsonObject> {
    const view: View = {
      account: question.account,
      token: question.token,
      since: positionOf(question.since),
      limit: limitOf(question.filter),
      isFullState: question.isFullState,
    };
    const mayWait = question.since !== undefined && !question.isFullState;
    const deadline = this.#now() + (mayWait ? question.timeoutMs : 0);
    const listener = this.#listeners.of(view.account.id);
    let answer = this.#look(view, listener);
    if (!answer.isEmpty || deadline <= this.#now()) return answer.body;
    const line: Line = { isGone: false, onGone: () => undefined };
    onGone(() => {
      line.isGone = true;
      line.onGone();
    });
    while (answer.isEmpty && this.#now() < deadline && !line.isGone) {
      await waitFor(listener, deadline - this.#now(), line);
      answer = this.#look(view, listener);
    }
    return answer.body;
  }

  /** Must hear of every event, right after it happened. */
  handleEvent(event: RoomEvent, room: Room): void {
    this.#listeners.tellRoom(room);
    const target = event.type === 'm.room.member' ? event.stateKey : undefined;
    if (target !== undefined && !room.joined.has(target)) this.#listeners.tell(target, room);
  }

  handleEphemeral(news: EphemeralNews): void {
    if (news.type !== 'presence') {
      this.#listeners.tellRoom(news.room);
      return;
    }
    const { user } = news.presence;
    this.#listeners.tell(user, undefined);
    for (const room of this.#rooms.roomsOf(user).values()) {
      if (room.joined.has(user)) for (const other of room.joined) this.#listeners.tell(other, undefined);
    }
  }

  /** The user changed his account data, those of this room or, for '', his own. */
  handleAccountData(user: string, roomId: string): void {
    this.#listeners.tell(user, this.#rooms.get(roomId));
  }

  #look(view: View, listener: Listener): { readonly body: JsonObject; readonly isEmpty: boolean } {
    const { since, account } = view;
    const join: { [room: string]: JsonObject } = {};
    const invite: { [room: string]: JsonObject } = {};
    const leave: { [room: string]: JsonObject } = {};
    const isKnown = since >= listener.since && !view.isFullState;
    const rooms = isKnown ? listener.rooms.since(since) : this.#rooms.roomsOf(account.id).values();
    for (const room of rooms) {
      const { id } = room;
      const member = room.member(account.id);
      if (!member) continue;
      if (member.membership === 'join') {
        const part = this.#joinedPart(room, view);
        if (part) join[id] = part;
      } else if (member.position > since) {
        if (member.membership === 'invite') {
          invite[id] = { invite_state: { events: [...room.strippedState(member.sender), member.stripped] } };
        } else if (since > 0) {
          leave[id] = leftPart(room, member, view);
        }
      }
    }
    const accountData = accountDataSince(account, '', since);
    const presence = this.#ephemeral
      .presenceSince(since)
      .filter(({ user }) => user === account.id || this.#rooms.share(user, account.id))
      .map((row) => presenceEvent(row, this.#now()));
    const sections = [join, invite, leave].map((section) => Object.keys(section).length);
    return {
      isEmpty: sections.every((size) => size === 0) && accountData.length + presence.length === 0,
      body: {
        next_batch: `s${this.#stream.position}`,
        rooms: { join, invite, leave, knock: {} },
        account_data: { events: accountData },
        presence: { events: presence },
        to_device: { events: [] },
        device_lists: { changed: [], left: [] },
        device_one_time_keys_count: {},
        device_unused_fallback_key_types: [],
      },
    };
  }

  #joinedPart(room: Room, view: View): JsonObject | undefined {
    const { account, since } = view;
    const isNew = view.isFullState || (room.joinedSince.get(account.id) ?? 0) > since;
    const ephemeral = this.#ephemeralEvents(room, account.id, isNew ? 0 : since);
    const accountData = accountDataSince(account, room.id, isNew ? 0 : since);
    if (!isNew && room.position <= since && ephemeral.length + accountData.length === 0) return undefined;
    const timeline = timelineSince(room, isNew ? 0 : since, view);
    const before = room.timeline[timeline.start]?.position ?? Infinity;
    const state = isNew
      ? room.stateBefore(timeline.start)
      : timeline.isLimited
        ? room.stateBefore(timeline.start).filter(({ position }) => position > since && position < before)
        : [];
    return {
      summary: isNew ? summary(room, account.id) : {},
      state: { events: state.map((event) => event.toJSON()) },
      timeline: timeline.body,
      ephemeral: { events: ephemeral },
      account_data: { events: accountData },
      unread_notifications: { highlight_count: 0, notification_count: 0 },
    };
  }

  #ephemeralEvents(room: Room, user: string, since: number): JsonObject[] {
    const at = this.#ephemeral.positions(room);
    const events: JsonObject[] = [];
    if (at.typing > since) events.push(this.#ephemeral.typingContent(room));
    if (at.receipt > since) {
      const receipts = this.#ephemeral
        .receipts(room)
        .filter((row) => row.position > since && (row.type !== 'm.read.private' || row.user === user));
      if (receipts.length > 0) events.push(receiptContent(receipts));
    }
    return events;
  }
}

function timelineSince(room: Room, since: number, view: View, end = room.timeline.length) {
  const visibility = room.content('m.room.history_visibility')?.['history_visibility'];
  const hidden = visibility === 'joined' || visibility === 'invited' ? (room.joinedSince.get(view.account.id) ?? 0) : 0;
  const isWanted = (event: RoomEvent | undefined) =>
    event !== undefined && event.position > since && event.position >= hidden;
  let start = end;
  while (start > 0 && end - start < view.limit && isWanted(room.timeline[start - 1])) start -= 1;
  const isLimited = isWanted(room.timeline[start - 1]);
  const events = room.timeline.slice(start, end).map((event) => event.seenBy(view.token));
  return { start, isLimited, body: { events, limited: isLimited, prev_batch: `t${start}` } };
}

function leftPart(room: Room, member: RoomEvent, view: View): JsonObject {
  const wasJoined = member.replaces?.membership === 'join';
  const timeline = wasJoined
    ? timelineSince(room, view.since, view, member.index + 1).body
    : { events: [member.seenBy(view.token)], limited: false, prev_batch: `t${member.index}` };
  return { state: { events: [] }, timeline, account_data: { events: [] } };
}

function summary(room: Room, user: string): JsonObject {
  const members = Array.from(room.members().values());
  const present = members.filter(({ membership }) => membership === 'join' || membership === 'invite');
  return {
    'm.heroes': present.flatMap(({ stateKey }) => (stateKey === user ? [] : (stateKey ?? []))).slice(0, 5),
    'm.joined_member_count': room.joined.size,
    'm.invited_member_count': present.length - room.joined.size,
  };
}

function accountDataSince(account: Account, room: string, since: number): JsonObject[] {
  const rows = [...(account.accountData.get(room)?.values() ?? [])].filter(({ position }) => position > since);
  return rows.map(({ type, content }) => ({ type, content }));
}

/** The place in the stream that a token means. */
export function positionOf(token: string | undefined): number {
  if (token === undefined) return 0;
  if (!/^s\d+$/.test(token)) throw refused(`'since' is no token of this server: ${token}`);
  return Number(token.slice(1));
}

function limitOf(filter: JsonObject): number {
  const room = filter['room'];
  const timeline = isObject(room) ? room['timeline'] : undefined;
  const limit = isObject(timeline) ? timeline['limit'] : undefined;
  return typeof limit === 'number' ? limit : 10;
}
