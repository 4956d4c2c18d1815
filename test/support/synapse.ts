// Installs a real Synapse into the project's cache and runs it on loopback for a test or a sandbox.
// Knows PyPI, Synapse's configuration and its admin registration; must not know the bridge or what is being tested.
import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const VERSION = '1.163.2';
const CACHE = resolve(import.meta.dirname, '../../.cache');
const INSTALL_LIMIT_MS = 10 * 60_000;
const START_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 15_000;

/** There can be no Synapse here; the sentence is for a person. Callers may skip or use a double instead. */
export class SynapseUnavailable extends Error {
  override readonly name = 'SynapseUnavailable';
}

export interface SynapseInstall {
  readonly version: string;
  readonly python: string;
  /** Set where the packages lie in a plain folder and not in a virtual environment. */
  readonly packages: string | undefined;
}

export interface InstallOptions {
  readonly python?: string;
  readonly cache?: string;
}

type Progress = (line: string) => void;

/** Gives the cached Synapse, installing it first if need be. Any number of processes may ask at once. */
export async function ensureSynapse(progress: Progress, options: InstallOptions = {}): Promise<SynapseInstall> {
  const python = await findPython(options.python ?? 'python3');
  const cache = options.cache ?? CACHE;
  const home = join(cache, `synapse-env-${VERSION}-py${python.tag}`);
  const lock = `${home}.lock`;
  await mkdir(cache, { recursive: true });

  let installed = await readInstall(home, python.executable);
  let waiting = false;
  while (!installed) {
    if (await takeLock(lock)) {
      try {
        installed = await readInstall(home, python.executable);
        if (!installed) await install(home, python, progress);
      } finally {
        if ((await lockOwner(lock)) === process.pid) await rm(lock, { recursive: true, force: true });
      }
    } else {
      if (!waiting) progress('another process is installing Synapse; waiting for it');
      waiting = true;
      await delay(500);
    }
    installed = await readInstall(home, python.executable);
  }
  return installed;
}

interface Python {
  readonly executable: string;
  /** `311` for 3.11 */
  readonly tag: string;
  readonly fit: boolean;
  readonly venv: boolean;
  readonly pip: boolean;
}

const DESCRIBE_PYTHON = `
import importlib.util as u, json, sys
has = lambda *names: all(u.find_spec(name) is not None for name in names)
print(json.dumps({"executable": sys.executable, "tag": "%d%d" % sys.version_info[:2], "fit": sys.version_info >= (3, 10),
  "venv": has("venv", "ensurepip"), "pip": has("pip")}))`;

async function findPython(command: string): Promise<Python> {
  const { code, output } = await run(command, ['-c', DESCRIBE_PYTHON], () => {});
  if (code !== 0)
    throw new SynapseUnavailable(`Synapse needs Python, and ${command} could not be run: ${lastLine(output)}`);
  const python = JSON.parse(output.slice(output.indexOf('{'))) as Python;
  if (!python.fit) throw new SynapseUnavailable(`Synapse needs Python 3.10 or newer, and ${command} is older.`);
  return python;
}

// The marker is written last and the folder gets its final name after that: what bears the name is whole.
const markerIn = (folder: string): string => join(folder, 'installed.json');

async function readInstall(home: string, systemPython: string): Promise<SynapseInstall | undefined> {
  if (!existsSync(markerIn(home))) return undefined;
  const { kind } = JSON.parse(await readFile(markerIn(home), 'utf8')) as { kind: 'venv' | 'target' };
  if (kind === 'target') return { version: VERSION, python: systemPython, packages: join(home, 'packages') };
  const python = join(home, 'bin', 'python');
  // The link dangles when the Python that it was made from has been removed.
  return existsSync(python) ? { version: VERSION, python, packages: undefined } : undefined;
}

