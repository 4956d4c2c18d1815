// What every round needs: a world, a database, lives one after the other, people who talk, and a judge in the end. Knows how
// a round begins and ends; not what happens in between.

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Random, seeded } from '../msnp/support/random.ts';
import type { RunningPostgres } from '../support/postgres.ts';
import type { Verdict } from './checker/bench.ts';
import { judge } from './checker/checker.ts';
import type { Order } from './children/orders.ts';
import { type Ended, Life } from './life.ts';
import { settle } from './settle.ts';
import { Tables } from './tables.ts';
import { Traffic } from './traffic.ts';
import { World } from './world.ts';

/** What lives: the bridge, or a module beside `children/bridge.ts`. */
export interface Program {
  readonly module?: string;
  readonly args?: readonly string[];
}

/** What every round is told. */
export interface RoundOptions extends Program {
  readonly seed: number;
  readonly postgres: RunningPostgres;
  readonly progress?: (line: string) => void;
  /** No further trouble is made when this has passed. */
  readonly until?: number;
  /** How long it may take until all that was accepted is carried. */
  readonly patienceMs?: number;
}

export interface StageOptions extends RoundOptions {
  /** Moves of all people together. */
  readonly perSecond?: number;
  readonly contacts?: number;
  readonly homeserverPace?: number;
  /** Whether some contacts come and go. */
  readonly restless?: boolean;
  /** How long they talk before anything happens. */
  readonly rehearsalMs?: number;
  readonly onPassed?: (point: string) => void;
}

export function isOver(until = Infinity): boolean {
  return Date.now() > until;
}

const PER_SECOND = 60;
const HASTE = 0.02;
const REHEARSAL_MS = 2_500;
const LOOK_EVERY_MS = 150;
/** Events and rows that wait: more than a machine of any speed has under way, and not so many that the end takes long. */
const CROWD = 300;

export class Stage {
  readonly world: World;
  readonly tables: Tables;
  readonly random: Random;
  readonly #options: StageOptions;
  readonly #looking: NodeJS.Timeout;
  #traffic: Traffic | undefined;

  /** The first life lives, all have signed in, and have talked for a while. */
  static async open(options: StageOptions): Promise<Stage> {
    const random = seeded(options.seed);
    const { contacts = 4, homeserverPace = HASTE, restless = true } = options;
    const world = await World.build({ users: 2, contacts, random, homeserverPace, restless });
    const databaseUrl = await options.postgres.createDatabase();
    await world.configure(databaseUrl);
    const stage = new Stage(options, world, new Tables(databaseUrl), random);
    try {
      await stage.#rehearse();
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  private constructor(options: StageOptions, world: World, tables: Tables, random: Random) {
    this.#options = options;
    this.world = world;
    this.tables = tables;
    this.random = random;
    this.#looking = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  /** The life of just now. */
  get life(): Life {
    if (!this.world.life) throw new Error('nobody lives yet');
    return this.world.life;
  }

  /** A life that waits for its turn. */
  warm({ module = 'bridge.ts', args = [] }: Program = this.#options): Life {
    const { onPassed } = this.#options;
    return new Life({
      module: join(import.meta.dirname, 'children', module),
      args,
      directory: this.world.directory,
      log: this.world.log,
      ...(onPassed && { onPassed }),
    });
  }

  /** From now on this one lives. */
  async begin(life: Life, order: Order = {}): Promise<void> {
    this.world.life = life;
    await life.begin(order);
  }

  /** @param graceMs as in the history. */
  async noteEnd(ended: Ended, graceMs: number | undefined): Promise<void> {
    if (ended.how.startsWith('ended by itself')) throw new Error(`a life ${ended.how}:\n${this.world.lastWords()}`);
    this.world.noteEnd(ended, { graceMs, left: await this.tables.left() });
  }

  /** Somebody new comes and talks. */
  async welcome(): Promise<void> {
    this.#traffic?.join(await this.world.newcomer());
  }

  /** All is said; whatever was accepted has its time. The life of just now is asked to end. */
  async finish(): Promise<{ readonly verdict: Verdict; readonly violations: readonly string[] }> {
    await this.#traffic?.stop();
    const waiting = await settle(this.world, this.tables, this.#options);
    this.life.stop();
    await this.life.ended;
    return { verdict: judge(this.world.history(waiting)), violations: this.world.violations };
  }

  async close(): Promise<void> {
    clearInterval(this.#looking);
    this.world.life?.kill('the round is over');
    await this.#traffic?.stop();
    await this.tables.close();
    await this.world.stop();
  }

  async #rehearse(): Promise<void> {
    const life = this.warm();
    await this.begin(life);
    await life.ready;
    await this.world.signIn();
    this.#traffic = new Traffic(await this.world.talkers(), this.random, this.#options.perSecond ?? PER_SECOND);
    this.#traffic.start();
    await delay(this.#options.rehearsalMs ?? REHEARSAL_MS);
  }

  async #look(): Promise<void> {
    const { life } = this;
    try {
      life.database = await this.tables.backends();
      const waiting = (await this.tables.waiting()) + this.world.homeserver.transactions().backlog;
      if (this.#traffic) this.#traffic.isCrowded = waiting > CROWD;
    } catch {
      // it may be the database that is down
      life.database = [];
    }
  }
}
