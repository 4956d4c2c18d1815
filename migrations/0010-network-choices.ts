// What users have switched on for their logins of what a network leaves to them.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table network_choice (
    login text not null references session (login) on delete cascade,
    name text not null,
    primary key (login, name)
  )`.execute(db);
}