async function install(home: string, python: Python, progress: Progress): Promise<void> {
  progress(`installing matrix-synapse ${VERSION} from PyPI into ${home} (once; about a minute)`);
  await removeAbandoned(home);
  const partial = await mkdtemp(`${home}.partial-${process.pid}-`);
  try {
    let kind: 'venv' | 'target' = 'target';
    if (python.venv && (await run(python.executable, ['-m', 'venv', partial], () => {})).code === 0) kind = 'venv';
    else if (!python.pip)
      throw new SynapseUnavailable(
        `Synapse cannot be installed: ${python.executable} has neither venv nor pip. On Debian: apt install python3-pip`,
      );
    const pip = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--progress-bar', 'off'];
    // Wheels only for Synapse itself: building it needs a Rust compiler, and failing at once says more.
    pip.push('--prefer-binary', '--only-binary', 'matrix-synapse', `matrix-synapse==${VERSION}`);
    if (kind === 'target') pip.push('--target', join(partial, 'packages'));
    const interpreter = kind === 'venv' ? join(partial, 'bin', 'python') : python.executable;
    const { code, output } = await run(interpreter, pip, (line) => {
      if (/^(Collecting|Installing collected|Successfully)/.test(line)) progress(line.slice(0, 100));
    });
    if (code !== 0)
      throw new SynapseUnavailable(`matrix-synapse ${VERSION} could not be installed from PyPI:\n${tail(output, 6)}`);
    await writeFile(markerIn(partial), JSON.stringify({ kind }));
    if (await readInstall(home, python.executable)) return; // the other one of two that took over a stale lock
    await rm(home, { recursive: true, force: true });
    await rename(partial, home);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  progress(`matrix-synapse ${VERSION} is installed`);
}

async function removeAbandoned(home: string): Promise<void> {
  const prefix = `${basename(home)}.partial-`;
  for (const name of await readdir(dirname(home))) {
    if (!name.startsWith(prefix)) continue;
    if (!isAlive(Number.parseInt(name.slice(prefix.length), 10)))
      await rm(join(dirname(home), name), { recursive: true, force: true });
  }
}

/** Two may take over a stale lock at the same moment: then both install, and the final rename keeps one. */
async function takeLock(lock: string): Promise<boolean> {
  if (await lockIsStale(lock)) await rm(lock, { recursive: true, force: true });
  try {
    await mkdir(lock);
    await writeFile(join(lock, 'owner'), String(process.pid));
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST') || isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

async function lockIsStale(lock: string): Promise<boolean> {
  const since = await stat(lock).catch(() => undefined);
  if (!since) return false;
  const age = Date.now() - since.mtimeMs;
  const owner = await lockOwner(lock);
  // No owner yet: it is being written, or its writer died in between. A very old one: the number went to somebody else.
  return owner === undefined ? age > 10_000 : !isAlive(owner) || age > 2 * INSTALL_LIMIT_MS;
}

async function lockOwner(lock: string): Promise<number | undefined> {
  const text = await readFile(join(lock, 'owner'), 'utf8').catch(() => '');
  return text === '' ? undefined : Number.parseInt(text, 10);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

export interface SynapseOptions {
  readonly install: SynapseInstall;
  /** Holds everything of this server. Started again with the same directory and port, it is the same server. */
  readonly directory: string;
  /** Registrations of application services, as their files would say. */
  readonly registration?: readonly object[];
  readonly port?: number;
  readonly serverName?: string;
  readonly defaultRoomVersion?: string;
  /** Merged over the generated configuration, key by key. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface RegisteredUser {
  readonly userId: string;
  readonly accessToken: string;
  readonly deviceId: string;
}

export interface RunningSynapse {
  readonly url: string;
  readonly port: number;
  readonly serverName: string;
  readonly logFile: string;
  /** Asks it to end, and waits. */
  stop(): Promise<void>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  registerUser(name: string, password: string, options?: { readonly admin?: boolean }): Promise<RegisteredUser>;
}

// Synapse ends with us however we end: when our end of its standard input closes, it kills itself.
const LAUNCHER = `
import os, runpy, signal, sys, threading
def watch():
    while os.read(0, 4096): pass
    os.kill(os.getpid(), signal.SIGKILL)
threading.Thread(target=watch, daemon=True).start()
sys.argv[0] = "synapse"
runpy.run_module("synapse.app.homeserver", run_name="__main__", alter_sys=True)`;

export async function startSynapse(options: SynapseOptions): Promise<RunningSynapse> {
  const directory = resolve(options.directory);
  await mkdir(directory, { recursive: true });
  const port = await freePort(options.port);
  const serverName = options.serverName ?? 'synapse.test';
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(directory, 'homeserver.log');
  const secret = randomBytes(32).toString('hex');
  await writeConfiguration({ ...options, directory, port, serverName, secret });

  const log = await open(logFile, 'a');
  const child = spawn(options.install.python, ['-c', LAUNCHER, '--config-path', join(directory, 'homeserver.yaml')], {
    cwd: directory,
    env: pythonEnvironment(options.install.packages),
    stdio: ['pipe', log.fd, log.fd],
    detached: true, // Ctrl-C in a terminal is for us, not for it
  });
  const exited = once(child, 'close').then(
    () => `ended with ${child.exitCode ?? child.signalCode}`,
    (error: unknown) => `could not be run: ${String(error)}`,
  );
  await log.close();
  await untilAnswers(url, child, exited, logFile);
  // A test that forgets to stop it can still come to its end, and takes it along.
  child.unref();
  (child.stdin as Socket).unref();

  const end = async (signal: NodeJS.Signals, limitMs: number): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), limitMs);
    await exited.finally(() => clearTimeout(late));
  };
  return {
    url,
    port,
    serverName,
    logFile,
    stop: () => end('SIGTERM', STOP_LIMIT_MS),
    kill: () => end('SIGKILL', STOP_LIMIT_MS),
    registerUser: (username, password, { admin = false } = {}) =>
      registerUser(url, secret, { username, password, admin }),
  };
}

async function untilAnswers(url: string, child: ChildProcess, exited: Promise<string>, logFile: string): Promise<void> {
  const until = Date.now() + START_LIMIT_MS;
  let problem: string | undefined;
  while (problem === undefined) {
    const signal = AbortSignal.timeout(5_000);
    const answer = await fetch(`${url}/_matrix/client/versions`, { signal }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    problem = await Promise.race([delay(100, undefined), exited]);
    if (Date.now() > until) problem ??= `did not answer within ${START_LIMIT_MS / 1000} s`;
  }
  child.kill('SIGKILL');
  throw new Error(`Synapse ${problem}. The end of ${logFile}:\n${tail(await readFile(logFile, 'utf8'), 25)}`);
}

const UNLIMITED = { per_second: 1_000_000, burst_count: 1_000_000 };
const RATES = ['message', 'registration', 'admin_redaction', 'joins_per_room', 'media_create', 'room_creation'];

type Settings = SynapseOptions & { readonly port: number; readonly serverName: string; readonly secret: string };

// JSON is YAML too.
async function writeConfiguration(settings: Settings): Promise<void> {
  const at = (name: string): string => join(settings.directory, name);
  const signingKey = at('signing.key');
  if (!existsSync(signingKey))
    await writeFile(signingKey, `ed25519 a_test ${randomBytes(32).toString('base64').replace(/=+$/, '')}\n`);
  const registrations: string[] = [];
  for (const [index, registration] of (settings.registration ?? []).entries()) {
    registrations.push(at(`registration-${index}.yaml`));
    await writeFile(at(`registration-${index}.yaml`), JSON.stringify(registration, undefined, 2));
  }
  const configuration = {
    server_name: settings.serverName,
    public_baseurl: `http://127.0.0.1:${settings.port}/`,
    listeners: [
      { type: 'http', port: settings.port, bind_addresses: ['127.0.0.1'], resources: [{ names: ['client'] }] },
    ],
    database: { name: 'sqlite3', args: { database: at('homeserver.db') } },
    media_store_path: at('media'),
    signing_key_path: signingKey,
    pid_file: at('homeserver.pid'),
    registration_shared_secret: settings.secret,
    macaroon_secret_key: randomBytes(32).toString('hex'),
    form_secret: randomBytes(32).toString('hex'),
    app_service_config_files: registrations,
    enable_registration: false,
    bcrypt_rounds: 4,
    presence: { enabled: true },
    ...(settings.defaultRoomVersion === undefined ? {} : { default_room_version: settings.defaultRoomVersion }),
    filter_timeline_limit: -1,
    user_directory: { search_all_users: true },
    report_stats: false,
    trusted_key_servers: [],
    suppress_key_server_warning: true,
    federation_domain_whitelist: [],
    ...Object.fromEntries(RATES.map((name) => [`rc_${name}`, UNLIMITED])),
    rc_login: { address: UNLIMITED, account: UNLIMITED, failed_attempts: UNLIMITED },
    rc_joins: { local: UNLIMITED, remote: UNLIMITED },
    rc_invites: { per_room: UNLIMITED, per_user: UNLIMITED, per_issuer: UNLIMITED },
    rc_presence: { per_user: UNLIMITED },
    rc_profile: UNLIMITED,
    ...settings.config,
  };
  await writeFile(at('homeserver.yaml'), JSON.stringify(configuration, undefined, 2), { mode: 0o600 });
}

interface NewUser {
  readonly username: string;
  readonly password: string;
  readonly admin: boolean;
}

async function registerUser(url: string, secret: string, wanted: NewUser): Promise<RegisteredUser> {
  const endpoint = `${url}/_synapse/admin/v1/register`;
  const { nonce } = (await (await fetch(endpoint)).json()) as { nonce: string };
  const mac = createHmac('sha1', secret)
    .update([nonce, wanted.username, wanted.password, wanted.admin ? 'admin' : 'notadmin'].join('\0'))
    .digest('hex');
  const answer = await fetch(endpoint, { method: 'POST', body: JSON.stringify({ ...wanted, nonce, mac }) });
  if (!answer.ok) throw new Error(`registering ${wanted.username} failed: ${answer.status} ${await answer.text()}`);
  const user = (await answer.json()) as { user_id: string; access_token: string; device_id: string };
  return { userId: user.user_id, accessToken: user.access_token, deviceId: user.device_id };
}

/** Below the range from which systems take ports for outgoing connections: nobody takes it before it is used. */
async function freePort(wanted?: number): Promise<number> {
  for (;;) {
    const port = wanted ?? 18_000 + Math.floor(Math.random() * 14_000);
    const server = createServer();
    try {
      await once(server.listen({ host: '127.0.0.1', port, exclusive: true }), 'listening');
    } catch (error) {
      if (wanted === undefined && isCode(error, 'EADDRINUSE')) continue;
      throw error;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}

interface Outcome {
  readonly code: number;
  readonly output: string;
}

async function run(command: string, args: readonly string[], onLine: Progress): Promise<Outcome> {
  let output = '';
  let line = '';
  const env = pythonEnvironment(undefined);
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: INSTALL_LIMIT_MS });
  const take = (chunk: Buffer): void => {
    output += chunk.toString();
    const lines = (line + chunk.toString()).split('\n');
    line = lines.pop() ?? '';
    for (const whole of lines) onLine(whole.trim());
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { code: code ?? 1, output };
  } catch (error) {
    return { code: 127, output: String(error) };
  }
}

// A Python set up for something else (PYTHONPATH, packages of the user) must not shine through.
function pythonEnvironment(packages: string | undefined): NodeJS.ProcessEnv {
  const { PYTHONPATH: _path, PYTHONHOME: _home, ...rest } = process.env;
  return { ...rest, PYTHONNOUSERSITE: '1', PIP_USER: '0', ...(packages === undefined ? {} : { PYTHONPATH: packages }) };
}

const tail = (text: string, lines: number): string => text.trimEnd().split('\n').slice(-lines).join('\n');
const lastLine = (text: string): string => tail(text, 1);
const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
