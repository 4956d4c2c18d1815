// Runs a real Synapse on loopback for a test or a sandbox. Knows Synapse's configuration and its admin registration; must
// not know the bridge or what is being tested.
import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isCode, pythonEnvironment, type SynapseInstall, tail } from './synapse-install.ts';

const START_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 15_000;

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
  /** It takes connections and answers nothing, until `resume`. */
  pause(): void;
  resume(): void;
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
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
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
