// Who takes part in a chat of several: what finds its room again when the same people meet.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // [{user, name, standing}]; null for a chat of two
  await sql`alter table portal add column participants jsonb`.execute(db);
}
