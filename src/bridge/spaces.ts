// Keeps a space for each login, with all its rooms, and, for those who want that, one in it for each group of contacts.
// Knows which rooms belong where; not how a space shows them.

import type { Clock } from './clock.ts';
import { BridgeError } from './errors.ts';
import type { Contact, LoginState } from './events.ts';
import type { LoginId, RoomId } from './ids.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { LoginWatcher } from './login-watcher.ts';
import type { Matrix, SpaceLink } from './matrix.ts';
import { Rounds } from './rounds.ts';
import type { PortalRecord, SpaceRecord, Store } from './store.ts';

/** Chats come in crowds, for example after a sign-in. */
const DELAY_MS = 1_000;

export interface SpacesParts {
  readonly matrix: Pick<
    Matrix,
    'createFurniture' | 'kept' | 'spaceChildren' | 'setSpaceChild' | 'standing' | 'invite' | 'abandon'
  >;
  readonly store: Pick<Store, 'spaces' | 'portals' | 'boards' | 'choices'>;
  readonly loginOf: (id: LoginId) => Login | undefined;
  /** False: there are no spaces at all. */
  readonly on: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

type Links = ReadonlyMap<RoomId, SpaceLink>;

export class Spaces implements LoginWatcher {
  readonly #parts: SpacesParts;
  readonly #rounds: Rounds;
  /** What a space shows, as far as it was looked at in this process life. */
  readonly #children = new Map<RoomId, Set<RoomId>>();
  /** The groups of contacts, to see when they become others. */
  readonly #groups = new Map<LoginId, string>();

  constructor(parts: SpacesParts) {
    this.#parts = parts;
    this.#rounds = new Rounds({
      clock: parts.clock,
      log: parts.log,
      delayMs: DELAY_MS,
      gapMs: DELAY_MS,
      failure: 'spaces could not be brought up to date',
      work: async (id) => this.#round(id),
    });
  }

  get on(): boolean {
    return this.#parts.on;
  }

  /** Rooms of this login came or went. */
  noteRooms(login: LoginId): void {
    if (this.#parts.on) this.#rounds.due(login);
  }

  noteState(login: Login, previous: LoginState): void {
    // once a sign-in: an earlier life may have left something undone
    if (login.connected && previous.kind !== 'connected') this.noteRooms(login.id);
  }

  noteRoster(login: Login): void {
    this.#noteGroups(login);
  }

  noteContact(login: Login, { groups }: Contact): void {
    if (groups !== undefined) this.#noteGroups(login);
  }

  async forget(login: Login): Promise<void> {
    this.#groups.delete(login.id);
    await this.#rounds.forget(login.id);
  }

  stop(): void {
    this.#rounds.stop();
  }

  /** The login's space, with its user in it or invited; undefined as long as there is nothing to show in it. */
  async show(login: Login): Promise<RoomId | undefined> {
    const { matrix, store } = this.#parts;
    const own = (await store.spaces.ofLogin(login.id)).find(({ group }) => group === undefined)?.room;
    if (own !== undefined && (await matrix.standing(own, login.matrixUser)) === 'out') {
      await matrix.invite(own, login.matrixUser);
    }
    return own;
  }

  async chooseGroups(login: Login, groupSpaces: boolean): Promise<void> {
    const { choices } = this.#parts.store;
    await choices.put(login.id, { ...(await choices.of(login.id)), groupSpaces });
    this.noteRooms(login.id);
  }

  #noteGroups(login: Login): void {
    if (!this.#parts.on) return;
    const { contacts } = login.roster();
    const now = JSON.stringify(contacts.flatMap(({ id, groups = [] }) => (groups.length === 0 ? [] : [[id, groups]])));
    if (now === (this.#groups.get(login.id) ?? '[]')) return;
    this.#groups.set(login.id, now);
    this.#rounds.due(login.id);
  }

  async #round(id: LoginId): Promise<void> {
    const login = this.#parts.loginOf(id);
    if (!login) return;
    const { spaces, portals, boards, choices } = this.#parts.store;
    const known = await spaces.ofLogin(id);
    const records = (await portals.ofLogin(id)).filter(({ room }) => room !== undefined);
    const board = await boards.find(id);
    if (records.length === 0 && !board && known.length === 0) return;

    const groups = (await choices.of(id)).groupSpaces ? byGroup(login, records) : new Map<string, Links>();
    const children = new Map<RoomId, SpaceLink>(records.map(({ room }) => [room!, 'main']));
    if (board) children.set(board.room, 'main');
    for (const [group, links] of groups) {
      const space = await this.#ensure(login, group, known);
      children.set(space, 'main');
      await this.#fill(space, links);
    }
    await this.#fill(await this.#ensure(login, undefined, known), children);
    for (const space of known)
      if (space.group !== undefined && !groups.has(space.group)) await this.#remove(login, space);
  }

  /** The space of the login, or of a group, made if there is none or the bot is no longer in it. */
  async #ensure(login: Login, group: string | undefined, known: readonly SpaceRecord[]): Promise<RoomId> {
    const { matrix, store, log } = this.#parts;
    const { id, matrixUser: user, network, address } = login;
    const record = known.find((one) => one.group === group);
    if (record) {
      if (this.#children.has(record.room)) return record.room;
      // who has left it did so on purpose
      if ((await matrix.standing(record.room, user)) !== 'gone') return record.room;
    }
    const key = `space ${id} ${group ?? ''} ${record?.room ?? ''}`;
    const name = group ?? `${network.name} (${address})`;
    const room = await matrix.createFurniture({ key, kind: 'space', user, name });
    await store.spaces.put({ login: id, group, room });
    void matrix.kept(key);
    this.#children.set(room, new Set());
    log.info({ login: id, room }, 'space made');
    return room;
  }

  async #fill(space: RoomId, links: Links): Promise<void> {
    const { matrix } = this.#parts;
    try {
      let shown = this.#children.get(space);
      if (!shown) this.#children.set(space, (shown = new Set(await matrix.spaceChildren(space))));
      for (const room of shown) {
        if (links.has(room)) continue;
        await matrix.setSpaceChild(space, room, 'none');
        shown.delete(room);
      }
      for (const [room, link] of links) {
        if (shown.has(room)) continue;
        await matrix.setSpaceChild(space, room, link);
        shown.add(room);
      }
    } catch (error) {
      this.#children.delete(space);
      // another is made when it is looked at next
      if (!(error instanceof BridgeError) || error.code !== 'room-gone') throw error;
      throw new BridgeError('room-gone', error.message, { cause: error, retriable: true });
    }
  }

  async #remove(login: Login, { group, room }: SpaceRecord): Promise<void> {
    this.#children.delete(room);
    await this.#parts.matrix.abandon(room, [login.matrixUser]);
    await this.#parts.store.spaces.remove(login.id, group);
  }
}

function byGroup(login: Login, records: readonly PortalRecord[]): Map<string, Map<RoomId, SpaceLink>> {
  const groups = new Map<string, Map<RoomId, SpaceLink>>();
  for (const { user, room } of records) {
    for (const group of (user && login.contact(user)?.groups) ?? []) {
      if (group.trim() === '') continue;
      let links = groups.get(group);
      if (!links) groups.set(group, (links = new Map<RoomId, SpaceLink>()));
      links.set(room!, 'also');
    }
  }
  return groups;
}
