// A login's spaces, its board of who is there, and what its user has chosen for it.

import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
  // Null: the network tells of no groups.
  sql`alter table contact add column groups jsonb`,

  // `grp` is empty for the space of the login itself.
  sql`create table space (
    login text not null references session (login) on delete cascade,
    grp text not null,
    room text not null,
    primary key (login, grp)
  )`,

  sql`create table board (
    login text primary key references session (login) on delete cascade,
    room text not null,
    event_id text,
    shown text
  )`,

  sql`create table choice (
    login text primary key references session (login) on delete cascade,
    board boolean not null,
    group_spaces boolean not null
  )`,

  sql`create table sign_in_notice (
    login text not null references session (login) on delete cascade,
    remote_user text not null,
    primary key (login, remote_user)
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await statement.execute(db);
}
