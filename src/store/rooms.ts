// Management rooms and ghosts on their tables. Knows two tables; asks no homeserver.

import type { MatrixUserId, NetworkId, RemoteUserId, RoomId } from '../bridge/ids.ts';
import type { RoomStore } from '../bridge/store.ts';
import type { Database } from './database.ts';
import { storable } from './json.ts';

export class SqlRooms implements RoomStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async managementRoom(user: MatrixUserId): Promise<RoomId | undefined> {
    const row = await this.#database.kysely
      .selectFrom('management_room')
      .select('room')
      .where('matrix_user', '=', user)
      .executeTakeFirst();
    return row?.room as RoomId | undefined;
  }

  async managementUser(room: RoomId): Promise<MatrixUserId | undefined> {
    const row = await this.#database.kysely
      .selectFrom('management_room')
      .select('matrix_user')
      .where('room', '=', room)
      .executeTakeFirst();
    return row?.matrix_user as MatrixUserId | undefined;
  }

  async setManagementRoom(user: MatrixUserId, room: RoomId): Promise<void> {
    await this.#database.kysely.transaction().execute(async (db) => {
      await db.deleteFrom('management_room').where('room', '=', room).where('matrix_user', '<>', user).execute();
      await db
        .insertInto('management_room')
        .values({ matrix_user: user, room, asking: false })
        .onConflict((conflict) => conflict.column('matrix_user').doUpdateSet({ room, asking: false }))
        .execute();
    });
  }

  async asking(): Promise<readonly RoomId[]> {
    const rows = await this.#database.kysely
      .selectFrom('management_room')
      .select('room')
      .where('asking', '=', true)
      .execute();
    return rows.map((row) => row.room as RoomId);
  }

  async setAsking(room: RoomId, asking: boolean): Promise<void> {
    await this.#database.kysely.updateTable('management_room').set({ asking }).where('room', '=', room).execute();
  }

  async ghostName(ghost: MatrixUserId): Promise<string | undefined> {
    const row = await this.#database.kysely
      .selectFrom('ghost')
      .select('name')
      .where('matrix_user', '=', ghost)
      .executeTakeFirst();
    return row?.name;
  }

  async setGhost(ghost: MatrixUserId, network: NetworkId, user: RemoteUserId, name: string): Promise<void> {
    const values = { network, remote_user: user, name: storable(name) };
    await this.#database.kysely
      .insertInto('ghost')
      .values({ matrix_user: ghost, ...values })
      .onConflict((conflict) => conflict.column('matrix_user').doUpdateSet(values))
      .execute();
  }
}
