// Seals anew what was sealed with another key than the first one, some at a time, while everything goes on. Knows where boxes
// lie, and that others write there meanwhile; not what is in them.

import type { Database, Statement } from './database.ts';
import { inboxPlace, passwordPlace, ticketPlace } from './places.ts';
import type { Sealer } from './sealed.ts';

/** So few that nobody waits for the rows. */
const BATCH = 100;

interface Found {
  readonly id: string;
  /** Of the journal only. */
  readonly source?: string;
  readonly external_id?: string;
  readonly box: Buffer;
}

/** One column of boxes. */
interface Shelf {
  /** `$1`: the id of the first key; `$2`: so many at most. */
  readonly find: Statement;
  /** `$1`: ids; `$2`: the boxes as they were found; `$3`: what takes their place. What was written meanwhile stays. */
  readonly replace: Statement;
  readonly place: (found: Found) => string;
}

function shelf(table: string, column: string, key: string, more: string, place: Shelf['place']): Shelf {
  const name = `${table}-${column}`;
  const labels = table === 'inbox' ? ', source, external_id' : '';
  return {
    place,
    find: {
      name: `find-${name}`,
      text: `
        select ${key}::text as id, ${column} as box${labels} from ${table}
        where substring(${column} from 2 for 8) <> decode($1, 'hex') ${more} order by ${key} limit $2`,
    },
    replace: {
      name: `reseal-${name}`,
      text: `
        update ${table} set ${column} = decode(fresh, 'base64')
        from unnest($1::text[], $2::text[], $3::text[]) as boxes (id, old, fresh)
        where ${key}::text = id and ${column} = decode(old, 'base64')`,
    },
  };
}

const SHELVES: readonly Shelf[] = [
  shelf('session', 'password', 'login', '', ({ id }) => passwordPlace(id)),
  shelf('session', 'ticket', 'login', '', ({ id }) => ticketPlace(id)),
  shelf('inbox', 'sealed', 'seq', `and state = 'waiting'`, ({ source = '', external_id: id = '' }) =>
    inboxPlace(source, id),
  ),
];

/** How many were sealed anew just now, or have been replaced meanwhile; 0: all are sealed with the first key. */
export async function reseal(database: Database, sealer: Sealer): Promise<number> {
  for (const { find, replace, place } of SHELVES) {
    const { rows } = await database.run<Found>(find, [sealer.activeId, BATCH]);
    if (rows.length === 0) continue;
    const fresh = rows.map((row) => sealer.seal(sealer.open(row.box, place(row)), place(row)).toString('base64'));
    const old = rows.map(({ box }) => box.toString('base64'));
    await database.run(replace, [rows.map(({ id }) => id), old, fresh]);
    return rows.length;
  }
  return 0;
}
