// People who asked to be let in, until they are answered.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table contact_request (
    login text not null references session (login) on delete cascade,
    remote_user text not null,
    address text not null,
    name text not null,
    event_id text not null,
    primary key (login, remote_user),
    constraint contact_request_event unique (event_id)
  )`.execute(db);
}
