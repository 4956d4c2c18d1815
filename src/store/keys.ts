// Finds the key that secrets are sealed with, or makes the first one. Knows files; not what is sealed.

import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BridgeError } from '../bridge/errors.ts';
import type { Secret } from '../bridge/secret.ts';
import { KEY_BYTES, Sealer } from './sealed.ts';

/** Keys are base64 of 32 bytes, apart by blanks or line ends; the first one seals, all of them open. */
export type KeySource =
  | { readonly type: 'file'; readonly path: string }
  /** `name`: where it was written, for people: an environment variable, a line of the configuration. */
  | { readonly type: 'value'; readonly name: string; readonly value: Secret };

/**
 * @param inUse ids of the keys that the database needs.
 * A new key is made only if there is no file and the database needs none: any other way would lose what is sealed.
 */
export async function loadSealer(source: KeySource, inUse: readonly string[]): Promise<Sealer> {
  const sealer = new Sealer(parseKeys(await keyText(source, inUse.length > 0), source));
  if (inUse.every((id) => sealer.holds(id))) return sealer;
  throw new BridgeError(
    'database',
    `The key in ${nameOf(source)} is not the one that the stored passwords were sealed with. Put the old key back, or add it behind the new one.`,
  );
}

async function keyText(source: KeySource, needed: boolean): Promise<string> {
  if (source.type === 'value') return source.value.reveal();
  try {
    return await readFile(source.path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new BridgeError('database', `The key file ${source.path} cannot be read.`, { cause: error });
    }
    if (needed) {
      throw new BridgeError(
        'database',
        `The key file ${source.path} is missing, but the stored passwords were sealed with it. Put it back from your backup.`,
        { cause: error },
      );
    }
  }
  return makeKeyFile(source.path);
}

/** Puts a new key in front of those in a file; resolves to how many there are now. From the next start on it seals. */
export async function putKeyFirst(path: string): Promise<number> {
  const source = { type: 'file', path } as const;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new BridgeError('database', `The key file ${path} cannot be read. The first start of the bridge makes it.`, {
      cause: error,
    });
  }
  const older = parseKeys(text, source);
  await writeKeyFile(path, `${newKey()}\n${older.map((key) => key.toString('base64')).join('\n')}\n`);
  return older.length + 1;
}

async function makeKeyFile(path: string): Promise<string> {
  const text = `${newKey()}\n`;
  await writeKeyFile(path, text);
  return text;
}

function newKey(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}

async function writeKeyFile(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const draft = `${path}.new`;
    const file = await open(draft, 'w', 0o600);
    try {
      await file.chmod(0o600);
      await file.writeFile(text);
      await file.sync(); // passwords will need it after a loss of power, too
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    throw new BridgeError('database', `The key file ${path} cannot be written.`, { cause: error });
  }
}

function parseKeys(text: string, source: KeySource): [Buffer, ...Buffer[]] {
  const [first, ...others] = text.split(/\s+/).filter((word) => word !== '');
  if (first === undefined) throw malformed(source);
  return [parseKey(first, source), ...others.map((word) => parseKey(word, source))];
}

function parseKey(word: string, source: KeySource): Buffer {
  const bytes = Buffer.from(word, 'base64');
  if (bytes.length !== KEY_BYTES || !/^[A-Za-z0-9+/_-]+=?$/.test(word)) throw malformed(source);
  return bytes;
}

function malformed(source: KeySource): BridgeError {
  return new BridgeError('database', `${nameOf(source)} holds no key: 32 bytes in base64 are expected.`);
}

function nameOf(source: KeySource): string {
  return source.type === 'file' ? source.path : source.name;
}
