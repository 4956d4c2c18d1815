// `npm run sandbox`: everything on this machine, in one command: a homeserver, an MSN server with people on it, and the
// bridge between them. Shows a conversation, says how to join in, and stays up.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NetworkId } from '../../src/bridge/ids.ts';
import { registration } from '../../src/matrix/registration.ts';
import { BridgeProcess } from '../support/bridge-process.ts';
import { freePort } from '../support/free-port.ts';
import { MatrixPerson } from '../support/matrix-person.ts';
import { startMsn, USER } from './contacts.ts';
import { converse } from './conversation.ts';
import { DOMAIN, startHomeserver } from './homeserver.ts';

const YOU = { name: 'you', password: 'sandbox' };
const BOT = `@msnbot:${DOMAIN}`;

const stops: (() => Promise<unknown>)[] = [];

function progress(line: string): void {
  console.log(`  … ${line}`);
}

async function main(): Promise<void> {
  console.log('A sandbox: everything runs on this machine only, and is gone when it ends (Ctrl-C).\n');
  const directory = await mkdtemp(join(tmpdir(), 'bridge-sandbox-'));
  stops.push(async () => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const tokens = { as: randomBytes(32).toString('hex'), hs: randomBytes(32).toString('hex') };
  const port = await freePort();

  progress('starting an MSN server with Bob, Carol and Dave on it');
  const msn = await startMsn();
  stops.push(async () => msn.stop());
  const homeserver = await startHomeserver(
    directory,
    registration({
      id: 'msn',
      url: `http://127.0.0.1:${port}`,
      asToken: tokens.as,
      hsToken: tokens.hs,
      domain: DOMAIN,
      botLocalpart: 'msnbot',
      ghostPrefix: '',
      networks: ['msn' as NetworkId],
    }),
    progress,
  );
  stops.push(async () => homeserver.stop());
  await homeserver.createUser(YOU.name, YOU.password);

  progress('starting the bridge, with its embedded database');
  const { host, port: msnPort, nexusUrl, caFile } = msn.server;
  const bridge = await BridgeProcess.start({
    directory: join(directory, 'bridge'),
    homeserver: { url: homeserver.url, domain: DOMAIN },
    tokens,
    port,
    permissions: { [DOMAIN]: 'user' },
    servers: {
      sandbox: {
        name: 'Sandbox',
        host,
        port: msnPort,
        nexus_url: nexusUrl,
        hosts: [host],
        private_addresses: true,
        ...(caFile !== undefined && { tls: { ca_file: caFile } }),
      },
    },
  });
  stops.push(async () => bridge.stop());

  console.log('\nA conversation, through the bridge, as a Matrix client sees it:\n');
  const you = await MatrixPerson.signIn({ url: homeserver.url, user: YOU.name, password: YOU.password });
  await converse(you, BOT, msn, (who, what) =>
    console.log(`  ${`${who}:`.padEnd(10)} ${what.replaceAll('\n', `\n${' '.repeat(13)}`)}`),
  );
  you.stop();

  console.log(`
It works. Now you: open any Matrix client and sign in with

  homeserver   ${homeserver.url}   (${homeserver.what})
  user         ${YOU.name}
  password     ${YOU.password}

The two rooms of the conversation are there. Bob, Carol and Dave answer; Erin is never there.
In the room with ${BOT} send “help”. The MSN account is ${USER.address}, password ${USER.password}.
Ctrl-C ends the sandbox.`);
}

async function tearDown(): Promise<void> {
  for (const stop of stops.splice(0).toReversed()) {
    await stop().catch((error: unknown) => console.error(error instanceof Error ? error.message : error));
  }
}

// The Matrix client keeps timers for minutes: the process is ended by hand.
let ending = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (ending) return; // twice pressed is not twice ended
    ending = true;
    console.log('\nending the sandbox');
    void tearDown().then(() => process.exit(0));
  });
}

try {
  await main();
  if (process.argv.includes('--once')) {
    await tearDown();
    process.exit(0);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await tearDown();
  process.exit(1);
}
