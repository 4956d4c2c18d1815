// Acts as the bot or as one of our ghosts, with transaction ids of ours, and brings a ghost into the room it is to speak in.
// Knows rooms and senders; not what is said.

import type { Bridge } from 'matrix-appservice-bridge';
import { BridgeError } from '../bridge/errors.ts';
import type { EventId, MatrixUserId, RoomId } from '../bridge/ids.ts';
import type { RoomStanding, Sender } from '../bridge/matrix.ts';
import type { Secret } from '../bridge/secret.ts';
import { asEventId, isObject } from './checks.ts';
import { Refused, isForbidden, isNotFound, refusalOf, roomGone, toBridgeError, userLeft } from './errors.ts';
import type { HomeserverHttp } from './http.ts';
import type { Memberships } from './memberships.ts';

export interface IntentsOptions {
  readonly bridge: Bridge;
  readonly http: HomeserverHttp;
  readonly asToken: Secret;
  readonly bot: MatrixUserId;
  readonly memberships: Memberships;
}

export interface SendRequest {
  readonly room: RoomId;
  readonly sender: Sender;
  readonly type: string;
  readonly content: Readonly<Record<string, unknown>>;
  /** Unique over the whole bridge: homeservers key them by room and bridge, not by ghost. */
  readonly txnId: string;
  readonly at?: Date;
}

type Query = Readonly<Record<string, string | readonly string[]>>;
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export const CLIENT = '/_matrix/client/v3';

export class Intents {
  readonly #bridge: Bridge;
  readonly #http: HomeserverHttp;
  readonly #sendHeaders: Readonly<Record<string, string>>;
  readonly #bot: MatrixUserId;
  readonly #memberships: Memberships;

  constructor({ bridge, http, asToken, bot, memberships }: IntentsOptions) {
    this.#bridge = bridge;
    this.#http = http;
    this.#sendHeaders = { authorization: `Bearer ${asToken.reveal()}`, 'content-type': 'application/json' };
    this.#bot = bot;
    this.#memberships = memberships;
  }

  /** One call as this user. Throws what the library throws: the caller knows what a refusal means. */
  async call(user: MatrixUserId, method: Method, path: string, body?: unknown, query?: Query): Promise<unknown> {
    const answer: unknown = await this.#bridge.getIntent(user).matrixClient.doRequest(method, path, query, body);
    return answer;
  }

  /** One attempt. Throws what the homeserver's answer was. */
  async send(request: SendRequest): Promise<EventId> {
    const { room, sender } = request;
    const known = this.#memberships.get(room, sender);
    if (known !== undefined && known !== 'join') await this.join(room, sender);
    try {
      return await this.#put(request);
    } catch (error) {
      if (!isForbidden(error)) throw error;
    }
    await this.join(room, sender);
    return this.#put(request);
  }

