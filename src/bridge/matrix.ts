// What the core needs from the Matrix side. Implemented in src/matrix, the only floor that knows HTML and HTTP.

import type { Availability, Content, MatrixEphemeral, MatrixEvent, MatrixMessage, Presence, Talk } from './events.ts';
import type { EventId, MatrixUserId, NetworkId, RemoteUserId, RoomId } from './ids.ts';
import type { ProvisioningRequest, ProvisioningResult } from './provisioning-types.ts';

/** Who sends: one of our ghosts, or the bot. */
export type Sender = MatrixUserId;

export interface Ghost {
  readonly network: NetworkId;
  readonly user: RemoteUserId;
}

/** A bridge to one room's other side, for the clients that show it (MSC2346). */
export interface BridgeInfo {
  readonly network: { readonly id: NetworkId; readonly name: string };
  readonly server: { readonly id: string; readonly name: string };
  readonly channel: { readonly id: string; readonly name: string; readonly receiver: string };
  readonly kind: 'dm' | 'group';
}

export interface PortalRoomSpec {
  /** The same at every attempt to make this room, and never that of another: until it is kept, the room is found by it. */
  readonly key: string;
  readonly isDirect: boolean;
  /** Invited at creation. */
  readonly user: MatrixUserId;
  /** Ghosts that are joined before the call returns. */
  readonly ghosts: readonly MatrixUserId[];
  readonly name?: string;
  readonly info: BridgeInfo;
}

/** A room in which the bot shows something and nobody talks: a space, or a board. */
export interface FurnitureSpec {
  /** As of a portal's room. */
  readonly key: string;
  readonly kind: 'space' | 'board';
  /** Invited at creation. */
  readonly user: MatrixUserId;
  readonly name: string;
}

/** `main`: the space that the room belongs to first; `also`: one of several; `none`: not any more. */
export type SpaceLink = 'main' | 'also' | 'none';

/** What a closed room leads to. */
export interface Successor {
  /** Undefined: nowhere. */
  readonly room: RoomId | undefined;
  /** Who closed it. */
  readonly by: MatrixUserId;
}

/** The truth about a user's message, in a form that clients can show (com.beeper.message_send_status). */
export type MessageStatus =
  | { readonly type: 'success'; readonly deliveredTo?: readonly MatrixUserId[] }
  | { readonly type: 'pending'; readonly sentence: string }
  | {
      readonly type: 'failed';
      readonly retriable: boolean;
      readonly reason: StatusReason;
      readonly sentence: string;
    };

export type StatusReason =
  'not-handled' | 'too-old' | 'network' | 'no-permission' | 'bridge' | 'unsupported' | 'undecryptable';

export interface SendOptions {
  /** Unique over the whole bridge; the same for every attempt at the same message. */
  readonly txnId: string;
  readonly at?: Date;
  /** A notice never notifies, and bots do not answer it. */
  readonly notice?: boolean;
  readonly replyTo?: EventId;
  readonly mention?: MatrixUserId;
}

/** What was said, as far as an answer to it repeats it. */
export interface Quote {
  readonly sender: MatrixUserId;
  /** Its first line, cut short. */
  readonly line: string;
}

export type RoomStanding =
  | 'joined'
  | 'invited'
  /** Left, or never was in it, or kicked. */
  | 'out'
  /** Banned: cannot be invited. */
  | 'banned'
  /** The room is not there any more, or the bot is no longer in it. */
  | 'gone';

/** Who else may read a room. */
export interface RoomPrivacy {
  readonly encrypted: boolean;
  /** Anybody may come in, without being invited. */
  readonly open: boolean;
}

/** How a person shows themselves. `message`: their status message, or empty. */
export interface PersonPresence {
  readonly availability: Availability;
  readonly message: string;
}

/** All calls throw `BridgeError`: `homeserver` (retriable or not), `room-gone`, `user-left`. All may be repeated safely. */
export interface Recent {
  /** The oldest first. */
  readonly said: readonly Talk[];
  /** There is more than is ever looked through: this is only the newest of it. */
  readonly isCutOff: boolean;
}

export interface Matrix {
  readonly bot: MatrixUserId;

  /** The id of a ghost; pure and injective. */
  ghostId(ghost: Ghost): MatrixUserId;
  /** The reverse; undefined if the user is no ghost of ours, or its id was shortened. */
  ghostOf(user: MatrixUserId): Ghost | undefined;
  isGhost(user: MatrixUserId): boolean;

  /** Registers the ghost if need be and gives it this name if it has another. */
  ensureGhost(ghost: MatrixUserId, name: string): Promise<void>;
  /** One request, for a ghost that exists. */
  renameGhost(ghost: MatrixUserId, name: string): Promise<void>;
  /** Runs out by itself after about half a minute, unless shown again. The ghost must exist. */
  showPresence(ghost: MatrixUserId, presence: Presence): Promise<void>;
  /** Stands in the ghost's profile until something else is shown. The ghost must exist. */
  showStatus(ghost: MatrixUserId, presence: Presence): Promise<void>;

