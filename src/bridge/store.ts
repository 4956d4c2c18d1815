// What the core needs from the database. Implemented in src/store, the only floor with SQL.

import type { BridgeError } from './errors.ts';
import type { Contact, Content, JournaledEvent, LoginState, MatrixEvent, Participant } from './events.ts';
import type {
  EventId,
  LoginId,
  MatrixUserId,
  NetworkId,
  PortalKey,
  RemoteMessageId,
  RemoteUserId,
  RoomId,
  ServerKey,
} from './ids.ts';
import type { LoginSeed, SessionMemory } from './network.ts';
import type { OwnWishes } from './own-profile.ts';
import type { Telling } from './telling.ts';

/** Every call throws `BridgeError('database')`, retriable when the database is away. */
export interface Store {
  readonly sessions: SessionStore;
  readonly portals: PortalStore;
  readonly rooms: RoomStore;
  readonly requests: RequestStore;
  readonly spaces: SpaceStore;
  readonly boards: BoardStore;
  readonly choices: ChoiceStore;
  readonly retries: RetryStore;
  readonly outages: OutageStore;
  readonly journal: Journal;
  close(): Promise<void>;
}

/** A login as it is kept. `token`: the fencing number of our ownership; every write to the session carries it. */
export interface SessionRecord extends LoginSeed {
  readonly id: LoginId;
  readonly network: NetworkId;
  readonly matrixUser: MatrixUserId;
  readonly wanted: OwnWishes & { readonly on: boolean };
  readonly state: LoginState;
  /** Undefined until it has signed in once. */
  readonly connectedAt: Date | undefined;
  readonly epoch: number;
  readonly memory: SessionMemory | undefined;
  readonly token: number;
}

export type Lease = Pick<SessionRecord, 'id' | 'token'>;

export interface SessionStore {
  /** Takes every session for this process, raising each token, and returns them all. Called once, at start. */
  claimAll(): Promise<readonly SessionRecord[]>;
  /**
   * Keeps a new login, owned by us, wanted on. Throws `BridgeError('account-taken')` if another Matrix user has this
   * account; one who never signed in with it, and was refused, is replaced. The same user's login gets the new password,
   * and the address as it is spelled now, and keeps the rest.
   */
  put(network: NetworkId, user: MatrixUserId, seed: LoginSeed): Promise<SessionRecord>;
  setWanted(lease: Lease, wanted: SessionRecord['wanted']): Promise<void>;
  recordState(lease: Lease, state: LoginState): Promise<void>;
  remember(lease: Lease, memory: SessionMemory): Promise<void>;
  /** A number greater than any before, for the next connection. */
  nextEpoch(lease: Lease): Promise<number>;
  /** Forgets the login with its contacts and portals; one that is gone is forgotten. The rooms stay. */
  remove(lease: Lease): Promise<void>;

  /** Replaces the cached contact list. */
  saveRoster(lease: Lease, contacts: readonly Contact[], at: Date): Promise<void>;
  saveContact(lease: Lease, contact: Contact): Promise<void>;
  /** The cached list and the time of the last whole one; presences are those last seen. */
  roster(login: LoginId): Promise<{ readonly contacts: readonly Contact[]; readonly at: Date | undefined }>;
}

export interface PortalRecord extends PortalKey {
  readonly kind: 'dm' | 'group';
  /** The other person of a DM. */
  readonly user: RemoteUserId | undefined;
  readonly name: string;
  readonly room: RoomId | undefined;
  /** How many rooms it has had. */
  readonly rooms: number;
  /** Of a group: everybody who ever was in it. */
  readonly participants?: readonly Participant[];
}

export interface PortalStore {
  find(key: PortalKey): Promise<PortalRecord | undefined>;
  findByRoom(room: RoomId): Promise<PortalRecord | undefined>;
  /** Makes or replaces the portal's record. A room serves one portal only. */
  put(portal: PortalRecord): Promise<void>;
  ofLogin(login: LoginId): Promise<readonly PortalRecord[]>;
}

