// A PostgreSQL that loses no commit even if the machine does. The server of the tests writes without fsync, and by its
// command line, which no setting overrides: so that one is ended, and the same data is served again without it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { type RunningPostgres, startPostgres } from '../../test/support/postgres.ts';

export interface DurablePostgres {
  /** For people: version and what is on. */
  readonly description: string;
  readonly createDatabase: () => Promise<string>;
  stop(): Promise<void>;
}

interface Found {
  readonly binaries: string;
  readonly data: string;
  readonly port: string;
}

const START_LIMIT_MS = 20_000;
// The server ends with us however we end: our end of its standard input closes. What it kept is nobody's any more.
const LAUNCHER = `
exec 3<&0
"$@" 3<&- &
server=$!
(cat <&3 >/dev/null; kill -INT $server) &
exec 3<&-
wait $server
rm -rf "$HOME"`;

/** A server of the environment (TEST_POSTGRES_URL) is taken as it is; the description says whether it is durable. */
export async function startDurablePostgres(): Promise<DurablePostgres> {
  const postgres = await startPostgres();
  if (postgres.source === 'environment') return durable(postgres, () => postgres.stop());
  const [found] = await query<Found>(
    postgres.url(),
    `select (select setting from pg_config where name = 'BINDIR') as binaries,
      current_setting('data_directory') as data, current_setting('port') as port`,
  );
  if (found === undefined) throw new Error('the server does not say where it lives');
  await query(postgres.url(), 'checkpoint');
  await postgres.kill9();
  const child = await serve(found);
  await untilAnswers(postgres.url(), child);
  return durable(postgres, async () => {
    const ended = once(child, 'exit');
    (child.stdin as Socket).destroy();
    await ended;
    await postgres.stop();
  });
}

async function durable(postgres: RunningPostgres, stop: () => Promise<void>): Promise<DurablePostgres> {
  const [row] = await query<{ words: string }>(
    postgres.url(),
    `select 'PostgreSQL ' || current_setting('server_version') || ', fsync ' || current_setting('fsync')
      || ', synchronous_commit ' || current_setting('synchronous_commit') as words`,
  );
  return { description: row?.words ?? '', createDatabase: () => postgres.createDatabase(), stop };
}

async function serve({ binaries, data, port }: Found): Promise<ChildProcess> {
  const { uid, gid } = await stat(data);
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=on'];
  const command = [join(binaries, 'postgres'), '-D', data, ...settings.flatMap((one) => ['-c', one])];
  return spawn('/bin/sh', ['-c', LAUNCHER, 'postgres', ...command], {
    cwd: data,
    env: { PATH: process.env['PATH'], HOME: dirname(data), LC_ALL: 'C' },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // Ctrl-C in a terminal is for us, not for it
    ...(process.getuid?.() === 0 ? { uid, gid } : {}),
  });
}

async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + START_LIMIT_MS;
  for (;;) {
    try {
      await query(url, 'select 1');
      return;
    } catch (error) {
      if (child.exitCode !== null || Date.now() > until) throw error;
      await delay(50);
    }
  }
}

async function query<Row>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined); // the promises tell
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}
