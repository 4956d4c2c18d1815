// Creates rooms. Knows what a new room must hold; what becomes of it is somebody else's.

import type { Clock } from '../bridge/clock.ts';
import type { MatrixUserId, RoomId } from '../bridge/ids.ts';
import type { Log } from '../bridge/log.ts';
import type { FurnitureSpec, PortalRoomSpec } from '../bridge/matrix.ts';
import { type StateEvent, bridgeState } from './bridge-info.ts';
import { isObject } from './checks.ts';
import { refusalOf, toBridgeError, userLeft } from './errors.ts';
import { CLIENT, type Intents } from './intent.ts';
import type { Making } from './making.ts';
import { furniturePowerLevels, portalPowerLevels } from './power-levels.ts';
import { cleanName } from './text.ts';

export interface RoomsOptions {
  readonly intents: Intents;
  readonly making: Pick<Making, 'make'>;
  readonly bot: MatrixUserId;
  /** The id in the registration. */
  readonly bridgeId: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

const VERSION_GOOD_FOR_MS = 10 * 60_000;
/** What homeservers made before there was a choice. */
const FALLBACK_VERSION = '11';
/** Homeservers refuse a room with too many invitations at once; the others are invited when they join. */
const MAX_INVITES = 20;

export class Rooms {
  readonly #intents: Intents;
  readonly #making: Pick<Making, 'make'>;
  readonly #bot: MatrixUserId;
  readonly #bridgeId: string;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #log: Log;
  #version: { readonly version: string; readonly until: number } | undefined;

  constructor({ intents, making, bot, bridgeId, clock, log }: RoomsOptions) {
    this.#intents = intents;
    this.#making = making;
    this.#bot = bot;
    this.#bridgeId = bridgeId;
    this.#clock = clock;
    this.#log = log;
  }

  async createPortalRoom({ key, isDirect, user, ghosts, name, info }: PortalRoomSpec): Promise<RoomId> {
    for (const ghost of ghosts) await this.#intents.ensureRegistered(ghost);
    const state: StateEvent[] = [...bridgeState(this.#bridgeId, this.#bot, info)];
    if (name !== undefined) state.push({ type: 'm.room.name', state_key: '', content: { name: cleanName(name) } });
    const room = await this.#create(key, user, {
      visibility: 'private',
      preset: 'private_chat',
      is_direct: isDirect,
      invite: [user, ...ghosts].slice(0, MAX_INVITES),
      initial_state: state,
      power_level_content_override: portalPowerLevels(this.#bot, user, await this.#defaultVersion()),
    });
    for (const ghost of ghosts) {
      try {
        await this.#intents.join(room, ghost);
      } catch (err) {
        // The room is there: to fail now would lose it. The ghost is brought in with its first message.
        this.#log.warn({ err, room, ghost }, 'a ghost could not join its new room');
      }
    }
    return room;
  }

  async createManagementRoom(key: string, user: MatrixUserId): Promise<RoomId> {
    const body = { visibility: 'private', preset: 'private_chat', is_direct: true, invite: [user] };
    return this.#create(key, user, body);
  }

  /** A room in which the bot shows something and nobody talks. */
  async createFurniture({ key, kind, user, name }: FurnitureSpec): Promise<RoomId> {
    return this.#create(key, user, {
      visibility: 'private',
      preset: 'private_chat',
      invite: [user],
      name: cleanName(name),
      ...(kind === 'space' && { creation_content: { type: 'm.space' } }),
      power_level_content_override: furniturePowerLevels(this.#bot, await this.#defaultVersion()),
    });
  }

  async #create(key: string, user: MatrixUserId, body: Readonly<Record<string, unknown>>): Promise<RoomId> {
    try {
      return await this.#making.make(key, user, body);
    } catch (error) {
      if (refusalOf(error)?.code === 'M_INVITE_BLOCKED') throw userLeft('The user takes no invitations.', error);
      // It may be another version by now, which wants other power levels.
      this.#version = undefined;
      throw toBridgeError(error);
    }
  }

  async #defaultVersion(): Promise<string> {
    const now = this.#clock.now().getTime();
    if (this.#version !== undefined && now < this.#version.until) return this.#version.version;
    try {
      const answer = await this.#intents.call(this.#bot, 'GET', `${CLIENT}/capabilities`);
      const version = versionIn(answer) ?? FALLBACK_VERSION;
      this.#version = { version, until: now + VERSION_GOOD_FOR_MS };
      return version;
    } catch (error) {
      throw toBridgeError(error);
    }
  }
}

function versionIn(answer: unknown): string | undefined {
  const capabilities = isObject(answer) ? answer['capabilities'] : undefined;
  const versions = isObject(capabilities) ? capabilities['m.room_versions'] : undefined;
  const version = isObject(versions) ? versions['default'] : undefined;
  return typeof version === 'string' ? version : undefined;
}