/** Rooms and ghosts as the core remembers them. */
export interface RoomStore {
  managementRoom(user: MatrixUserId): Promise<RoomId | undefined>;
  managementUser(room: RoomId): Promise<MatrixUserId | undefined>;
  /** A user has one room, and a room one user: the last ones. */
  setManagementRoom(user: MatrixUserId, room: RoomId): Promise<void>;
  /** The management rooms in which a dialogue is open: what is said there may be a secret. */
  asking(): Promise<readonly RoomId[]>;
  setAsking(room: RoomId, asking: boolean): Promise<void>;
  /** The name that a ghost was last given; undefined if it was never made. */
  ghostName(ghost: MatrixUserId): Promise<string | undefined>;
  setGhost(ghost: MatrixUserId, network: NetworkId, user: RemoteUserId, name: string): Promise<void>;
}

/** `open`: the user is asked; `withdrawn`: the network knows of it no more, and an answer counts all the same. */
export type RequestState = 'open' | 'withdrawn' | 'answered';

/** Somebody who asked to be let in. `event`: where the user was asked. */
export interface RequestRecord {
  readonly login: LoginId;
  readonly user: RemoteUserId;
  readonly address: string;
  readonly name: string;
  readonly event: EventId;
  readonly state: RequestState;
}

export interface RequestStore {
  /** Keeps it, in the place of an older one of the same person. */
  put(request: RequestRecord): Promise<void>;
  find(login: LoginId, user: RemoteUserId): Promise<RequestRecord | undefined>;
  findByEvent(event: EventId): Promise<RequestRecord | undefined>;
  ofLogin(login: LoginId): Promise<readonly RequestRecord[]>;
  /** What was answered stays so. */
  setState(login: LoginId, user: RemoteUserId, state: RequestState): Promise<void>;
}

/** A login's space, or the one for a group of its contacts. */
export interface SpaceRecord {
  readonly login: LoginId;
  readonly group: string | undefined;
  readonly room: RoomId;
}

export interface SpaceStore {
  ofLogin(login: LoginId): Promise<readonly SpaceRecord[]>;
  /** Keeps it, in the place of an older one of the same login and group. */
  put(space: SpaceRecord): Promise<void>;
  remove(login: LoginId, group: string | undefined): Promise<void>;
}

/** Where a login shows who is there. `shown`: a digest of what stands there now. */
export interface BoardRecord {
  readonly login: LoginId;
  readonly room: RoomId;
  /** The message that is edited; undefined until it is there. */
  readonly event?: EventId;
  readonly shown?: string;
}

export interface BoardStore {
  find(login: LoginId): Promise<BoardRecord | undefined>;
  put(board: BoardRecord): Promise<void>;
  remove(login: LoginId): Promise<void>;
}

/** What a user may switch on for a login; all of it is off at first. */
export interface Choices {
  readonly board: boolean;
  readonly groupSpaces: boolean;
}

export interface ChoiceStore {
  of(login: LoginId): Promise<Choices>;
  put(login: LoginId, choices: Choices): Promise<void>;
  /** The names of the network's own choices that are switched on. */
  switchedOn(login: LoginId): Promise<ReadonlySet<string>>;
  switch(login: LoginId, choice: string, on: boolean): Promise<void>;
  /** Contacts whose coming the user wants to be told. */
  watched(login: LoginId): Promise<readonly RemoteUserId[]>;
  watch(login: LoginId, user: RemoteUserId, on: boolean): Promise<void>;
  /** What the user calls people. */
  privateNames(login: LoginId): Promise<ReadonlyMap<RemoteUserId, string>>;
  /** @param name undefined: none any more. */
  setPrivateName(login: LoginId, user: RemoteUserId, name: string | undefined): Promise<void>;
}

/** A message that was not carried, or of which nobody knows: a tap on `notice` sends it again, from this piece on. */
export interface RetryOffer {
  readonly notice: EventId;
  readonly login: LoginId;
  readonly room: RoomId;
  readonly event: EventId;
  readonly from: number;
}

export interface RetryStore {
  /** One that is there already stays as it is. */
  put(offer: RetryOffer): Promise<void>;
  find(notice: EventId): Promise<RetryOffer | undefined>;
  remove(notice: EventId): Promise<void>;
}

/** A server of which a user's accounts were, or are, without a connection. */
export interface OutageKey {
  readonly user: MatrixUserId;
  readonly network: NetworkId;
  readonly server: ServerKey;
}

