// Messages that were not carried and can be sent again by a tap on what was said of them.

import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
  sql`create table retry (
    notice text primary key,
    login text not null references session (login) on delete cascade,
    room text not null,
    event_id text not null,
    from_part integer not null,
    at timestamptz not null
  )`,
  sql`create index retry_at on retry (at)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await statement.execute(db);
}
