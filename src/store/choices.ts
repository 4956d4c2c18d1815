// What users have chosen for their logins, on its tables. Knows their tables; not what the choices do.

import type { LoginId, RemoteUserId } from '../bridge/ids.ts';
import type { ChoiceStore, Choices } from '../bridge/store.ts';
import type { Database } from './database.ts';
import { storable } from './json.ts';

export class SqlChoices implements ChoiceStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async of(login: LoginId): Promise<Choices> {
    const row = await this.#database.kysely
      .selectFrom('choice')
      .selectAll()
      .where('login', '=', login)
      .executeTakeFirst();
    return { board: row?.board ?? false, groupSpaces: row?.group_spaces ?? false };
  }

  async put(login: LoginId, { board, groupSpaces }: Choices): Promise<void> {
    const values = { board, group_spaces: groupSpaces };
    await this.#database.kysely
      .insertInto('choice')
      .values({ login, ...values })
      .onConflict((conflict) => conflict.column('login').doUpdateSet(values))
      .execute();
  }

  async switchedOn(login: LoginId): Promise<ReadonlySet<string>> {
    const { kysely } = this.#database;
    const rows = await kysely.selectFrom('network_choice').select('name').where('login', '=', login).execute();
    return new Set(rows.map((row) => row.name));
  }

  async switch(login: LoginId, name: string, on: boolean): Promise<void> {
    const { kysely } = this.#database;
    if (on) {
      await kysely
        .insertInto('network_choice')
        .values({ login, name })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    } else {
      await kysely.deleteFrom('network_choice').where('login', '=', login).where('name', '=', name).execute();
    }
  }

  async watched(login: LoginId): Promise<readonly RemoteUserId[]> {
    const rows = await this.#database.kysely
      .selectFrom('sign_in_notice')
      .select('remote_user')
      .where('login', '=', login)
      .orderBy('remote_user')
      .execute();
    return rows.map((row) => row.remote_user as RemoteUserId);
  }

  async watch(login: LoginId, user: RemoteUserId, on: boolean): Promise<void> {
    const { kysely } = this.#database;
    if (on) {
      await kysely
        .insertInto('sign_in_notice')
        .values({ login, remote_user: user })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    } else {
      await kysely.deleteFrom('sign_in_notice').where('login', '=', login).where('remote_user', '=', user).execute();
    }
  }
  async privateNames(login: LoginId): Promise<ReadonlyMap<RemoteUserId, string>> {
    const rows = await this.#database.kysely
      .selectFrom('private_name')
      .select(['remote_user', 'name'])
      .where('login', '=', login)
      .execute();
    return new Map(rows.map((row) => [row.remote_user as RemoteUserId, row.name]));
  }

  async setPrivateName(login: LoginId, user: RemoteUserId, name: string | undefined): Promise<void> {
    const { kysely } = this.#database;
    if (name === undefined) {
      await kysely.deleteFrom('private_name').where('login', '=', login).where('remote_user', '=', user).execute();
    } else {
      const values = { name: storable(name) };
      await kysely
        .insertInto('private_name')
        .values({ login, remote_user: user, ...values })
        .onConflict((conflict) => conflict.columns(['login', 'remote_user']).doUpdateSet(values))
        .execute();
    }
  }
}
