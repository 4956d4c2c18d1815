// People who asked to be let in, on their table. Knows one table.

import type { EventId, LoginId, RemoteUserId } from '../bridge/ids.ts';
import type { RequestRecord, RequestState, RequestStore } from '../bridge/store.ts';
import type { Database } from './database.ts';
import { storable } from './json.ts';

const COLUMNS = ['login', 'remote_user', 'address', 'name', 'event_id', 'state'] as const;

type Row = Readonly<Record<(typeof COLUMNS)[number], string>>;

export class SqlRequests implements RequestStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async put({ login, user, address, name, event, state }: RequestRecord): Promise<void> {
    const values = { address: storable(address), name: storable(name), event_id: event, state };
    await this.#database.kysely
      .insertInto('contact_request')
      .values({ login, remote_user: user, ...values })
      .onConflict((conflict) => conflict.columns(['login', 'remote_user']).doUpdateSet(values))
      .execute();
  }

  async find(login: LoginId, user: RemoteUserId): Promise<RequestRecord | undefined> {
    const row = await this.#select().where('login', '=', login).where('remote_user', '=', user).executeTakeFirst();
    return row && fromRow(row);
  }

  async findByEvent(event: EventId): Promise<RequestRecord | undefined> {
    const row = await this.#select().where('event_id', '=', event).executeTakeFirst();
    return row && fromRow(row);
  }

  async ofLogin(login: LoginId): Promise<readonly RequestRecord[]> {
    const rows = await this.#select().where('login', '=', login).orderBy('address').execute();
    return rows.map(fromRow);
  }

  async setState(login: LoginId, user: RemoteUserId, state: RequestState): Promise<void> {
    await this.#database.kysely
      .updateTable('contact_request')
      .set({ state })
      .where('login', '=', login)
      .where('remote_user', '=', user)
      .where('state', '<>', 'answered')
      .execute();
  }

  #select() {
    return this.#database.kysely.selectFrom('contact_request').select(COLUMNS);
  }
}

function fromRow(row: Row): RequestRecord {
  return {
    login: row.login as LoginId,
    user: row.remote_user as RemoteUserId,
    address: row.address,
    name: row.name,
    event: row.event_id as EventId,
    state: row.state as RequestState,
  };
}
