// Follows rooms that were closed: into the one that takes their place, or nowhere. Knows what has to agree before that is
// believed; not how rooms say it.

import { BridgeError } from './errors.ts';
import type { Content, MatrixEvent } from './events.ts';
import type { Ghosts } from './ghosts.ts';
import type { MatrixUserId, RoomId } from './ids.ts';
import type { Log } from './log.ts';
import type { Matrix, Successor } from './matrix.ts';
import type { Portal } from './portal.ts';
import type { Portals } from './portals.ts';
import type { Outcome } from './runner.ts';
import { say } from './say.ts';
import type { RoomStore } from './store.ts';

/** Clients invite the old room's members one by one, after they have closed it. */
const PATIENCE_MS = 5 * 60_000;
const LOOK_AGAIN_MS = 2_000;

export interface UpgradesParts {
  readonly matrix: Pick<
    Matrix,
    'bot' | 'ghostId' | 'join' | 'leave' | 'abandon' | 'predecessor' | 'successor' | 'describePortal' | 'joinedPeople'
  >;
  readonly portals: Pick<Portals, 'findByRoom'>;
  readonly rooms: Pick<RoomStore, 'managementUser' | 'setManagementRoom'>;
  readonly ghosts: Pick<Ghosts, 'ensure'>;
  readonly notify: (user: MatrixUserId, content: Content, about: string) => Promise<unknown>;
  /** Something that was said in this room is still on its way. */
  readonly isTalkedIn: (room: RoomId) => Promise<boolean>;
  readonly now: () => Date;
  readonly log: Log;
}

/** How somebody of ours stands who was let into a room; `soon`: that is to be looked at again. */
type Belonging = 'yes' | 'soon' | 'no';

/** What a room of ours is for. */
interface Place {
  moveInto(room: RoomId): Promise<void>;
  /** There is no room for it any more. `lost`: one was meant to be. */
  leave(lost: boolean): Promise<void>;
}

type Step = 'followed' | 'not-yet' | 'refused';

export class Upgrades {
  readonly #parts: UpgradesParts;

  constructor(parts: UpgradesParts) {
    this.#parts = parts;
  }

  /** A room was closed. `since`: when we heard of it; the bot may not be let into the next one at once. */
  async follow({ room }: Extract<MatrixEvent, { type: 'tombstone' }>, since: Date): Promise<Outcome> {
    const { matrix, log, now } = this.#parts;
    const place = await this.#placeOf(room);
    const next = place && (await this.#successorOf(room));
    if (!place || !next) return { type: 'done' };
    let step: Step = 'followed';
    if (next.room === undefined) await place.leave(false);
    else step = await this.#enter(place, room, next.room, next.by);
    if (step === 'refused') return { type: 'failed', error: 'not a replacement' };
    if (step === 'not-yet') {
      if (now().getTime() - since.getTime() < PATIENCE_MS) return { type: 'retry', afterMs: LOOK_AGAIN_MS };
      log.warn({ room, next: next.room }, 'a room could not be followed');
      if (next.room) await matrix.abandon(next.room);
      await place.leave(true);
    }
    await matrix.abandon(room);
    return { type: 'done' };
  }

  /**
   * The bot was invited: `yes` if that room takes the place of one of ours, or has a place already; `soon` while something
   * that was said in the old one is on its way: it goes first.
   */
  async onInvited(room: RoomId): Promise<Belonging> {
    const { matrix, portals, isTalkedIn } = this.#parts;
    await matrix.join(room, matrix.bot);
    const old = await matrix.predecessor(room);
    const place = old && (await this.#placeOf(old));
    // perhaps it was followed already
    if (!old || !place) return (old ? await this.#placeOf(room) : await portals.findByRoom(room)) ? 'yes' : 'no';
    const next = await this.#successorOf(old);
    if (next?.room !== room) return 'no';
    if (await isTalkedIn(old)) return 'soon';
    if ((await this.#enter(place, old, room, next.by)) === 'followed') await matrix.abandon(old);
    return 'yes';
  }

  /** Whether a ghost who was let into a room belongs there; `soon`: once the room has taken the place of another. */
  async belongs(ghost: MatrixUserId, room: RoomId): Promise<Belonging> {
    const { matrix, portals } = this.#parts;
    const isAt = async (place: RoomId): Promise<boolean> =>
      (await portals.findByRoom(place))?.ghosts.includes(ghost) === true;
    if (await isAt(room)) return 'yes';
    const old = await matrix.predecessor(room, ghost);
    if (old && (await isAt(old))) return (await this.#successorOf(old))?.room === room ? 'soon' : 'no';
    // it may have moved between the two looks
    return old && (await isAt(room)) ? 'yes' : 'no';
  }

  async #enter(place: Place, from: RoomId, to: RoomId, by: MatrixUserId): Promise<Step> {
    const { matrix, log } = this.#parts;
    if (from === to) return 'refused';
    try {
      await matrix.join(to, matrix.bot, by);
      if ((await matrix.predecessor(to)) !== from) {
        log.warn({ room: from, next: to }, 'a room was closed in favour of one that does not replace it');
        await matrix.leave(to, matrix.bot, 'this room replaces no other');
        return 'refused';
      }
      await place.moveInto(to);
    } catch (error) {
      if (!(error instanceof BridgeError) || error.retriable || error.code === 'database') throw error;
      log.info({ room: from, next: to, err: error }, 'a room cannot be followed yet');
      return 'not-yet';
    }
    log.info({ room: from, next: to }, 'room followed');
    return 'followed';
  }

  async #placeOf(room: RoomId): Promise<Place | undefined> {
    const { portals, rooms } = this.#parts;
    const portal = await portals.findByRoom(room);
    if (portal) return this.#portalPlace(portal);
    const user = await rooms.managementUser(room);
    return user && this.#managementPlace(user);
  }

  #portalPlace(portal: Portal): Place {
    const { matrix, ghosts, notify, log } = this.#parts;
    const { record, login } = portal;
    return {
      moveInto: async (room) => {
        for (const { user, name } of portal.people)
          await matrix.join(room, await ghosts.ensure(login.network, user, name));
        await matrix.describePortal(room, portal.info).catch((error: unknown) => {
          if (error instanceof BridgeError && error.retriable) throw error;
          log.warn({ room, err: error }, 'a replaced room could not be told what it is');
        });
        await portal.settle(room);
      },
      leave: async (lost) => {
        await portal.settle(undefined);
        if (!lost) return;
        const sentence = `The room of your chat with ${record.name} was replaced by one that I could not enter. The chat goes on in a new room: it is made at the next message, or when you ask for it with “chat”.`;
        await notify(login.matrixUser, say(sentence), `replaced ${record.room}`);
      },
    };
  }

  #managementPlace(user: MatrixUserId): Place {
    const { matrix, rooms } = this.#parts;
    return {
      moveInto: async (room) => {
        const others = (await matrix.joinedPeople(room)).filter((person) => person !== user);
        if (others.length > 0) throw new BridgeError('not-permitted', 'It is not a room for two.');
        await rooms.setManagementRoom(user, room);
      },
      // One is made when there is something to say.
      leave: async () => undefined,
    };
  }

  async #successorOf(room: RoomId): Promise<Successor | undefined> {
    try {
      return await this.#parts.matrix.successor(room);
    } catch (error) {
      // Whoever is not in a room need not follow it.
      if (error instanceof BridgeError && error.code === 'room-gone') return undefined;
      throw error;
    }
  }
}
