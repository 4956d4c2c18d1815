// All portals that are in use, by chat and by room. Knows how to find and make them, not what goes through them.

import { type ChatId, portalText, type PortalKey, type RemoteUserId, type RoomId } from './ids.ts';
import type { Login } from './login.ts';
import type { GroupChat } from './network.ts';
import { namesOf } from './participants.ts';
import { Portal, type PortalParts } from './portal.ts';
import type { PortalRecord } from './store.ts';

export type LoginFinder = (record: PortalKey) => Login | undefined;

export class Portals {
  readonly #parts: Omit<PortalParts, 'onRoom'>;
  readonly #loginOf: LoginFinder;
  /** A chat has a room now, or another one. */
  readonly #onRoom: (key: PortalKey) => void;
  readonly #byKey = new Map<string, Portal>();
  readonly #byRoom = new Map<RoomId, Portal>();
  readonly #loading = new Map<string, Promise<Portal>>();

  constructor(parts: Omit<PortalParts, 'onRoom'>, loginOf: LoginFinder, onRoom: (key: PortalKey) => void) {
    this.#parts = parts;
    this.#loginOf = loginOf;
    this.#onRoom = onRoom;
  }

  /** The portal of a chat with one person, kept from now on; its room is made later. */
  async open(
    login: Login,
    dm: { readonly chat: ChatId; readonly user: RemoteUserId; readonly name: string },
  ): Promise<Portal> {
    return this.#open(login, { login: login.id, kind: 'dm', ...dm, room: undefined, rooms: 0 });
  }

  /** The portal of a chat of several, likewise. */
  async openGroup(login: Login, { chat, participants }: GroupChat): Promise<Portal> {
    const fresh = { kind: 'group', user: undefined, name: namesOf(participants), room: undefined, rooms: 0 } as const;
    return this.#open(login, { login: login.id, chat, participants, ...fresh });
  }

  /** One that is kept. */
  async find(key: PortalKey): Promise<Portal | undefined> {
    const known = this.peek(key);
    if (known) return known;
    const record = await this.#parts.portals.find(key);
    const login = record && this.#loginOf(record);
    return record && login && this.#adopt(record, login);
  }

  async #open(login: Login, fresh: PortalRecord): Promise<Portal> {
    const text = portalText(fresh);
    const known = this.#byKey.get(text);
    if (known) return known;
    let loading = this.#loading.get(text);
    if (!loading) {
      loading = this.#load(login, fresh);
      this.#loading.set(text, loading);
      void loading.finally(() => this.#loading.delete(text)).catch(() => undefined);
    }
    return loading;
  }

  async findByRoom(room: RoomId): Promise<Portal | undefined> {
    const known = this.#byRoom.get(room);
    if (known) return known;
    const record = await this.#parts.portals.findByRoom(room);
    const login = record && this.#loginOf(record);
    return record && login && this.#adopt(record, login);
  }

  /** The portal of a room if it was used in this process life; for news of the moment. */
  peekByRoom(room: RoomId): Portal | undefined {
    return this.#byRoom.get(room);
  }

  peek(key: PortalKey): Portal | undefined {
    return this.#byKey.get(portalText(key));
  }

  /** The user calls somebody otherwise now: so does the room of their chat. */
  async nameAnew(login: Login, user: RemoteUserId): Promise<void> {
    const records = (await this.#parts.portals.ofLogin(login.id)).filter((record) => record.user === user);
    for (const record of records) await this.#adopt(record, login).nameAnew();
  }

  /** The user has signed in anew with the same account: its portals stay what they are. */
  handOver(old: Login, next: Login): void {
    for (const portal of this.#byKey.values()) if (portal.login === old) portal.serve(next);
  }

  /** The login is gone: so are its portals. */
  forget(login: Login): void {
    for (const [text, portal] of this.#byKey) {
      if (portal.login !== login) continue;
      this.#byKey.delete(text);
      if (portal.room) this.#byRoom.delete(portal.room);
    }
  }

  async #load(login: Login, fresh: PortalRecord): Promise<Portal> {
    const record = await this.#parts.portals.find(fresh);
    if (!record) await this.#parts.portals.put(fresh);
    return this.#byKey.get(portalText(fresh)) ?? this.#adopt(record ?? fresh, login);
  }

  #adopt(record: PortalRecord, login: Login): Portal {
    const text = portalText(record);
    const known = this.#byKey.get(text);
    if (known) return known;
    const portal = new Portal(record, login, { ...this.#parts, onRoom: (changed) => this.#noteRoom(changed) });
    this.#byKey.set(text, portal);
    if (record.room) this.#byRoom.set(record.room, portal);
    return portal;
  }

  #noteRoom(portal: Portal): void {
    if (this.#byKey.get(portalText(portal.record)) !== portal) return; // forgotten while its room was made
    for (const [room, other] of this.#byRoom) if (other === portal) this.#byRoom.delete(room);
    if (!portal.room) return;
    this.#byRoom.set(portal.room, portal);
    this.#onRoom(portal.record);
  }
}
