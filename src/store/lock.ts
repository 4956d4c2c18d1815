// The lock file of a folder that one process may use at a time. Knows processes; not what is in the folder.

import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { BridgeError } from '../bridge/errors.ts';

/** A process number is used again after a while; with the time of its start it is not. */
interface Owner {
  readonly pid: number;
  /** Undefined where the system does not tell. */
  readonly started?: string;
}

export interface Lock {
  release(): Promise<void>;
}

/** Takes the lock, also from an owner that is dead. Throws `BridgeError('database')` if its owner lives. */
export async function takeLock(path: string): Promise<Lock> {
  const me: Owner = await describe(process.pid);
  const text = JSON.stringify(me);
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, text);
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (await linked(draft, path)) return { release: async () => release(path, text) };
      const holder = await readIfThere(path);
      if (holder === undefined) continue;
      const owner = parseOwner(holder);
      if (owner !== undefined && (await lives(owner))) throw inUse(path, owner.pid);
      await moveAway(path, holder);
    }
  } finally {
    await rm(draft, { force: true });
  }
  throw new BridgeError('database', `The lock ${path} is being fought over: start one process only.`);
}

function inUse(path: string, pid: number): BridgeError {
  return new BridgeError(
    'database',
    `The embedded database is in use by process ${pid} (${path}). It serves one process: stop that one, or use PostgreSQL.`,
  );
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a dead owner's lock, but never one that somebody took meanwhile. */
async function moveAway(path: string, expected: string): Promise<void> {
  const aside = `${path}.${process.pid}.dead`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await readIfThere(aside)) !== expected) await linked(aside, path);
  await rm(aside, { force: true });
}

async function release(path: string, mine: string): Promise<void> {
  if ((await readIfThere(path)) === mine) await rm(path, { force: true });
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    const value = JSON.parse(text) as Partial<Owner> | null;
    if (typeof value?.pid !== 'number' || !Number.isSafeInteger(value.pid) || value.pid <= 0) return undefined;
    return { pid: value.pid, ...(typeof value.started === 'string' && { started: value.started }) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // not ours, or cut short by a crash
    throw error;
  }
}

async function lives(owner: Owner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false; // EPERM: it is there, and somebody else's
  }
  const now = await describe(owner.pid);
  return owner.started === undefined || now.started === undefined || owner.started === now.started;
}

async function describe(pid: number): Promise<Owner> {
  try {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    // The second field is the program's name in brackets and may hold blanks; field 22 counts ticks since the boot.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? { pid } : { pid, started: `${boot.trim()}/${ticks}` };
  } catch {
    return { pid }; // no such thing on this system
  }
}
