// Joins, invites and the like, with what a homeserver adds to them: profile, repeats without effect. Knows accounts
// and rooms; not HTTP.

import type { Accounts } from './accounts.ts';
import { badState, forbidden } from './errors.ts';
import type { RoomEvent } from './event.ts';
import { splitId } from './ids.ts';
import type { Json, JsonObject } from './json.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';

export interface MembershipChange {
  readonly room: Room;
  readonly sender: string;
  readonly target: string;
  readonly membership: 'join' | 'invite' | 'leave' | 'ban' | 'knock';
  readonly reason?: string | undefined;
  /** Keys that the client put into the content itself. */
  readonly content?: JsonObject;
  readonly at?: number | undefined;
}

export class Memberships {
  readonly #accounts: Accounts;
  readonly #rooms: Rooms;

  constructor(parts: { accounts: Accounts; rooms: Rooms }) {
    this.#accounts = parts.accounts;
    this.#rooms = parts.rooms;
  }

  /** Gives back the event that now stands, which is the old one if nothing changed. */
  change(change: MembershipChange): RoomEvent {
    const { room, sender, target, membership } = change;
    const { server } = splitId('@', target);
    if (server !== this.#accounts.serverName) throw forbidden(`This homeserver does not federate with ${server}`);
    const standing = room.member(target);
    if (membership === 'join' && standing?.membership === 'join' && sender === target && !change.content) {
      return standing;
    }
    return this.#rooms.send(room, {
      sender,
      type: 'm.room.member',
      stateKey: target,
      at: change.at,
      content: {
        ...(membership === 'join' || membership === 'invite' || membership === 'knock' ? this.#profile(target) : {}),
        ...change.content,
        membership,
        ...(change.reason === undefined ? {} : { reason: change.reason }),
      },
    });
  }

  kick(change: Omit<MembershipChange, 'membership'>): RoomEvent {
    const before = change.room.membership(change.target);
    if (before !== 'join' && before !== 'invite' && before !== 'knock') {
      throw forbidden('The target user is not in the room');
    }
    return this.change({ ...change, membership: 'leave' });
  }

  unban(change: Omit<MembershipChange, 'membership'>): RoomEvent {
    if (change.room.membership(change.target) !== 'ban') throw badState('Cannot unban user who was not banned');
    return this.change({ ...change, membership: 'leave' });
  }

  /** Tells every room of the user about his new name or picture: one member event in each. */
  spreadProfile(user: string): void {
    for (const room of this.#rooms.roomsOf(user).values()) {
      if (!room.joined.has(user)) continue;
      this.change({ room, sender: user, target: user, membership: 'join', content: this.#profile(user) });
    }
  }

  #profile(user: string): JsonObject {
    const profile = this.#accounts.get(user)?.profile;
    const content: { [key: string]: Json } = {};
    for (const key of ['displayname', 'avatar_url']) {
      const value = profile?.get(key);
      if (value !== undefined) content[key] = value;
    }
    return content;
  }
}
