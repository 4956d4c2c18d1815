// The journal as its tables tell it, between two lives. Knows SQL; not what the bridge does with it.

import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Left } from './history.ts';

const LEFT = `
  select i.external_id as event, coalesce(bool_or(o.state <> 'ready'), false) as intent
  from inbox i left join outbox o on o.inbox_seq = i.seq
  where i.source = 'matrix' and i.state = 'waiting' group by i.external_id`;
const WAITING = `select count(*)::integer as n from inbox where state in ('waiting', 'ended')`;
const BACKENDS = `select pid from pg_stat_activity where datname = current_database() and application_name = 'bridge'`;
const OTHERS = `
  select count(*)::integer as n from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;

const LEAVING_MS = 30_000;

export class Tables {
  readonly #url: string;
  #client: Promise<Client> | undefined;
  /** One question at a time. */
  #asked: Promise<unknown> = Promise.resolve();

  constructor(url: string) {
    this.#url = url;
  }

  /** What the life that has just ended left behind; its last statement is done by then, or never will be. */
  async left(): Promise<readonly Left[]> {
    const deadline = Date.now() + LEAVING_MS;
    while ((await this.#number(OTHERS)) > 0) {
      if (Date.now() > deadline) throw new Error('somebody is still at the database of a life that has ended');
      await delay(3);
    }
    return (await this.#query(LEFT)) as unknown as Left[];
  }

  async waiting(): Promise<number> {
    return this.#number(WAITING);
  }

  /** The processes that serve the bridge. */
  async backends(): Promise<readonly number[]> {
    return (await this.#query(BACKENDS)).map(({ pid }) => Number(pid));
  }

  async close(): Promise<void> {
    await this.#forget();
  }

  async #number(sql: string): Promise<number> {
    const [row] = await this.#query(sql);
    return Number(row?.['n']);
  }

  async #query(sql: string): Promise<Record<string, unknown>[]> {
    const answer = this.#asked.then(async () => {
      this.#client ??= this.#connect();
      return (await (await this.#client).query<Record<string, unknown>>(sql)).rows;
    });
    this.#asked = answer.catch(async () => this.#forget());
    return answer;
  }

  async #forget(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await (await client?.catch(() => undefined))?.end().catch(() => undefined);
  }

  async #connect(): Promise<Client> {
    const client = new Client({ connectionString: this.#url });
    // the server may be one of those that are ended in a run
    client.on('error', () => (this.#client = undefined));
    await client.connect();
    return client;
  }
}
