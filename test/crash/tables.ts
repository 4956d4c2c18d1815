// The journal as its tables tell it, between two lives. Knows SQL; not what the bridge does with it.

import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Left } from './history.ts';

const LEFT = `
  select i.external_id as event, coalesce(bool_or(o.state <> 'ready'), false) as intent
  from inbox i left join outbox o on o.inbox_seq = i.seq
  where i.source = 'matrix' and i.state = 'waiting' group by i.external_id`;
const WAITING = `select count(*)::integer as n from inbox where state = 'waiting'`;
const OTHERS = `
  select count(*)::integer as n from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
/** What a life finished is of last week: the next one clears it away. The newest stay: they may still come again. */
const AGE = `
  update inbox set received_at = now() - interval '8 days'
  where state <> 'waiting' and seq < (select max(seq) - 200 from inbox)`;

export class Tables {
  readonly #url: string;
  #client: Client | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /** What the life that has just ended left behind; its last statement is done by then, or never will be. */
  async left(): Promise<readonly Left[]> {
    while ((await this.#number(OTHERS)) > 0) await delay(3);
    return (await this.#query(LEFT)) as unknown as Left[];
  }

  async waiting(): Promise<number> {
    return this.#number(WAITING);
  }

  async age(): Promise<void> {
    await this.#query(AGE);
  }

  async close(): Promise<void> {
    await this.#client?.end();
    this.#client = undefined;
  }

  async #number(sql: string): Promise<number> {
    const [row] = await this.#query(sql);
    return Number(row?.['n']);
  }

  async #query(sql: string): Promise<Record<string, unknown>[]> {
    this.#client ??= await this.#connect();
    return (await this.#client.query<Record<string, unknown>>(sql)).rows;
  }

  async #connect(): Promise<Client> {
    const client = new Client({ connectionString: this.#url });
    // the server may be one of those that are ended in a run
    client.on('error', () => (this.#client = undefined));
    await client.connect();
    return client;
  }
}
