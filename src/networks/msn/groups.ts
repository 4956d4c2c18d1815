// The chats of several people of one login: which conversation is which chat, and who takes part. MSN names none of them,
// so a chat is known again by its people. Knows no connection.

import type { Participant, Standing } from '../../bridge/events.ts';
import type { ChatId, RemoteUserId } from '../../bridge/ids.ts';
import type { NetworkLogin } from '../../bridge/network.ts';
import { groupChat } from './ids.ts';

/** Somebody in a conversation. */
export interface Person {
  readonly address: string;
  readonly name: string;
}

export interface GroupsParts {
  readonly known: NetworkLogin['groups'];
  readonly userId: (address: string) => RemoteUserId;
  readonly randomBytes: (size: number) => Uint8Array;
  /** Who takes part has changed. */
  readonly onChange: (chat: ChatId, participants: readonly Participant[]) => void;
}

/** A server that has thousands come and go is not to fill our memory. */
const MAX_PARTICIPANTS = 256;
const ID_BYTES = 12;

type People = Map<RemoteUserId, Participant>;

export class Groups {
  readonly #parts: GroupsParts;
  /** The one that was used last stands last. */
  readonly #chats = new Map<ChatId, People>();

  constructor(parts: GroupsParts) {
    this.#parts = parts;
    for (const { chat, participants } of parts.known)
      this.#chats.set(chat, new Map(participants.map((participant) => [participant.user, participant])));
  }

  /** These people are together: in the chat that they had before, in a new one if they never had. */
  meet(people: readonly Person[]): ChatId {
    const users = people.map(({ address }) => this.#parts.userId(address));
    const chat = this.#findBy(users) ?? groupChat(this.#parts.randomBytes(ID_BYTES));
    const known = this.#chats.get(chat) ?? new Map<RemoteUserId, Participant>();
    this.#chats.delete(chat);
    this.#chats.set(chat, known);
    this.#place(chat, people, 'in');
    return chat;
  }

  joined(chat: ChatId, person: Person): void {
    this.#place(chat, [person], 'in');
  }

  left(chat: ChatId, person: Person): void {
    this.#place(chat, [person], 'left');
  }

  /** They were called and did not come. */
  missed(chat: ChatId, people: readonly Person[]): void {
    this.#place(chat, people, 'away');
  }

  /** Whom to call when the chat begins anew: all who have not left it; if there is nobody like that, all. */
  callees(chat: ChatId): readonly RemoteUserId[] {
    const all = [...(this.#chats.get(chat)?.values() ?? [])];
    const wanted = all.filter(({ standing }) => standing !== 'left');
    return (wanted.length > 0 ? wanted : all).map(({ user }) => user);
  }

  #findBy(users: readonly RemoteUserId[]): ChatId | undefined {
    const same = (people: People): boolean => people.size === users.length && users.every((user) => people.has(user));
    return [...this.#chats].findLast(([, people]) => same(people))?.[0];
  }

  #place(chat: ChatId, people: readonly Person[], standing: Standing): void {
    const all = this.#chats.get(chat);
    if (!all) return;
    let changed = false;
    for (const { address, name } of people) {
      const user = this.#parts.userId(address);
      const before = all.get(user);
      if (before?.standing === standing || (!before && all.size >= MAX_PARTICIPANTS)) continue;
      all.set(user, { user, name, standing });
      changed = true;
    }
    if (changed) this.#parts.onChange(chat, [...all.values()]);
  }
}
