// What happens, as closed unions: on the network, in Matrix, and to a login. Knows no protocol and no wire form.

import type { ChatId, EventId, MatrixUserId, RemoteMessageId, RemoteUserId, RoomId } from './ids.ts';
import type { Table } from './table-text.ts';

/** A stretch of text in one style. `text` may hold `\n`; it never holds markup. */
export interface Run {
  readonly text: string;
  readonly bold?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly strike?: boolean;
  readonly code?: boolean;
  /** `#rrggbb`, lower case. */
  readonly color?: string;
  /** An absolute URL that the run leads to. */
  readonly link?: string;
  /** The run is a table, and `text` says the same in lines. */
  readonly table?: Table;
  /** Whom the run names, in Matrix. */
  readonly mention?: MatrixUserId;
}

/** What somebody said. `emote`: an action ("/me waves"). */
export interface Content {
  readonly type: 'text';
  readonly runs: readonly Run[];
  readonly emote?: boolean;
}

export function text(plain: string): Content {
  return { type: 'text', runs: [{ text: plain }] };
}

export function plainText(content: Content): string {
  return content.runs.map((run) => run.text).join('');
}

export type Availability = 'online' | 'away' | 'busy' | 'offline';

export interface Presence {
  readonly availability: Availability;
  /** The network's own word for it, for people: "On the phone". */
  readonly label: string;
  readonly message?: string;
}

/** Somebody on a login's contact list. `data` is the network's own, versioned by it; nobody else reads it. */
export interface Contact {
  readonly id: RemoteUserId;
  readonly chat: ChatId;
  /** What people type to name this contact: an e-mail address, a handle. */
  readonly address: string;
  readonly name: string;
  readonly presence: Presence;
  /** The names of the groups that the user has put this contact in; undefined if the network tells of none. */
  readonly groups?: readonly string[];
  readonly data: unknown;
}

/**
 * How somebody belongs to a chat of several: `in` it; `away`: not there just now, and called when it begins anew; `left`
 * for good.
 */
export type Standing = 'in' | 'away' | 'left';

export interface Participant {
  readonly user: RemoteUserId;
  readonly name: string;
  readonly standing: Standing;
}

/** News from the network, for one login. */
export type RemoteEvent =
  | {
      readonly type: 'message';
      readonly chat: ChatId;
      readonly sender: RemoteUserId;
      readonly senderName: string;
      readonly id: RemoteMessageId;
      readonly at: Date;
      readonly content: Content;
    }
  /**
   * Who is in a chat of several now, with all who ever were. Comes before all else from that chat; makes no room by itself.
   * `continues`: what is said in this chat from now on was said in that one until now.
   */
  | {
      readonly type: 'participants';
      readonly chat: ChatId;
      readonly id: RemoteMessageId;
      readonly at: Date;
      readonly participants: readonly Participant[];
      readonly continues?: ChatId;
    }
  | { readonly type: 'typing'; readonly chat: ChatId; readonly sender: RemoteUserId; readonly forMs: number }
  /** The whole list, replacing what was known; sent once after each sign-in. */
  | { readonly type: 'roster'; readonly contacts: readonly Contact[] }
  /** One contact as it is now. */
  | { readonly type: 'contact'; readonly contact: Contact }
  /** Somebody has put the user on their list and waits to be let in. The network may say so again at every sign-in. */
  | {
      readonly type: 'contact-request';
      readonly user: RemoteUserId;
      readonly address: string;
      readonly name: string;
      readonly id: RemoteMessageId;
      readonly at: Date;
    }
  /** Who asks to be let in, or how they stand, is not what it was (`NetworkClient.requestStanding`). */
  | { readonly type: 'requests-changed' }
  /** A sentence from the service itself, for the management room. */
  | { readonly type: 'notice'; readonly id: RemoteMessageId; readonly at: Date; readonly text: string };