  async redact(room: RoomId, event: EventId, reason: string, txnId: string): Promise<void> {
    const target = `${encodeURIComponent(event)}/${encodeURIComponent(txnId)}`;
    try {
      await this.call(this.#bot, 'PUT', `${CLIENT}/rooms/${encodeURIComponent(room)}/redact/${target}`, { reason });
    } catch (error) {
      if (isForbidden(error)) throw await this.#explainForbidden(room, error);
      // Nothing there to take back.
      if (!isNotFound(error)) throw toBridgeError(error);
    }
  }

  async ensureRegistered(user: MatrixUserId): Promise<void> {
    try {
      // The library takes the bot for registered unless told otherwise.
      await this.#bridge.getIntent(user).ensureRegistered(user === this.#bot);
    } catch (error) {
      throw toBridgeError(error);
    }
  }

  /**
   * Joins; a ghost that may not is invited by the bot first. Nothing happens if it is in the room already.
   * @param via a server that is in the room, if ours may not be.
   */
  async join(room: RoomId, user: Sender, via?: string): Promise<void> {
    try {
      await this.#join(room, user, via);
    } catch (error) {
      if (!isForbidden(error) && !isNotFound(error)) throw toBridgeError(error);
      if (user === this.#bot) throw roomGone(error);
      await this.ensureRegistered(user);
      await this.invite(room, user);
      try {
        await this.#join(room, user);
      } catch (second) {
        throw toBridgeError(second);
      }
    }
  }

  /** Invites as the bot. Nothing happens if the user is in the room or invited already. */
  async invite(room: RoomId, user: MatrixUserId, isDirect = false): Promise<void> {
    try {
      if (isDirect) await this.#inviteAsState(room, user);
      else await this.call(this.#bot, 'POST', `${CLIENT}/rooms/${encodeURIComponent(room)}/invite`, { user_id: user });
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal?.code === 'M_INVITE_BLOCKED') throw userLeft(`${user} takes no invitations.`, error);
      if (refusal === undefined || refusal.status === 429 || refusal.status >= 500) throw toBridgeError(error);
      await this.#explainInvite(room, user, error);
    }
  }

  /** Everybody of ours leaves, after these people were removed, as far as the bot may. */
  async abandon(room: RoomId, isOurs: (user: string) => boolean, remove: readonly MatrixUserId[]): Promise<void> {
    let joined: readonly string[];
    try {
      joined = await this.joined(room);
    } catch (error) {
      if (error instanceof BridgeError && error.code === 'room-gone') return;
      throw error;
    }
    for (const user of remove) await this.#remove(room, user);
    const ours = joined.filter((user) => isOurs(user) && user !== this.#bot) as MatrixUserId[];
    for (const user of [...ours, this.#bot]) await this.leave(room, user);
  }

  async leave(room: RoomId, user: Sender, reason?: string): Promise<void> {
    const body = reason === undefined ? {} : { reason };
    try {
      await this.call(user, 'POST', `${CLIENT}/rooms/${encodeURIComponent(room)}/leave`, body);
    } catch (error) {
      // It is not there to be left.
      if (!isForbidden(error) && !isNotFound(error)) throw toBridgeError(error);
    }
    this.#memberships.set(room, user, 'leave');
  }

  async standing(room: RoomId, user: MatrixUserId): Promise<RoomStanding> {
    try {
      // Somebody who left still reads the room as it was then, so the user's own entry is not enough.
      const [bot, other] = await Promise.all([this.#standingOf(room, this.#bot), this.#standingOf(room, user)]);
      return bot === 'joined' ? other : 'gone';
    } catch (error) {
      if (isForbidden(error)) return 'gone';
      throw toBridgeError(error);
    }
  }

  async joined(room: RoomId): Promise<readonly string[]> {
    let answer: unknown;
    try {
      answer = await this.call(this.#bot, 'GET', `${CLIENT}/rooms/${encodeURIComponent(room)}/joined_members`);
    } catch (error) {
      throw isForbidden(error) ? roomGone(error) : toBridgeError(error);
    }
    const members = isObject(answer) ? answer['joined'] : undefined;
    const joined = isObject(members) ? Object.keys(members) : [];
    // Some homeservers tell it to the bot as long as any of our ghosts is in.
    if (!joined.includes(this.#bot)) throw roomGone('the bot is not among the members');
    return joined;
  }

  // Past the library: its own layers cost about a third of what a message costs, and this is where messages go.
  async #put({ room, sender, type, content, txnId, at }: SendRequest): Promise<EventId> {
    const path = `${CLIENT}/rooms/${encodeURIComponent(room)}/send/${type}/${encodeURIComponent(txnId)}`;
    const time = at === undefined ? '' : `&ts=${at.getTime()}`;
    const { status, body } = await this.#http.request({
      method: 'PUT',
      path: `${path}?user_id=${encodeURIComponent(sender)}${time}`,
      headers: this.#sendHeaders,
      body: JSON.stringify(content),
      // a second attempt is only for those who have looked
      repeat: 'if-unsent',
    });
    if (status !== 200 || !isObject(body)) throw new Refused(status, body);
    const event = asEventId(body['event_id']);
    if (event === undefined) throw new Refused(status, body);
    return event;
  }

  async #join(room: RoomId, user: Sender, via?: string): Promise<void> {
    // The second name is the one that older homeservers know.
    const query = via === undefined ? undefined : { via, server_name: via };
    await this.call(user, 'POST', `${CLIENT}/join/${encodeURIComponent(room)}`, {}, query);
    this.#memberships.set(room, user, 'join');
  }

  /** `POST /invite` cannot say that the chat is a direct one; the state event can. */
  async #inviteAsState(room: RoomId, user: MatrixUserId): Promise<void> {
    const path = `${CLIENT}/rooms/${encodeURIComponent(room)}/state/m.room.member/${encodeURIComponent(user)}`;
    await this.call(this.#bot, 'PUT', path, { membership: 'invite', is_direct: true });
  }

  async #remove(room: RoomId, user: MatrixUserId): Promise<void> {
    try {
      await this.call(this.#bot, 'POST', `${CLIENT}/rooms/${encodeURIComponent(room)}/kick`, { user_id: user });
    } catch (error) {
      // Is not in it, or is above the bot.
      if (!isForbidden(error) && !isNotFound(error)) throw toBridgeError(error);
    }
  }

  async #explainInvite(room: RoomId, user: MatrixUserId, error: unknown): Promise<void> {
    switch (await this.standing(room, user)) {
      case 'joined':
      case 'invited':
        return;
      case 'gone':
        throw roomGone(error);
      case 'banned':
        throw userLeft(`${user} is banned from the room.`, error);
      case 'out':
        throw userLeft(`${user} cannot be invited.`, error);
    }
  }

  async #explainForbidden(room: RoomId, error: unknown): Promise<BridgeError> {
    return (await this.standing(room, this.#bot)) === 'joined' ? toBridgeError(error) : roomGone(error);
  }

  async #standingOf(room: RoomId, user: MatrixUserId): Promise<RoomStanding> {
    const path = `${CLIENT}/rooms/${encodeURIComponent(room)}/state/m.room.member/${encodeURIComponent(user)}`;
    try {
      const answer = await this.call(this.#bot, 'GET', path);
      switch (isObject(answer) ? answer['membership'] : undefined) {
        case 'join':
          return 'joined';
        case 'invite':
          return 'invited';
        case 'ban':
          return 'banned';
        default:
          return 'out';
      }
    } catch (error) {
      if (isNotFound(error)) return 'out';
      throw error;
    }
  }
}
