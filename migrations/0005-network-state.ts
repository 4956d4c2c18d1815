// What a network keeps with a session from one connection to the next: the whole contact list for example, with its serial.
// It takes the place of the serial alone, of which nobody could make use.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table session add column state jsonb, drop column roster_serial`.execute(db);
}
