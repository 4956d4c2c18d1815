// The portal port on its table. Knows one table; not what a portal is for.

import type { ChatId, LoginId, PortalKey, RemoteUserId, RoomId } from '../bridge/ids.ts';
import type { Participant } from '../bridge/events.ts';
import type { PortalRecord, PortalStore } from '../bridge/store.ts';
import type { Database } from './database.ts';
import { storable, toJson } from './json.ts';
import type { Row } from './schema.ts';

export class SqlPortals implements PortalStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(key: PortalKey): Promise<PortalRecord | undefined> {
    const row = await this.#portals().where('login', '=', key.login).where('chat', '=', key.chat).executeTakeFirst();
    return row && fromRow(row);
  }

  async findByRoom(room: RoomId): Promise<PortalRecord | undefined> {
    const row = await this.#portals().where('room', '=', room).executeTakeFirst();
    return row && fromRow(row);
  }

  async put(portal: PortalRecord): Promise<void> {
    const values = {
      kind: portal.kind,
      remote_user: portal.user ?? null,
      name: storable(portal.name),
      room: portal.room ?? null,
      rooms: portal.rooms,
      participants: portal.participants === undefined ? null : toJson(portal.participants),
    };
    await this.#database.kysely
      .insertInto('portal')
      .values({ login: portal.login, chat: portal.chat, ...values })
      .onConflict((conflict) => conflict.columns(['login', 'chat']).doUpdateSet(values))
      .execute();
  }

  async ofLogin(login: LoginId): Promise<readonly PortalRecord[]> {
    const rows = await this.#portals().where('login', '=', login).orderBy('chat').execute();
    return rows.map(fromRow);
  }

  #portals() {
    return this.#database.kysely.selectFrom('portal').selectAll();
  }
}

function fromRow(row: Row<'portal'>): PortalRecord {
  return {
    login: row.login as LoginId,
    chat: row.chat as ChatId,
    kind: row.kind as PortalRecord['kind'],
    user: (row.remote_user ?? undefined) as RemoteUserId | undefined,
    name: row.name,
    room: (row.room ?? undefined) as RoomId | undefined,
    rooms: row.rooms,
    ...(row.participants !== null && { participants: row.participants as readonly Participant[] }),
  };
}
