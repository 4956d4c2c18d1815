// The command line: reads the arguments, runs one command, and says in one sentence why it ended.

import { parseArgs } from 'node:util';
import { KEY_VARIABLE, startApp } from './app.ts';
import { BridgeError } from './bridge/errors.ts';
import type { NetworkId } from './bridge/ids.ts';
import { Secret } from './bridge/secret.ts';
import { EXIT } from './cli/exit-codes.ts';
import { writeRegistration } from './cli/registration.ts';
import { systemClock } from './clock.ts';
import { readConfig } from './config/config.ts';
import { ConfigError } from './config/errors.ts';
import { endInTime } from './drain.ts';
import { openLog } from './log.ts';
import { putKeyFirst } from './store/keys.ts';

const USAGE = `Usage: npm start [-- --config FILE]            runs the bridge
       npm run registration [-- --config FILE] makes tokens and the homeserver's registration file
       npm run check-config [-- --config FILE] says what is wrong with a configuration
       npm run rotate-key [-- --config FILE]   makes a new key for the stored passwords`;

class UsageError extends Error {
  override readonly name = 'UsageError';
}

async function main(): Promise<number> {
  const { positionals, values } = readArguments();
  const [command = 'run', ...rest] = positionals;
  if (values.help) {
    console.log(USAGE);
    return EXIT.ok;
  }
  if (rest.length > 0) throw new UsageError(`unexpected argument “${rest[0]}”`);
  switch (command) {
    case 'run':
      return run(values.config);
    case 'registration':
      return register(values.config);
    case 'rotate-key':
      return rotateKey(values.config);
    case 'check-config':
      readConfig(values.config);
      console.log(`${values.config} is fine.`);
      return EXIT.ok;
    default:
      throw new UsageError(`there is no command “${command}”`);
  }
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        config: { type: 'string', short: 'c', default: 'config.yaml' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function run(file: string): Promise<number> {
  const config = readConfig(file);
  const log = openLog(config.logging.level);
  if (config.database.url === undefined) {
    log.warn(
      { directory: config.database.directory },
      'no database.url: using the embedded trial database: one process, no safety against power loss, about 300 MB',
    );
  }
  const stopped = signalled();
  const key = process.env[KEY_VARIABLE];
  const starting = startApp(config, {
    clock: systemClock,
    log,
    key: key === undefined ? undefined : new Secret(key),
    onLost: (error) => {
      log.error({ err: error }, 'another process has taken the database over');
      console.error(error.message);
      process.exit(EXIT.database);
    },
  });
  const app = await Promise.race([starting, stopped]);
  if (typeof app === 'string') {
    // Nobody is signed in yet and nothing is in hand; what waits is in the journal.
    log.info({ signal: app }, 'stopped before it was ready');
    process.exit(EXIT.ok);
  }
  log.info({ port: app.port }, 'ready');
  const signal = await stopped;
  log.info({ signal }, 'stopping');
  process.exit(await endInTime(app, { clock: systemClock, log }));
}

function register(file: string): number {
  const { path, fresh } = writeRegistration(file, ['msn' as NetworkId]);
  console.log(`${fresh ? `New tokens are in ${file}. ` : ''}The registration is in ${path}.`);
  console.log('Copy it to where your homeserver may read it, for example:');
  console.log(`  sudo install -o matrix-synapse -m 600 ${path} /etc/matrix-synapse/msn-registration.yaml`);
  console.log('Synapse: add this to homeserver.yaml, with the path of the copy, then restart the homeserver:');
  console.log(`  app_service_config_files:\n    - /etc/matrix-synapse/msn-registration.yaml`);
  return EXIT.ok;
}

async function rotateKey(file: string): Promise<number> {
  const { key_file: path } = readConfig(file).secrets;
  if (process.env[KEY_VARIABLE] !== undefined)
    throw new ConfigError([`The key is in ${KEY_VARIABLE}, not in a file. Put a new one in front of it there.`]);
  const count = await putKeyFirst(path);
  console.log(`A new key is the first of ${count} in ${path}. Keep a copy of the file, then restart the bridge.`);
  console.log('It seals everything anew while it runs; its log says when the older keys can be taken away.');
  return EXIT.ok;
}

/** Why one cannot listen where the configuration says. */
const LISTENING = new Map([
  ['EADDRINUSE', 'another program has this port. Choose another in appservice.listen.port (and appservice.url)'],
  ['EADDRNOTAVAIL', 'this machine has no such address. Choose another in appservice.listen.host'],
  [
    'EACCES',
    'an ordinary user may not have this port. Choose one above 1023 in appservice.listen.port (and appservice.url)',
  ],
]);

async function signalled(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}

function exitCode(error: unknown): number {
  if (error instanceof ConfigError) return EXIT.configuration;
  if (error instanceof BridgeError && error.code === 'database') return EXIT.database;
  if (error instanceof BridgeError && error.code.startsWith('homeserver')) return EXIT.homeserver;
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof Error && 'code' in error && LISTENING.has(String(error.code))) return EXIT.address;
  return EXIT.bug;
}

function explain(error: unknown, code: number): string {
  if (!(error instanceof Error)) return String(error);
  switch (code) {
    case EXIT.usage:
      return `${error.message}\n${USAGE}`;
    case EXIT.address: {
      const at = error as { readonly code?: string; readonly address?: string; readonly port?: number };
      return `The bridge cannot listen at ${at.address}:${at.port}: ${LISTENING.get(at.code ?? '')}.`;
    }
    case EXIT.bug:
      return error.stack ?? error.message;
    default:
      return error.message;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.exitCode = exitCode(error);
  console.error(explain(error, process.exitCode));
}
