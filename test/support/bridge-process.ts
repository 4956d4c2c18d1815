// The bridge as its operator runs it: a process of its own with a config.yaml. Knows its command line, its log and its
// life and death; nothing of its insides.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { stringify } from 'yaml';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 30_000;

export interface BridgeSettings {
  /** Keeps config.yaml, the key and the embedded database. Started again on the same folder it is the same bridge. */
  readonly directory: string;
  readonly homeserver: { readonly url: string; readonly domain: string };
  readonly tokens: { readonly as: string; readonly hs: string };
  readonly port: number;
  /** Undefined: the embedded database. */
  readonly databaseUrl?: string | undefined;
  readonly permissions: Readonly<Record<string, string>>;
  readonly servers: Readonly<Record<string, object>>;
}

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export class BridgeProcess {
  readonly log: LogLine[] = [];
  readonly #directory: string;
  readonly #onLine: ((line: string) => void) | undefined;
  #child: ChildProcess | undefined;
  #rest = '';
  #waiting: (() => void)[] = [];

  private constructor(directory: string, onLine: ((line: string) => void) | undefined) {
    this.#directory = directory;
    this.#onLine = onLine;
  }

  /** Writes the configuration and starts. `onLine` gets what it writes, as it stands. */
  static async start(settings: BridgeSettings, onLine?: (line: string) => void): Promise<BridgeProcess> {
    await mkdir(settings.directory, { recursive: true });
    await writeFile(join(settings.directory, 'config.yaml'), stringify(configOf(settings)), { mode: 0o600 });
    const bridge = new BridgeProcess(settings.directory, onLine);
    await bridge.startAgain();
    return bridge;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async startAgain(): Promise<void> {
    const from = this.log.length;
    const child = spawn(process.execPath, ['--disable-warning=DEP0060', MAIN, '--config', 'config.yaml'], {
      cwd: this.#directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => this.#onOutput(line));
    child.once('exit', () => this.#wake());
    process.once('exit', () => child.kill('SIGKILL'));
    await this.waitForLog((line) => line.msg === 'ready', { from, timeoutMs: START_LIMIT_MS });
  }

  /** Ends it as a crash would. */
  async kill9(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to end; resolves to the exit code. */
  async stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  async waitForLog(
    wanted: (line: LogLine) => boolean,
    { from = 0, timeoutMs = 15_000 }: { readonly from?: number; readonly timeoutMs?: number } = {},
  ): Promise<LogLine> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = this.log.slice(from).find(wanted);
      if (found) return found;
      if (this.#child && this.#child.exitCode !== null)
        throw new Error(`the bridge ended (${this.#child.exitCode}):\n${this.#tail()}`);
      if (Date.now() > deadline) throw new Error(`the bridge did not log what was waited for:\n${this.#tail()}`);
      await this.#news(deadline - Date.now());
    }
  }

  async #news(ms: number): Promise<void> {
    await new Promise<void>((done) => {
      const timer = setTimeout(done, ms + 1);
      this.#waiting.push(() => {
        clearTimeout(timer);
        done();
      });
    });
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill(signal);
    const hard = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(hard);
    return child.exitCode;
  }

  #onOutput(line: string): void {
    this.#onLine?.(line);
    try {
      this.log.push(JSON.parse(line) as LogLine);
    } catch {
      this.#rest = `${this.#rest}${line}\n`.slice(-10_000);
    }
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #tail(): string {
    return `${this.log
      .slice(-15)
      .map((line) => JSON.stringify(line))
      .join('\n')}\n${this.#rest}`;
  }
}

function configOf(settings: BridgeSettings): object {
  return {
    homeserver: settings.homeserver,
    appservice: {
      url: `http://127.0.0.1:${settings.port}`,
      listen: { host: '127.0.0.1', port: settings.port },
      as_token: settings.tokens.as,
      hs_token: settings.tokens.hs,
    },
    database: settings.databaseUrl === undefined ? {} : { url: settings.databaseUrl },
    permissions: settings.permissions,
    networks: { msn: { servers: settings.servers } },
  };
}
