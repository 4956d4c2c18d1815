// Messages that may be sent again, on their table. Knows one table.

import type { Clock } from '../bridge/clock.ts';
import type { EventId, LoginId, RoomId } from '../bridge/ids.ts';
import type { RetryOffer, RetryStore } from '../bridge/store.ts';
import type { Database } from './database.ts';

const OFFER_MS = 7 * 24 * 60 * 60 * 1_000;

export class SqlRetries implements RetryStore {
  readonly #database: Database;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(database: Database, clock: Pick<Clock, 'now'>) {
    this.#database = database;
    this.#clock = clock;
  }

  async put({ notice, login, room, event, from }: RetryOffer): Promise<void> {
    await this.#database.kysely
      .insertInto('retry')
      .values({ notice, login, room, event_id: event, from_part: from, at: this.#clock.now() })
      .onConflict((conflict) => conflict.column('notice').doNothing())
      .execute();
  }

  async find(notice: EventId): Promise<RetryOffer | undefined> {
    const row = await this.#database.kysely
      .selectFrom('retry')
      .selectAll()
      .where('notice', '=', notice)
      .executeTakeFirst();
    return (
      row && {
        notice,
        login: row.login as LoginId,
        room: row.room as RoomId,
        event: row.event_id as EventId,
        from: row.from_part,
      }
    );
  }

  async remove(notice: EventId): Promise<void> {
    await this.#database.kysely.deleteFrom('retry').where('notice', '=', notice).execute();
  }

  /** What nobody has tapped for a week is not tapped any more. */
  async forget(now: Date): Promise<void> {
    const before = new Date(now.getTime() - OFFER_MS);
    await this.#database.kysely.deleteFrom('retry').where('at', '<', before).execute();
  }
}
