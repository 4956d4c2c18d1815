// A chat that stands both in Matrix and on the network: its room, who is in it, and what comes from the network.
// Knows rooms and ghosts; not how either side works.

import { BridgeError } from './errors.ts';
import type { Content, Membership, Participants, RemoteMessage, Talk } from './events.ts';
import type { Ghosts } from './ghosts.ts';
import { portalText, type EventId, type MatrixUserId, type RemoteUserId, type RoomId } from './ids.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { BridgeInfo, Matrix } from './matrix.ts';
import { inside, movements, namesOf } from './participants.ts';
import type { Outcome } from './runner.ts';
import { say } from './say.ts';
import type { JournalRow, PortalRecord, PortalStore } from './store.ts';
import { txnId } from './txn-ids.ts';
import { UserTalk, type UserTalkParts } from './user-talk.ts';

export interface PortalParts extends Omit<UserTalkParts, 'matrix' | 'leaveRoom'> {
  readonly matrix: Matrix;
  readonly portals: PortalStore;
  readonly ghosts: Ghosts;
  /** Says something to a user where they give commands; `about` makes it the same message at every attempt. */
  readonly notify: (user: MatrixUserId, content: Content, about: string) => Promise<void>;
  /** The portal's room has changed. */
  readonly onRoom: (portal: Portal) => void;
  /** That is written down. */
  readonly onKept: (portal: Portal) => void;
}

export class Portal {
  #login: Login;
  readonly #parts: PortalParts;
  readonly #log: Log;
  readonly #talk: UserTalk;
  #record: PortalRecord;
  /** Whether the user is known to be in the room, or invited; false: to be looked up before the next message. */
  #userIsThere = false;
  #making: Promise<RoomId> | undefined;
  /** The record has not been written yet. */
  #unkept = false;
  #typing = false;

