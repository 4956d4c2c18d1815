// How many rooms a chat has had: with that, every attempt to make the next one is known for the same.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table portal add column rooms integer not null default 0`.execute(db);
}
