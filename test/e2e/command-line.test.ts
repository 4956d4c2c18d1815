// The program as its operator meets it: one sentence for what is wrong, and an exit code of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { BridgeProcess } from '../support/bridge-process.ts';
import { freePort } from '../support/free-port.ts';
import { HomeserverDouble } from '../support/homeserver/homeserver.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'src/main.ts');
const TOKENS = { as: 'as-token-of-an-operator', hs: 'hs-token-of-an-operator' };

let directory: string;
let homeserver: HomeserverDouble;
let port: number;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bridge-command-'));
  port = await freePort();
  homeserver = await HomeserverDouble.start({
    registration: {
      id: 'msn',
      url: `http://127.0.0.1:${port}`,
      as_token: TOKENS.as,
      hs_token: TOKENS.hs,
      sender_localpart: 'msnbot',
      namespaces: { users: [{ regex: '^@msn.*', exclusive: true }], aliases: [], rooms: [] },
    },
  });
});
afterAll(async () => {
  await homeserver.stop();
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

interface Settings {
  readonly homeserver?: object;
  readonly appservice?: object;
  readonly database?: object;
  readonly secrets?: object;
}

async function configure(name: string, changes: Settings = {}): Promise<string> {
  const file = join(directory, name);
  await writeFile(
    file,
    stringify({
      homeserver: { url: homeserver.url, domain: homeserver.serverName, ...changes.homeserver },
      appservice: {
        url: `http://127.0.0.1:${port}`,
        listen: { port },
        as_token: TOKENS.as,
        hs_token: TOKENS.hs,
        ...changes.appservice,
      },
      database: { directory: `${name}.db`, ...changes.database },
      ...(changes.secrets && { secrets: changes.secrets }),
      logging: { level: 'silent' },
      networks: { msn: { servers: { own: { name: 'Own', host: '127.0.0.1', nexus_url: 'http://127.0.0.1:9/' } } } },
    }),
  );
  return file;
}

async function run(...args: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['--disable-warning=DEP0060', MAIN, ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, said };
}

describe('the configuration', () => {
  test('a missing file is named, with the remedy', async () => {
    expect(await run('--config', 'none.yaml')).toEqual({
      code: 3,
      said: 'none.yaml: cannot be read (ENOENT). Copy config.sample.yaml to none.yaml and fill it in, or name another file with --config.\n',
    });
  });

  test('faults come with line and column', async () => {
    await writeFile(join(directory, 'bad.yaml'), 'homeserver:\n  url: 7\nmns: {}\n');
    const { code, said } = await run('check-config', '--config', 'bad.yaml');
    expect(code).toBe(3);
    expect(said).toContain('bad.yaml:2:8: homeserver.url: ');
    expect(said).toContain('bad.yaml:3:1: mns: unknown key');
  });

  test('an unknown command or option shows what there is', async () => {
    expect(await run('fly')).toMatchObject({ code: 2, said: expect.stringContaining('Usage: npm start') as string });
    expect(await run('--fly')).toMatchObject({ code: 2, said: expect.stringContaining('Usage: npm start') as string });
  });
});

describe('rotate-key', () => {
  test('puts a new key in front of the one that is there, and says what comes next', async () => {
    const file = await configure('keys.yaml', { secrets: { key_file: 'keys/secret.key' } });
    expect(await run('rotate-key', '--config', file)).toMatchObject({
      code: 4,
      said: expect.stringContaining('The first start of the bridge makes it.') as string,
    });
    const key = Buffer.alloc(32, 1).toString('base64');
    await mkdir(join(directory, 'keys'));
    await writeFile(join(directory, 'keys/secret.key'), `${key}\n`);
    expect(await run('rotate-key', '--config', file)).toMatchObject({
      code: 0,
      said: expect.stringMatching(/first of 2 in .*keys\/secret\.key.*\n.*older keys can be taken away/) as string,
    });
    expect(await readFile(join(directory, 'keys/secret.key'), 'utf8')).toMatch(/^[^\n]{44}\nAQEB[^\n]*\n$/);
  });
});

describe('registration', () => {
  test('makes tokens once, writes both files, and says what to do', async () => {
    await writeFile(join(directory, 'new.yaml'), await readFile(join(ROOT, 'config.sample.yaml')));
    const first = await run('registration', '--config', 'new.yaml');
    expect(first).toMatchObject({ code: 0, said: expect.stringContaining('app_service_config_files') as string });
    const text = await readFile(join(directory, 'new.yaml'), 'utf8');
    expect(text).toContain('# Where the bridge reaches your homeserver.');
    const config = parse(text) as { appservice: { as_token: string; hs_token: string } };
    const registration = parse(await readFile(join(directory, 'data/registration.yaml'), 'utf8')) as object;
    expect(registration).toMatchObject({
      as_token: config.appservice.as_token,
      hs_token: config.appservice.hs_token,
      receive_ephemeral: true,
    });
    expect((await run('check-config', '--config', 'new.yaml')).code).toBe(0);
    await run('registration', '--config', 'new.yaml');
    expect(await readFile(join(directory, 'new.yaml'), 'utf8')).toBe(text);
  });

  test('the committed registration has placeholders only, in the form that is written', async () => {
    const sample = parse(await readFile(join(ROOT, 'registration.yaml'), 'utf8')) as Record<string, unknown>;
    const written = parse(await readFile(join(directory, 'data/registration.yaml'), 'utf8')) as Record<string, unknown>;
    expect({ ...written, as_token: 'CHANGE-ME', hs_token: 'CHANGE-ME' }).toEqual(sample);
  });
});

describe('what is around it', () => {
  test('a homeserver that does not know the bridge', async () => {
    const file = await configure('token.yaml', { appservice: { as_token: 'another-token-altogether' } });
    expect(await run('--config', file)).toMatchObject({
      code: 5,
      said: expect.stringContaining('does not know the token of the bridge') as string,
    });
  });

  test('a homeserver that cannot be reached', async () => {
    const file = await configure('away.yaml', { homeserver: { url: `http://127.0.0.1:${await freePort()}` } });
    expect(await run('--config', file)).toMatchObject({
      code: 5,
      said: expect.stringMatching(/homeserver at http\S+ cannot be reached/) as string,
    });
  });

  test('an address that is not this machine’s', async () => {
    const file = await configure('address.yaml', { appservice: { listen: { host: '192.0.2.1', port } } });
    expect(await run('--config', file)).toMatchObject({
      code: 6,
      said: expect.stringContaining('this machine has no such address') as string,
    });
  });

  test('an alias that leads nowhere', async () => {
    await writeFile(join(directory, 'alias.yaml'), 'homeserver: *nowhere\n');
    const { code, said } = await run('check-config', '--config', 'alias.yaml');
    expect(code).toBe(3);
    expect(said).toContain('put a text that begins with * in quotes');
  });

  test('a signal while the homeserver is looked for ends it at once, and well', async () => {
    const file = await configure('waiting.yaml', { homeserver: { url: `http://127.0.0.1:${await freePort()}` } });
    const child = spawn(process.execPath, ['--disable-warning=DEP0060', MAIN, '--config', file], {
      cwd: directory,
      stdio: 'ignore',
    });
    const database = join(directory, 'waiting.yaml.db');
    await expect.poll(() => existsSync(database), { timeout: 20_000 }).toBe(true);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
  });

  test('a database that cannot be reached', async () => {
    const file = await configure('database.yaml', {
      database: { url: `postgres://nobody:hidden@127.0.0.1:${await freePort()}/none` },
    });
    const { code, said } = await run('--config', file);
    expect(code).toBe(4);
    expect(said).not.toContain('hidden');
    expect(said.trim().split('\n')).toHaveLength(1);
  });

  test('a port that is taken', async () => {
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
    const file = await configure('port.yaml', {
      appservice: { listen: { port: (taken.address() as AddressInfo).port } },
    });
    expect(await run('--config', file)).toMatchObject({
      code: 6,
      said: expect.stringMatching(/^The bridge cannot listen at \S+: another program has this port/) as string,
    });
    taken.close();
  });

  test('a second process on the embedded database', async () => {
    const first = await BridgeProcess.start({
      directory: join(directory, 'twice'),
      homeserver: { url: homeserver.url, domain: homeserver.serverName },
      tokens: TOKENS,
      port,
      permissions: {},
      servers: { own: { name: 'Own', host: '127.0.0.1', nexus_url: 'http://127.0.0.1:9/' } },
    });
    expect(first.log.some((line) => line.msg.includes('embedded trial database'))).toBe(true);
    const second = await configure('second.yaml', { database: { directory: join(directory, 'twice/data/database') } });
    expect(await run('--config', second)).toMatchObject({ code: 4 });
    expect(await first.stop()).toBe(0);
  });

  test('a key that is not the one', async () => {
    const file = await configure('key.yaml');
    await writeFile(join(directory, 'data/secret.key'), 'no key\n');
    const { code, said } = await run('--config', file);
    expect(code).toBe(4);
    expect(said).toContain(join(directory, 'data/secret.key'));
  });
});