  constructor(record: PortalRecord, login: Login, parts: PortalParts) {
    this.#record = record;
    this.#login = login;
    this.#parts = parts;
    this.#log = parts.log.child({ login: record.login, room: record.room });
    this.#talk = new UserTalk({ ...parts, log: this.#log, leaveRoom: async () => this.#moveTo(undefined) }, () => ({
      login: this.login,
      record: this.#record,
      people: this.people,
      listeners: this.ghosts,
    }));
  }

  get login(): Login {
    return this.#login;
  }

  /** The user has signed in anew: from now on this one is asked. */
  serve(login: Login): void {
    this.#login = login;
  }

  get record(): PortalRecord {
    return this.#record;
  }

  /** Who is in the chat besides the user. */
  get people(): readonly { readonly user: RemoteUserId; readonly name: string }[] {
    const { user, name, participants } = this.#record;
    if (participants) return inside(participants);
    return user === undefined ? [] : [{ user, name }];
  }

  /** The ghosts of those who are in it. */
  get ghosts(): readonly MatrixUserId[] {
    return this.people.map(({ user }) => this.#parts.matrix.ghostId({ network: this.login.network.id, user }));
  }

  /** What clients show of where the chat leads. */
  get info(): BridgeInfo {
    const { login } = this;
    const { chat, name, kind } = this.#record;
    return {
      network: { id: login.network.id, name: login.network.name },
      server: { id: login.serverName.toLowerCase(), name: login.serverName },
      channel: { id: chat, name, receiver: login.address },
      kind,
    };
  }

  get room(): RoomId | undefined {
    return this.#record.room;
  }

  /** The room, made if there is none, with the user in it or invited. Safe to call from anywhere. */
  async ensureRoom(): Promise<RoomId> {
    this.#making ??= this.#ensureRoom().finally(() => (this.#making = undefined));
    return this.#making;
  }

  /** From now on the chat is in this room, which was not made by us, or in none until one is needed. */
  async settle(room: RoomId | undefined): Promise<void> {
    this.#userIsThere = false;
    this.#talk.beginAnew();
    await this.#moveTo(room);
  }

  /** A chat with one person is called as the user calls them, and by itself if they have no name for them. */
  async nameAnew(): Promise<void> {
    await this.#making?.catch(() => undefined); // a room that is being made may have been made with the former name
    const { kind, room } = this.#record;
    if (kind !== 'dm' || room === undefined) return;
    try {
      await this.#parts.matrix.nameRoom(room, this.#ownName);
    } catch (error) {
      // the next room has its name from the beginning
      if (!(error instanceof BridgeError) || error.code !== 'room-gone') throw error;
      this.#log.info({ room, err: error }, 'a room that is gone was not named');
    }
  }

  /** Somebody's membership changed in our room. */
  noteMember(target: MatrixUserId, membership: Membership): void {
    if (target === this.login.matrixUser) this.#userIsThere = membership === 'join' || membership === 'invite';
    if (target === this.#parts.matrix.bot && (membership === 'leave' || membership === 'ban'))
      this.#userIsThere = false;
  }

  async carryFromNetwork(message: RemoteMessage): Promise<Outcome> {
    const name = this.login.nameFor({ id: message.sender, name: message.senderName });
    return this.#toMatrixOr(`A message from ${name} could not be shown`, message, async () => this.#toMatrix(message));
  }

  /** Others have come or gone: of a chat of several. That makes no room. */
  async carryParticipants(event: Participants): Promise<Outcome> {
    const name = namesOf(event.participants);
    return this.#toMatrixOr(`Who is in your conversation with ${name} could not be shown`, event, async () => {
      await this.#making?.catch(() => undefined); // with those who were there before
      if (this.room !== undefined) await this.#movePeople(this.room, event, name);
      this.#record = { ...this.#record, participants: event.participants, name };
      await this.#keep();
      return { type: 'done' };
    });
  }

  async #toMatrixOr(
    failure: string,
    { id }: Participants | RemoteMessage,
    carry: () => Promise<Outcome>,
  ): Promise<Outcome> {
    try {
      return await carry();
    } catch (error) {
      if (!(error instanceof BridgeError) || error.code === 'database' || error.retriable) throw error;
      this.#log.error({ err: error, remote: id }, 'news could not be carried to Matrix');
      await this.#parts.notify(this.login.matrixUser, say(`${failure}: ${error.message}`), id);
      return { type: 'failed', error: error.code };
    }
  }

  /** A contact types; `forMs` 0: no longer. Needs no room and makes none. */
  async showTyping(ghost: MatrixUserId, forMs: number): Promise<void> {
    if (this.#record.room) await this.#parts.matrix.typing(this.#record.room, ghost, forMs);
  }

  /** Who types in our room now, as the homeserver says. */
  noteTyping(users: readonly MatrixUserId[]): void {
    const typing = users.includes(this.login.matrixUser);
    if (typing === this.#typing) return;
    this.#typing = typing;
    this.login.client.typing(this.#record.chat, typing);
  }

  async carryFromMatrix(row: JournalRow, event: Talk): Promise<Outcome> {
    return this.#talk.carry(row, event);
  }

  /** May be repeated. A room that is gone is made again when somebody speaks. */
  async #movePeople(room: RoomId, { participants }: Participants, name: string): Promise<void> {
    const { matrix, ghosts } = this.#parts;
    const { network } = this.login;
    const { coming, going } = movements(this.#record.participants ?? [], participants);
    try {
      for (const one of coming) await matrix.join(room, await ghosts.ensure(network, one.user, one.name));
      for (const { user, standing } of going) {
        const reason = standing === 'away' ? 'not there just now' : 'left the conversation';
        await matrix.leave(room, matrix.ghostId({ network: network.id, user }), reason);
      }
      if (name === this.#record.name) return;
      await matrix.nameRoom(room, name);
      await matrix.describePortal(room, { ...this.info, channel: { ...this.info.channel, name } });
    } catch (error) {
      if (!(error instanceof BridgeError) || error.code !== 'room-gone') throw error;
      if (this.#record.room === room) await this.settle(undefined);
    }
  }

  /** A room that was closed in favour of another takes nothing more: what comes waits until the other one is followed. */
  async #whyRefused(room: RoomId, error: BridgeError): Promise<BridgeError> {
    const next = await this.#parts.matrix.successor(room);
    if (next?.room === undefined) return error;
    const sentence = 'The room was replaced by another, in which I am not yet.';
    return new BridgeError('homeserver-fault', sentence, { cause: error, retriable: true });
  }

  /** What the room is called besides what clients make of its members. */
  get #ownName(): string | undefined {
    const { kind, user, name } = this.#record;
    return kind === 'group' ? name : user && this.login.names.of(user);
  }

  async #ensureRoom(): Promise<RoomId> {
    if (this.#unkept) await this.#keep();
    const room = this.#record.room;
    if (room && (this.#userIsThere || (await this.#bringBack(room)))) return room;
    return this.#makeRoom();
  }

  /** Invites the user if need be; false: this room will not do any more. */
  async #bringBack(room: RoomId): Promise<boolean> {
    const { matrix } = this.#parts;
    const user = this.login.matrixUser;
    this.#userIsThere = true; // unless we hear otherwise while we ask
    try {
      const standing = await matrix.standing(room, user);
      if (standing === 'out') await matrix.invite(room, user, { isDirect: this.#record.kind === 'dm' });
      if (standing === 'gone' || standing === 'banned') this.#userIsThere = false;
      return standing !== 'gone' && standing !== 'banned';
    } catch (error) {
      this.#userIsThere = false;
      throw error;
    }
  }

  async #makeRoom(): Promise<RoomId> {
    const { matrix, ghosts } = this.#parts;
    const { login } = this;
    const record = this.#record;
    const members: MatrixUserId[] = [];
    for (const { user, name } of this.people) members.push(await ghosts.ensure(login.network, user, name));
    const key = `portal ${portalText(record)} ${record.rooms}`;
    const room = await matrix.createPortalRoom({
      key,
      isDirect: record.kind === 'dm',
      user: login.matrixUser,
      ghosts: members,
      ...(this.#ownName !== undefined && { name: this.#ownName }),
      info: this.info,
    });
    this.#log.info({ room }, 'portal room made');
    this.#userIsThere = true;
    this.#talk.beginAnew();
    await this.#moveTo(room);
    void matrix.kept(key);
    return room;
  }

  /** The room counts at once: what is said there must be heard even if the database is away. */
  async #moveTo(room: RoomId | undefined): Promise<void> {
    const rooms = this.#record.rooms + (room === undefined ? 0 : 1);
    this.#record = { ...this.#record, room, rooms };
    this.#unkept = true;
    this.#parts.onRoom(this);
    await this.#keep();
  }

  async #keep(): Promise<void> {
    await this.#parts.portals.put(this.#record);
    this.#unkept = false;
    this.#parts.onKept(this);
  }

  async #toMatrix(message: RemoteMessage): Promise<Outcome> {
    const { matrix, ghosts } = this.#parts;
    const ghost = await ghosts.ensure(this.login.network, message.sender, message.senderName);
    const send = async (room: RoomId): Promise<EventId> => {
      await matrix
        .typing(room, ghost, 0)
        .catch((error: unknown) => this.#log.debug({ err: error }, 'typing not cleared'));
      return matrix.send(room, ghost, message.content, { txnId: txnId('r', message.id), at: message.at });
    };
    const room = await this.ensureRoom();
    const event = await send(room).catch(async (error: unknown) => {
      if (!(error instanceof BridgeError)) throw error;
      if (error.code !== 'room-gone') throw error.retriable ? error : await this.#whyRefused(room, error);
      this.#log.warn({ err: error }, 'portal room is gone, making another');
      // unless somebody else has noticed meanwhile
      if (this.#record.room === room) this.#record = { ...this.#record, room: undefined };
      return send(await this.ensureRoom());
    });
    this.#log.info({ event, remote: message.id }, 'message carried to Matrix');
    return { type: 'carried', portal: this.#record, pairs: [{ event, remote: message.id, part: 0 }] };
  }
}
