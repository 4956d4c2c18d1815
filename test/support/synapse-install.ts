// Installs a real Synapse into the project's cache, once. Knows PyPI and Python's ways of keeping packages apart; not how
// Synapse is run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const VERSION = '1.163.2';
const CACHE = resolve(import.meta.dirname, '../../.cache');
const INSTALL_LIMIT_MS = 10 * 60_000;

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

function readDescription(output: string): Python | undefined {
  try {
    return JSON.parse(output.slice(output.indexOf('{'))) as Python;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function findPython(command: string): Promise<Python> {
  const { code, output } = await run(command, ['-c', DESCRIBE_PYTHON], () => {});
  if (code !== 0)
    throw new SynapseUnavailable(`Synapse needs Python, and ${command} could not be run: ${lastLine(output)}`);
  const python = readDescription(output);
  if (!python) throw new SynapseUnavailable(`Synapse needs Python, and ${command} is something else.`);
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
export function pythonEnvironment(packages: string | undefined): NodeJS.ProcessEnv {
  const { PYTHONPATH: _path, PYTHONHOME: _home, ...rest } = process.env;
  return { ...rest, PYTHONNOUSERSITE: '1', PIP_USER: '0', ...(packages === undefined ? {} : { PYTHONPATH: packages }) };
}

export const tail = (text: string, lines: number): string => text.trimEnd().split('\n').slice(-lines).join('\n');
const lastLine = (text: string): string => tail(text, 1);
export const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
