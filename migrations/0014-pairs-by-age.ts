// Which events stand on both sides of a chat is known for a month: by this the older ones are found.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index message_map_at on message_map (at)`.execute(db);
}
