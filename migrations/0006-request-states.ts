// People who asked to be let in are remembered when they are answered, too: so a late answer can be told that it is late.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table contact_request
    add column state text not null default 'open' check (state in ('open', 'withdrawn', 'answered'))`.execute(db);
}
