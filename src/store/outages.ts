// Outages that users have been told of, on their table. Knows one table.

import type { EventId, MatrixUserId, NetworkId, RoomId, ServerKey } from '../bridge/ids.ts';
import type { OutageKey, OutageRecord, OutageStore } from '../bridge/store.ts';
import type { Database } from './database.ts';
import { toJson } from './json.ts';

export class SqlOutages implements OutageStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async all(): Promise<readonly OutageRecord[]> {
    const rows = await this.#database.kysely.selectFrom('outage').selectAll().execute();
    return rows.map((row) => ({
      user: row.matrix_user as MatrixUserId,
      network: row.network as NetworkId,
      server: row.server as ServerKey,
      since: row.since,
      accounts: row.accounts as OutageRecord['accounts'],
      ...(row.room !== null &&
        row.event_id !== null && { notice: { room: row.room as RoomId, event: row.event_id as EventId } }),
    }));
  }

  async put({ user, network, server, since, accounts, notice }: OutageRecord): Promise<void> {
    const values = {
      since,
      accounts: toJson(accounts),
      room: notice?.room ?? null,
      event_id: notice?.event ?? null,
    };
    await this.#database.kysely
      .insertInto('outage')
      .values({ matrix_user: user, network, server, ...values })
      .onConflict((conflict) => conflict.columns(['matrix_user', 'network', 'server']).doUpdateSet(values))
      .execute();
  }

  async remove({ user, network, server }: OutageKey): Promise<void> {
    await this.#database.kysely
      .deleteFrom('outage')
      .where('matrix_user', '=', user)
      .where('network', '=', network)
      .where('server', '=', server)
      .execute();
  }
}
