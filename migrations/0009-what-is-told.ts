// What is still to be told of a row that has ended, and the short memory of rows that have left.

import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
  // Events are known by their ids. A homeserver that was restored from a backup counts its transactions anew, with other
  // events in them: what is known of a transaction's id must not keep them out.
  sql`drop table hs_txn`,

  // What finished rows are known by once they are gone.
  sql`create table seen (
    source text not null,
    external_id text not null,
    at timestamptz not null,
    primary key (source, external_id)
  )`,
  sql`create index seen_at on seen (at)`,

  // 'ended': the outcome stands, and somebody has yet to be told. Such a row keeps its place in its lane.
  sql`alter table inbox add column telling jsonb`,
  sql`alter table inbox drop constraint inbox_state_check`,
  sql`alter table inbox add constraint inbox_state_check check (state in ('waiting', 'ended', 'done', 'failed'))`,
  sql`drop index inbox_waiting`,
  sql`create index inbox_open on inbox (lane, seq nulls first) where state in ('waiting', 'ended')`,
  sql`create index inbox_finished on inbox (seq) where state in ('done', 'failed')`,

  // A dialogue is open there: what is said next may be a secret, also to the next life of the process.
  sql`alter table management_room add column asking boolean not null default false`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await statement.execute(db);
}