export type RemoteMessage = Extract<RemoteEvent, { type: 'message' }>;
export type ContactRequest = Extract<RemoteEvent, { type: 'contact-request' }>;
export type Notice = Extract<RemoteEvent, { type: 'notice' }>;
export type Participants = Extract<RemoteEvent, { type: 'participants' }>;
/** News that must not be lost. */
export type JournaledEvent = RemoteMessage | Participants | ContactRequest | Notice;

export type Membership = 'invite' | 'join' | 'leave' | 'ban' | 'knock';

/** A Matrix event that the bridge must not lose. `at`: the homeserver's time of it. */
export type MatrixEvent =
  | {
      readonly type: 'message';
      readonly room: RoomId;
      readonly sender: MatrixUserId;
      readonly id: EventId;
      readonly at: Date;
      readonly content: Content;
      readonly replyTo?: EventId;
      /** Said as bots speak, whom no bot answers. */
      readonly notice?: boolean;
    }
  /** A message of a kind that the bridge does not carry: `what` names it for people ("a picture", "a reaction"). */
  | {
      readonly type: 'unsupported';
      readonly room: RoomId;
      readonly sender: MatrixUserId;
      readonly id: EventId;
      readonly at: Date;
      readonly what: string;
    }
  /** `key`: the emoji, without variation selectors. */
  | {
      readonly type: 'reaction';
      readonly room: RoomId;
      readonly sender: MatrixUserId;
      readonly id: EventId;
      readonly at: Date;
      readonly to: EventId;
      readonly key: string;
    }
  /** `of` was deleted. */
  | {
      readonly type: 'redaction';
      readonly room: RoomId;
      readonly sender: MatrixUserId;
      readonly id: EventId;
      readonly at: Date;
      readonly of: EventId;
    }
  | {
      readonly type: 'encrypted';
      readonly room: RoomId;
      readonly sender: MatrixUserId;
      readonly id: EventId;
      readonly at: Date;
    }
  /** The room was closed, perhaps in favour of another. */
  | {
      readonly type: 'tombstone';
      readonly room: RoomId;
      readonly sender: MatrixUserId;
      readonly id: EventId;
      readonly at: Date;
    }
  | {
      readonly type: 'member';
      readonly room: RoomId;
      readonly sender: MatrixUserId;
      readonly id: EventId;
      readonly at: Date;
      readonly target: MatrixUserId;
      readonly membership: Membership;
      readonly isDirect: boolean;
    };

/** What somebody did in the talk of a room. */
export type Talk = Exclude<MatrixEvent, { type: 'member' | 'tombstone' }>;

export function isTalk(event: MatrixEvent): event is Talk {
  return event.type !== 'member' && event.type !== 'tombstone';
}

export type MatrixMessage = Extract<MatrixEvent, { type: 'message' }>;

/** News of the moment: never stored, the last one wins. `users`: all who are typing in the room now. */
export type MatrixEphemeral =
  | { readonly type: 'typing'; readonly room: RoomId; readonly users: readonly MatrixUserId[] }
  /** `message`: their status message; empty if they have none. */
  | {
      readonly type: 'presence';
      readonly user: MatrixUserId;
      readonly availability: Availability;
      readonly message: string;
    }
  /** Somebody has another name, in one of the rooms at least. */
  | { readonly type: 'renamed'; readonly user: MatrixUserId };

/**
 * Where a login stands. Only the first four lead to another attempt by itself:
 * - `connecting`, `connected`
 * - `disconnected`: the connection was lost, or the server asked us to come back
 * - `server-down`: the server could not be reached or is too busy
 * - `bad-credentials`: the server refused the address or the password
 * - `signed-in-elsewhere`: another client took the account over
 * - `refused`: for another reason that trying again does not cure: the server does not want this account or this bridge,
 *   or the login is no longer this process's
 * - `logged-out`: the user asked for it
 */
export type LoginStateKind =
  | 'connecting'
  | 'connected'
  | 'disconnected'
  | 'server-down'
  | 'bad-credentials'
  | 'signed-in-elsewhere'
  | 'refused'
  | 'logged-out';

export interface LoginState {
  readonly kind: LoginStateKind;
  /** For a person to read; empty while all is well. */
  readonly sentence: string;
  readonly at: Date;
}
