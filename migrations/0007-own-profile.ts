// What users show of themselves besides status and nick, and whether their name in Matrix is their nick.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table session
      add column wanted_message text,
      add column wanted_playing text,
      add column wanted_follow_name boolean not null default false`.execute(db);
}
