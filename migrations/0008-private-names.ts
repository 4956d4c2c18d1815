// What users call people, each for themselves.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table private_name (
    login text not null references session (login) on delete cascade,
    remote_user text not null,
    name text not null,
    primary key (login, remote_user)
  )`.execute(db);
}
