// Holds a PostgreSQL database for this process alone: by a lock that lives and dies with a connection. Knows one lock; no
// tables. Correctness inside the tables does not rest on it (tokens fence there); it keeps a second process from beginning.

import { Client } from 'pg';
import type { Cancel, Clock } from '../bridge/clock.ts';
import { BridgeError } from '../bridge/errors.ts';
import type { Secret } from '../bridge/secret.ts';

export interface OwnerOptions {
  readonly url: Secret;
  readonly clock: Pick<Clock, 'after'>;
  /** Told once if it has to wait for another process. */
  readonly onWait: () => void;
  /** Another process has the database now: this one must do nothing more. */
  readonly onLost: (error: BridgeError) => void;
}

/** Any number that others are unlikely to choose; the second one is the schema's. */
const LOCK = 0x62_72_67_65;
const AGAIN_MS = 500;
/** A process that was asked to stop may take so long. */
const PATIENCE_MS = 20_000;
/** A machine that vanished is not to hold the lock for hours. */
const SETTINGS =
  'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3; set idle_session_timeout = 0';

export class Owner {
  readonly #options: OwnerOptions;
  #client: Client | undefined;
  #waiting: Cancel | undefined;
  #released = false;

  private constructor(options: OwnerOptions) {
    this.#options = options;
  }

  /** Throws `BridgeError('database')` if another process has it and does not end. */
  static async take(options: OwnerOptions): Promise<Owner> {
    const owner = new Owner(options);
    for (let waited = 0; !(await owner.#try()); waited += AGAIN_MS) {
      if (waited === 0) options.onWait();
      if (waited >= PATIENCE_MS) throw taken();
      await new Promise<void>((resolve) => options.clock.after(AGAIN_MS, resolve));
    }
    return owner;
  }

  async release(): Promise<void> {
    this.#released = true;
    this.#waiting?.();
    await this.#client?.end().catch(() => undefined); // gone is released as well
  }

  /** False: somebody else has it. Throws if the database does not answer. */
  async #try(): Promise<boolean> {
    const { url } = this.#options;
    const client = new Client({
      connectionString: url.reveal(),
      application_name: 'bridge, alone',
      connectionTimeoutMillis: 5_000,
      query_timeout: 20_000,
      keepAlive: true,
    });
    // without a listener its end would be the end of the process
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(SETTINGS);
      const lock = 'select pg_try_advisory_lock($1, hashtext(coalesce(current_schema(), $2))) as taken';
      const { rows } = await client.query<{ taken: boolean }>(lock, [LOCK, '']);
      if (rows[0]?.taken === true) {
        this.#hold(client);
        return true;
      }
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    await client.end();
    return false;
  }

  #hold(client: Client): void {
    this.#client = client;
    client.once('end', () => {
      this.#client = undefined;
      void this.#regain();
    });
  }

  /** The connection broke: the database went away, and with it everybody's lock. */
  async #regain(): Promise<void> {
    if (this.#released) return;
    try {
      if (!(await this.#try())) this.#options.onLost(taken());
    } catch {
      this.#waiting = this.#options.clock.after(AGAIN_MS, () => void this.#regain());
    }
  }
}

function taken(): BridgeError {
  return new BridgeError(
    'database',
    'Another process of the bridge uses this database. Two would carry everything twice: stop that one first.',
  );
}