  /** How somebody is there who is not ours; undefined: the homeserver does not know, or does not tell. */
  presenceOf(user: MatrixUserId): Promise<PersonPresence | undefined>;
  /** What somebody calls themselves, rooms aside; undefined: nothing. */
  displayNameOf(user: MatrixUserId): Promise<string | undefined>;

  createPortalRoom(spec: PortalRoomSpec): Promise<RoomId>;
  /** A direct room of the bot with a user, for commands. */
  createManagementRoom(key: string, user: MatrixUserId): Promise<RoomId>;
  createFurniture(spec: FurnitureSpec): Promise<RoomId>;
  /** Whether the room is one that is being made: its key is not written down yet, as far as the homeserver knows. */
  isBeingMade(room: RoomId): Promise<boolean>;
  /** The room of this key is written down: it need not be found again. Best effort, and never throws. */
  kept(key: string): Promise<void>;
  /** Tells clients what a room that was not made as a portal is bridged to. */
  describePortal(room: RoomId, info: BridgeInfo): Promise<void>;

  /** @param name undefined: it has none of its own any more. */
  nameRoom(room: RoomId, name: string | undefined): Promise<void>;

  /** The rooms that a space shows. */
  spaceChildren(space: RoomId): Promise<readonly RoomId[]>;
  /** Shows a room in a space, or no longer, and has it say so itself, if the bot may. */
  setSpaceChild(space: RoomId, room: RoomId, link: SpaceLink): Promise<void>;

  /** In messages that each hold it all, in order; nothing is lost. Pure. */
  pieces(content: Content): readonly Content[];

  send(room: RoomId, sender: Sender, content: Content, options: SendOptions): Promise<EventId>;
  /** Puts other words in the place of those that the bot sent as this event. */
  edit(room: RoomId, event: EventId, content: Content, txnId: string): Promise<void>;
  /** Undefined: it is not there (any more), or has no words. */
  quote(room: RoomId, event: EventId): Promise<Quote | undefined>;
  /** A message that somebody has sent; undefined if it is none, or none that can be carried, or is gone. */
  read(room: RoomId, event: EventId): Promise<MatrixMessage | undefined>;
  /** What was said in a room since then, as it would have been pushed. */
  recent(room: RoomId, since: Date): Promise<Recent>;
  /** Makes it the only pinned event of the room. */
  pin(room: RoomId, event: EventId): Promise<void>;
  sendStatus(room: RoomId, event: EventId, network: NetworkId, status: MessageStatus, txnId: string): Promise<void>;
  /** A read receipt by the bot. */
  markRead(room: RoomId, event: EventId): Promise<void>;
  typing(room: RoomId, ghost: MatrixUserId, forMs: number): Promise<void>;
  redact(room: RoomId, event: EventId, reason: string, txnId: string): Promise<void>;
  /** The bot reacts, so that a person need only tap. */
  react(room: RoomId, event: EventId, key: string, txnId: string): Promise<void>;

  standing(room: RoomId, user: MatrixUserId): Promise<RoomStanding>;
  privacy(room: RoomId): Promise<RoomPrivacy>;
  invite(room: RoomId, user: MatrixUserId, options?: { readonly isDirect?: boolean }): Promise<void>;
  /** `through`: somebody who is in the room: ours may be a server that is not. */
  join(room: RoomId, sender: Sender, through?: MatrixUserId): Promise<void>;
  /** Leaves, or turns an invitation down. */
  leave(room: RoomId, sender: Sender, reason?: string): Promise<void>;
  /** Our ghosts and the bot leave; before that, the bot removes these people, as far as it may. */
  abandon(room: RoomId, remove?: readonly MatrixUserId[]): Promise<void>;
  /** The room that this one says it replaces. `as`: who looks, and is in it; by default the bot. */
  predecessor(room: RoomId, as?: Sender): Promise<RoomId | undefined>;
  /** Where a room leads that was closed by somebody who could; undefined if it was not. */
  successor(room: RoomId): Promise<Successor | undefined>;
  /** How many people are joined, without our ghosts and the bot. */
  joinedPeople(room: RoomId): Promise<readonly MatrixUserId[]>;
}

/** Where news from the homeserver goes. */
export interface MatrixSink {
  /**
   * What the homeserver pushes in one go. Resolves once it is committed; only then is it answered with 200.
   * A rejection is answered with 503 and the homeserver sends it again. `events` may be empty.
   */
  transaction(events: readonly MatrixEvent[]): Promise<void>;
  ephemeral(event: MatrixEphemeral): void;
  /** A program asks for something on behalf of a user, and may. Throws `BridgeError`; its sentence is the answer. */
  provision(user: MatrixUserId, request: ProvisioningRequest): Promise<ProvisioningResult>;
}
