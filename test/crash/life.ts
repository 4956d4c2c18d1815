// One life of a program under test: a process of its own, made ready before its turn, and ended without a word. Knows
// processes; not what they do.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { LAST_WORDS, type LastWords, type News, type Order, type Word } from './children/orders.ts';
import { FIRST, prioritise } from './priority.ts';
import { type Waits, waitsOf } from './waits.ts';

export interface LifeOptions {
  readonly module: string;
  readonly args?: readonly string[];
  /** Where it runs, and where its configuration is. */
  readonly directory: string;
  /** A file for what it says. */
  readonly log: number;
  readonly onPassed?: (point: string) => void;
}

export interface Ended {
  readonly at: number;
  readonly how: string;
  /** How long it and its database had had to wait until then. */
  readonly waits: Waits;
}

const WARM_LIMIT_MS = 60_000;

/** All that are alive end with us. */
const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

export class Life {
  readonly ended: Promise<Ended>;
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;
  readonly #warm: Promise<void>;
  #database: readonly number[] = [];
  #asked: Ended | undefined;

  constructor({ module, args = [], directory, log, onPassed }: LifeOptions) {
    const child = spawn(process.execPath, ['--disable-warning=DEP0060', module, ...args], {
      cwd: directory,
      stdio: ['ignore', log, log, 'pipe', 'ipc'],
      // a life is short: what is compiled for one serves all
      env: { ...process.env, NODE_COMPILE_CACHE: join(directory, 'compiled') },
    });
    alive.add(child);
    this.#child = child;
    const warm = Promise.withResolvers<void>();
    const ready = Promise.withResolvers<void>();
    this.#warm = warm.promise;
    this.ready = ready.promise;
    child.on('message', (message) => {
      const news = message as News;
      if (news.type === 'warm') warm.resolve();
      if (news.type === 'ready') ready.resolve();
      if (news.type === 'passed') onPassed?.(news.point);
    });
    let words = '';
    (child.stdio[LAST_WORDS] as Readable).on('data', (chunk: Buffer) => (words += chunk.toString()));
    this.ended = once(child, 'close').then(() => {
      alive.delete(child);
      warm.resolve();
      ready.resolve();
      if (words === '') return this.#asked ?? this.#now(`ended by itself (${child.exitCode ?? child.signalCode})`);
      const { at, point, waits } = JSON.parse(words) as LastWords;
      return { at, how: point, waits };
    });
  }

  /** How long it and its database have had to wait. */
  get waits(): Waits {
    return waitsOf(this.#child.pid ?? 0, this.#database);
  }

  /** Once it has ended. */
  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** Those who serve it at the database. */
  set database(pids: readonly number[]) {
    this.#database = pids;
    this.#tell({ type: 'database', pids });
  }

  /** It begins to do its work, or was not to come so far. */
  async begin(order: Order = {}): Promise<void> {
    const limit = setTimeout(() => this.kill('never ready'), WARM_LIMIT_MS);
    await this.#warm;
    clearTimeout(limit);
    if (this.#child.pid !== undefined && this.#child.exitCode === null) prioritise(this.#child.pid, FIRST);
    this.#tell({ type: 'begin', order });
  }

  /** Ends it as a crash would. `how`: for the record. */
  kill(how: string): void {
    this.#end('SIGKILL', how);
  }

  /** Asks it to end. */
  stop(): void {
    this.#end('SIGTERM', 'SIGTERM');
  }

  #end(signal: 'SIGKILL' | 'SIGTERM', how: string): void {
    if (this.#asked?.how === how || this.#child.exitCode !== null) return;
    this.#asked = this.#now(how);
    this.#child.kill(signal);
  }

  #now(how: string): Ended {
    return { at: Date.now(), how, waits: this.waits };
  }

  #tell(word: Word): void {
    // it may have died just now
    if (this.#child.connected) this.#child.send(word, () => undefined);
  }
}
