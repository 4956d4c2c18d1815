// The chats of several people of one login: which people are which chat, and who takes part. MSN names none of them, so a
// chat is known again by its people, and no two chats have the same ones. Knows no connection.

import type { Cancel, Clock } from '../../bridge/clock.ts';
import type { Participant, Participants, Standing } from '../../bridge/events.ts';
import type { ChatId, RemoteUserId } from '../../bridge/ids.ts';
import type { NetworkLogin } from '../../bridge/network.ts';
import { groupChat, participantsId } from './ids.ts';

/** Somebody in a conversation. */
export interface Person {
  readonly address: string;
  readonly name: string;
}

export interface GroupsParts {
  readonly login: Pick<NetworkLogin, 'user' | 'groups'>;
  /** Of the present connection. */
  readonly epoch: () => number;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly userId: (address: string) => RemoteUserId;
  readonly randomBytes: (size: number) => Uint8Array;
  /** Who takes part has changed, or a talk goes on in another chat. */
  readonly emit: (news: Participants) => void;
}

/** A server that has thousands come and go is not to fill our memory. */
const MAX_PARTICIPANTS = 256;
const ID_BYTES = 12;
/** So many changes of a chat within a minute are told one by one; what a crowd does beyond that is told together. */
const MOST_NEWS = 30;
const NEWS_WITHIN_MS = 60_000;
/** So many chats may begin within a minute, and so many there may be in all. */
const MOST_BEGUN = 10;
const BEGUN_WITHIN_MS = 60_000;
const MOST_CHATS = 10_000;

interface Minute {
  told: number;
  late: boolean;
  readonly cancel: Cancel;
}

type People = Map<RemoteUserId, Participant>;

export class Groups {
  readonly #parts: GroupsParts;
  /** Of each chat everybody who ever was in it: that is what it is known by. */
  readonly #chats = new Map<ChatId, People>();
  /** Those of which we have told. What is known from an earlier life may be older than what was last told of it. */
  readonly #told = new Set<ChatId>();
  /** Of each chat, how often it was told of within the minute, and what of it is still to be told. */
  readonly #minutes = new Map<ChatId, Minute>();
  #count = 0;
  /** How many chats have begun since when. */
  #begun = { since: 0, count: 0 };

  constructor(parts: GroupsParts) {
    this.#parts = parts;
    for (const { chat, participants } of parts.login.groups)
      this.#chats.set(chat, new Map(participants.map((participant) => [participant.user, participant])));
  }

  /** The chat of just these people, if they ever had one. */
  find(addresses: Iterable<string>): ChatId | undefined {
    return this.#findBy(new Set([...addresses].map((address) => this.#parts.userId(address))));
  }

  /**
   * These people talk: in the chat that they have, in a new one if they never had any. Undefined: too many chats have begun
   * just now.
   */
  meet(people: readonly Person[], continues?: ChatId): ChatId | undefined {
    const chat = this.find(people.map(({ address }) => address)) ?? this.#begin();
    if (chat !== undefined) this.#place(chat, people, 'in', continues);
    return chat;
  }

  /**
   * These people are in a chat now. It grows by those who are new to it; but if they all had a chat of their own already,
   * it is that one from now on.
   */
  gather(chat: ChatId, people: readonly Person[]): ChatId {
    const known = this.#chats.get(chat);
    const users = new Set([...(known?.keys() ?? []), ...people.map(({ address }) => this.#parts.userId(address))]);
    const other = known?.size === users.size ? undefined : this.#findBy(users);
    this.#place(other ?? chat, people, 'in', other === undefined ? undefined : chat);
    return other ?? chat;
  }

  /**
   * They went, or were called and did not come. MSN does not tell who leaves for good from who closes a window, signs off
   * or loses the line: all of them still belong to the chat.
   */
  missing(chat: ChatId, people: readonly Person[]): void {
    this.#place(chat, people, 'away');
  }

  /** The session is over: what is still to be told is told now. */
  rest(): void {
    for (const chat of this.#minutes.keys()) this.#endMinute(chat);
  }

  /** Whom to call when the chat begins anew. */
  members(chat: ChatId): readonly RemoteUserId[] {
    return [...(this.#chats.get(chat)?.keys() ?? [])];
  }

  participants(chat: ChatId): readonly Participant[] {
    return [...(this.#chats.get(chat)?.values() ?? [])];
  }

  #begin(): ChatId | undefined {
    const now = this.#parts.clock.now().getTime();
    if (now - this.#begun.since >= BEGUN_WITHIN_MS) this.#begun = { since: now, count: 0 };
    if (this.#begun.count >= MOST_BEGUN || this.#chats.size >= MOST_CHATS) return undefined;
    this.#begun.count += 1;
    const chat = groupChat(this.#parts.randomBytes(ID_BYTES));
    this.#chats.set(chat, new Map());
    return chat;
  }

  #findBy(users: ReadonlySet<RemoteUserId>): ChatId | undefined {
    for (const [chat, people] of this.#chats)
      if (people.size === users.size && [...users].every((user) => people.has(user))) return chat;
    return undefined;
  }

  #place(chat: ChatId, people: readonly Person[], standing: Standing, continues?: ChatId): void {
    const all = this.#chats.get(chat);
    if (!all) return;
    let changed = !this.#told.has(chat);
    for (const { address, name } of people) {
      const user = this.#parts.userId(address);
      const before = all.get(user);
      if (before?.standing === standing || (!before && all.size >= MAX_PARTICIPANTS)) continue;
      // who has only an address now may have had a name
      all.set(user, { user, name: name === address ? (before?.name ?? name) : name, standing });
      changed = true;
    }
    if (!changed && continues === undefined) return;
    this.#told.add(chat);
    const minute = this.#minuteOf(chat);
    if (minute.told >= MOST_NEWS && continues === undefined) {
      minute.late = true;
    } else {
      minute.told += 1;
      this.#tell(chat, continues);
    }
  }

  #minuteOf(chat: ChatId): Minute {
    const known = this.#minutes.get(chat);
    if (known) return known;
    const cancel = this.#parts.clock.after(NEWS_WITHIN_MS, () => this.#endMinute(chat));
    const minute = { told: 0, late: false, cancel };
    this.#minutes.set(chat, minute);
    return minute;
  }

  #endMinute(chat: ChatId): void {
    const minute = this.#minutes.get(chat);
    this.#minutes.delete(chat);
    minute?.cancel();
    if (minute?.late) this.#tell(chat, undefined);
  }

  /** `continues`: the chat in which these talks were until now. */
  #tell(chat: ChatId, continues: ChatId | undefined): void {
    const { login, epoch, clock, emit } = this.#parts;
    const participants = this.participants(chat);
    this.#count += 1;
    const id = participantsId(login.user, epoch(), this.#count);
    const from = continues === undefined ? {} : { continues };
    emit({ type: 'participants', chat, id, at: clock.now(), participants, ...from });
  }
}
