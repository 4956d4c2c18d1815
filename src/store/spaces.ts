// A login's spaces and its board, on their tables. Knows two tables; asks no homeserver.

import type { EventId, LoginId, RoomId } from '../bridge/ids.ts';
import type { BoardRecord, BoardStore, SpaceRecord, SpaceStore } from '../bridge/store.ts';
import type { Database } from './database.ts';
import { storable } from './json.ts';

/** In the place of a group's name: the space of the login itself. */
const WHOLE = '';

export class SqlSpaces implements SpaceStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async ofLogin(login: LoginId): Promise<readonly SpaceRecord[]> {
    const rows = await this.#database.kysely
      .selectFrom('space')
      .selectAll()
      .where('login', '=', login)
      .orderBy('grp')
      .execute();
    return rows.map(({ grp, room }) => ({ login, group: grp === WHOLE ? undefined : grp, room: room as RoomId }));
  }

  async put({ login, group, room }: SpaceRecord): Promise<void> {
    await this.#database.kysely
      .insertInto('space')
      .values({ login, grp: storable(group ?? WHOLE), room })
      .onConflict((conflict) => conflict.columns(['login', 'grp']).doUpdateSet({ room }))
      .execute();
  }

  async remove(login: LoginId, group: string | undefined): Promise<void> {
    await this.#database.kysely
      .deleteFrom('space')
      .where('login', '=', login)
      .where('grp', '=', storable(group ?? WHOLE))
      .execute();
  }
}

export class SqlBoards implements BoardStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(login: LoginId): Promise<BoardRecord | undefined> {
    const row = await this.#database.kysely
      .selectFrom('board')
      .selectAll()
      .where('login', '=', login)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    return {
      login,
      room: row.room as RoomId,
      ...(row.event_id !== null && { event: row.event_id as EventId }),
      ...(row.shown !== null && { shown: row.shown }),
    };
  }

  async put({ login, room, event, shown }: BoardRecord): Promise<void> {
    const values = { room, event_id: event ?? null, shown: shown ?? null };
    await this.#database.kysely
      .insertInto('board')
      .values({ login, ...values })
      .onConflict((conflict) => conflict.column('login').doUpdateSet(values))
      .execute();
  }

  async remove(login: LoginId): Promise<void> {
    await this.#database.kysely.deleteFrom('board').where('login', '=', login).execute();
  }
}
