// Makes one room for each key, however often it is tried: a room under way is found again by an alias that nobody can guess
// and that goes away once the room is written down. Knows aliases; not what a room is for.

import { createHmac } from 'node:crypto';
import { BridgeError } from '../bridge/errors.ts';
import type { MatrixUserId, RoomId } from '../bridge/ids.ts';
import type { Log } from '../bridge/log.ts';
import type { Secret } from '../bridge/secret.ts';
import { asRoomId, isObject } from './checks.ts';
import { isNotFound, Refused, refusalOf, toBridgeError } from './errors.ts';
import { CLIENT, type Intents } from './intent.ts';

export interface MakingOptions {
  readonly intents: Intents;
  readonly bot: MatrixUserId;
  readonly domain: string;
  /** Before the names of aliases, as in the registration. */
  readonly prefix: string;
  readonly asToken: Secret;
  /** Nobody has said anything in it yet. */
  readonly onNew: (room: RoomId) => void;
  readonly log: Log;
}

/** A homeserver may be slow with a room: it is looked at so often before it counts as one that was never finished. */
const MOST_LOOKS = 5;

export class Making {
  readonly #options: MakingOptions;
  readonly #secret: string;
  readonly #looks = new Map<string, number>();

  constructor(options: MakingOptions) {
    this.#options = options;
    this.#secret = options.asToken.reveal();
  }

  /**
   * @param user who is invited: the last thing that a homeserver does for a new room.
   * @param body of `createRoom`.
   */
  async make(key: string, user: MatrixUserId, body: Readonly<Record<string, unknown>>): Promise<RoomId> {
    const name = this.#name(key);
    try {
      return await this.#create(name, body);
    } catch (error) {
      if (refusalOf(error)?.code !== 'M_ROOM_IN_USE') throw error;
    }
    const found = await this.#find(key, name, user);
    return found ?? this.#create(name, body);
  }

  /** Whether the room has an alias of those that go away when it is written down. */
  async isUnderWay(room: RoomId): Promise<boolean> {
    const { intents, bot } = this.#options;
    try {
      const answer = await intents.call(bot, 'GET', `${CLIENT}/rooms/${encodeURIComponent(room)}/aliases`);
      const aliases: unknown = isObject(answer) ? answer['aliases'] : undefined;
      const head = `#${this.#head}`;
      return Array.isArray(aliases) && aliases.some((one) => typeof one === 'string' && one.startsWith(head));
    } catch (error) {
      throw toBridgeError(error);
    }
  }

  /** The room of this key is written down. Best effort: an alias that stays leads nobody anywhere. */
  async kept(key: string): Promise<void> {
    try {
      await this.#takeAway(this.#name(key));
    } catch (err) {
      this.#options.log.info({ err }, 'the alias of a new room could not be taken away');
    }
  }

  async #create(name: string, body: Readonly<Record<string, unknown>>): Promise<RoomId> {
    const { intents, bot } = this.#options;
    const given = (body['initial_state'] ?? []) as readonly unknown[];
    const answer = await intents.call(bot, 'POST', `${CLIENT}/createRoom`, {
      ...body,
      room_alias_name: name,
      // without this the homeserver would make the alias the name that clients show
      initial_state: [...given, { type: 'm.room.canonical_alias', state_key: '', content: {} }],
    });
    const room = isObject(answer) ? asRoomId(answer['room_id']) : undefined;
    if (room === undefined) throw new Refused(200, answer);
    this.#options.onNew(room);
    return room;
  }

  /** The room that an earlier attempt made; undefined if that is nothing to go on with. */
  async #find(key: string, name: string, user: MatrixUserId): Promise<RoomId | undefined> {
    const { intents, bot, log } = this.#options;
    const room = await this.#roomOf(name);
    const standing = room && (await intents.standing(room, user));
    if (standing === 'joined' || standing === 'invited') {
      this.#looks.delete(key);
      log.info({ room }, 'a room of an earlier attempt was found');
      return room;
    }
    const looks = (this.#looks.get(key) ?? 0) + 1;
    if (standing === 'out' && looks < MOST_LOOKS) {
      this.#looks.set(key, looks);
      throw new BridgeError('homeserver', 'The homeserver is still making the room.', { retriable: true });
    }
    this.#looks.delete(key);
    await this.#takeAway(name);
    if (room && standing !== 'gone') await intents.leave(room, bot, 'this room was never finished');
    return undefined;
  }

  async #roomOf(name: string): Promise<RoomId | undefined> {
    const { intents, bot } = this.#options;
    try {
      const answer = await intents.call(bot, 'GET', this.#path(name));
      return isObject(answer) ? asRoomId(answer['room_id']) : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw toBridgeError(error);
    }
  }

  async #takeAway(name: string): Promise<void> {
    const { intents, bot } = this.#options;
    try {
      await intents.call(bot, 'DELETE', this.#path(name));
    } catch (error) {
      if (!isNotFound(error)) throw toBridgeError(error);
    }
  }

  #path(name: string): string {
    return `${CLIENT}/directory/room/${encodeURIComponent(`#${name}:${this.#options.domain}`)}`;
  }

  #name(key: string): string {
    const digest = createHmac('sha256', this.#secret).update(`room ${key}`).digest('hex');
    return `${this.#head}${digest.slice(0, 40)}`;
  }

  get #head(): string {
    return `${this.#options.prefix}portal_`;
  }
}
