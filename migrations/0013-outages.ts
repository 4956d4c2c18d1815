// Outages that users have been told of, for as long as they last.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // `accounts`: [{login, address}]; room and event are null until it is told
  await sql`create table outage (
    matrix_user text not null,
    network text not null,
    server text not null,
    since timestamptz not null,
    accounts jsonb not null,
    room text,
    event_id text,
    primary key (matrix_user, network, server)
  )`.execute(db);
}
