// Contact requests that wait for an answer, on their table. Knows one table.

import type { EventId, LoginId, RemoteUserId } from '../bridge/ids.ts';
import type { OpenRequest, RequestStore } from '../bridge/store.ts';
import type { Database } from './database.ts';
import { storable } from './json.ts';

const COLUMNS = ['login', 'remote_user', 'address', 'name', 'event_id'] as const;

type Row = Readonly<Record<(typeof COLUMNS)[number], string>>;

export class SqlRequests implements RequestStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async put({ login, user, address, name, event }: OpenRequest): Promise<void> {
    const values = { address: storable(address), name: storable(name), event_id: event };
    await this.#database.kysely
      .insertInto('contact_request')
      .values({ login, remote_user: user, ...values })
      .onConflict((conflict) => conflict.columns(['login', 'remote_user']).doUpdateSet(values))
      .execute();
  }

  async find(login: LoginId, user: RemoteUserId): Promise<OpenRequest | undefined> {
    const row = await this.#select().where('login', '=', login).where('remote_user', '=', user).executeTakeFirst();
    return row && fromRow(row);
  }

  async findByEvent(event: EventId): Promise<OpenRequest | undefined> {
    const row = await this.#select().where('event_id', '=', event).executeTakeFirst();
    return row && fromRow(row);
  }

  async ofLogin(login: LoginId): Promise<readonly OpenRequest[]> {
    const rows = await this.#select().where('login', '=', login).orderBy('address').execute();
    return rows.map(fromRow);
  }

  async close(login: LoginId, user: RemoteUserId): Promise<void> {
    await this.#database.kysely
      .deleteFrom('contact_request')
      .where('login', '=', login)
      .where('remote_user', '=', user)
      .execute();
  }

  #select() {
    return this.#database.kysely.selectFrom('contact_request').select(COLUMNS);
  }
}

function fromRow(row: Row): OpenRequest {
  return {
    login: row.login as LoginId,
    user: row.remote_user as RemoteUserId,
    address: row.address,
    name: row.name,
    event: row.event_id as EventId,
  };
}