/** An outage that lasts, as its user is told of it. `accounts`: all that were part of it. */
export interface OutageRecord extends OutageKey {
  readonly since: Date;
  readonly accounts: readonly { readonly login: LoginId; readonly address: string }[];
  /** Where it is told; undefined until it is. */
  readonly notice?: { readonly room: RoomId; readonly event: EventId };
}

export interface OutageStore {
  all(): Promise<readonly OutageRecord[]>;
  /** Keeps it, in the place of an older one of the same key. */
  put(outage: OutageRecord): Promise<void>;
  remove(key: OutageKey): Promise<void>;
}

/** What a journal row holds; versioned by the store. */
export type JournalBody =
  | { readonly source: 'matrix'; readonly event: MatrixEvent }
  | { readonly source: 'remote'; readonly login: LoginId; readonly event: JournaledEvent };

export type NewRow = JournalBody & {
  /** Rows of one lane are carried one after the other, in the order of their commit. */
  readonly lane: string;
  /** The row's text is a secret: kept sealed while it waits. */
  readonly secret?: boolean;
};

export type JournalRow = NewRow & {
  readonly seq: number;
  readonly receivedAt: Date;
  readonly pieces: readonly PieceRow[];
};

/** One piece of a message on its way to a network. */
export interface PieceRow {
  readonly part: number;
  readonly content: Content;
  /** `intent`: its bytes may have gone out. */
  readonly state: 'ready' | 'intent' | 'accepted' | 'failed' | 'uncertain';
  /** The connection epoch in which the intent was recorded. */
  readonly epoch: number;
}

/** A row at the head of its lane. */
export type OpenRow =
  | { readonly type: 'waiting'; readonly row: JournalRow }
  /** Its outcome stands, and has yet to be told. */
  | { readonly type: 'ended'; readonly seq: number; readonly telling: Telling }
  /** What is kept of it cannot be read: sealed with a key that is lost, or written by another program. */
  | { readonly type: 'unreadable'; readonly seq: number; readonly error: BridgeError };

/** Somebody has deleted an event. */
export interface Deletion {
  readonly of: EventId;
  readonly by: MatrixUserId;
}

/** What waits in the journal. */
export interface Backlog {
  readonly rows: number;
  /** When the oldest came; undefined: there is none. */
  readonly oldest: Date | undefined;
}

/** How a row ended, and what is to be told of it then. */
export type Finish = { readonly telling?: Telling } & (
  | { readonly type: 'done' }
  /** Carried: which event and which remote message (or message sent by us, undefined) belong together. */
  | {
      readonly type: 'carried';
      readonly portal: PortalKey;
      readonly pairs: readonly { readonly event: EventId; readonly remote?: RemoteMessageId; readonly part: number }[];
    }
  | { readonly type: 'failed'; readonly error: string }
);

export interface Journal {
  /**
   * Commits what the homeserver pushed, in order. An event that was ever recorded is skipped.
   * Resolves to the lanes in which these rows lie, once they are durable.
   */
  accept(rows: readonly NewRow[]): Promise<readonly string[]>;
  /** Those of these events that were never recorded. */
  missing(events: readonly EventId[]): Promise<readonly EventId[]>;
  /** Commits one row from a network; a remote id already recorded is skipped. Calls keep their order. */
  append(row: NewRow): Promise<void>;
  /** All lanes with open rows, oldest first. */
  lanes(): Promise<readonly string[]>;
  /** Deletions whose turn has not come. */
  deletions(): Promise<readonly Deletion[]>;
  /** The oldest open row of a lane. */
  next(lane: string): Promise<OpenRow | undefined>;
  /** Records that the bytes of a piece are about to go out; at the first piece keeps the whole plan. */
  intend(seq: number, pieces: readonly Content[], part: number, epoch: number): Promise<void>;
  settlePiece(seq: number, part: number, state: 'accepted' | 'failed' | 'uncertain'): Promise<void>;
  /** Writes a row's outcome, once; its body is wiped. A row of which something is to be told stays open until that is done. */
  finish(seq: number, finish: Finish): Promise<void>;
  /** All that is not finished. */
  backlog(): Promise<Backlog>;
  /** Whether this event stands on both sides of a chat; that is known for a month. */
  wasCarried(portal: PortalKey, event: EventId): Promise<boolean>;
  /** All is told of it. */
  told(seq: number): Promise<void>;
}
