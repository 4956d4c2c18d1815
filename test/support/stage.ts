// Real parts together, for end-to-end tests: Synapse, PostgreSQL, an MSN server, and the bridge as a process of its own.
// Knows how they are wired; must not know what is tested on them.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NetworkId } from '../../src/bridge/ids.ts';
import { registration } from '../../src/matrix/registration.ts';
import { BridgeProcess } from './bridge-process.ts';
import { freePort } from './free-port.ts';
import { MatrixPerson } from './matrix-person.ts';
import { type MsnUnderTest, msnUnderTest } from './msn-under-test.ts';
import { startPostgres } from './postgres.ts';
import { ensureSynapse } from './synapse-install.ts';
import { type RunningSynapse, startSynapse } from './synapse.ts';

export interface Stage {
  readonly synapse: RunningSynapse;
  readonly msn: MsnUnderTest;
  readonly bridge: BridgeProcess;
  readonly databaseUrl: string;
  readonly bot: string;
  /** The ghost of somebody on the MSN server. */
  ghost(address: string): string;
  /** A new Matrix user, permitted to use the bridge unless the name begins with "stranger". */
  person(name: string): Promise<MatrixPerson>;
  stop(): Promise<void>;
}

export interface StageOptions {
  readonly dialect: MsnUnderTest['dialect'];
  readonly roomVersion?: string;
  readonly progress?: (line: string) => void;
}

export async function setStage({ dialect, roomVersion, progress = () => undefined }: StageOptions): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'bridge-stage-'));
  const stops: (() => Promise<unknown>)[] = [
    async () => rm(directory, { recursive: true, force: true, maxRetries: 5 }),
  ];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).toReversed()) await one();
  };
  try {
    const msn = await msnUnderTest(dialect);
    stops.push(async () => msn.stop());
    const postgres = await startPostgres();
    stops.push(async () => postgres.stop());
    const tokens = { as: randomBytes(32).toString('hex'), hs: randomBytes(32).toString('hex') };
    const port = await freePort();
    const domain = 'synapse.test';
    const synapse = await startSynapse({
      install: await ensureSynapse(progress),
      directory: join(directory, 'synapse'),
      serverName: domain,
      ...(roomVersion !== undefined && { defaultRoomVersion: roomVersion }),
      registration: [
        registration({
          id: 'msn',
          url: `http://127.0.0.1:${port}`,
          asToken: tokens.as,
          hsToken: tokens.hs,
          domain,
          botLocalpart: 'msnbot',
          ghostPrefix: '',
          networks: ['msn' as NetworkId],
        }),
      ],
    });
    stops.push(async () => synapse.stop());
    const databaseUrl = await postgres.createDatabase();
    const bridge = await BridgeProcess.start({
      directory: join(directory, 'bridge'),
      homeserver: { url: synapse.url, domain },
      tokens,
      port,
      databaseUrl,
      permissions: { [domain]: 'user', [`@stranger:${domain}`]: 'block' },
      servers: { test: msn.configuration },
    });
    stops.push(async () => bridge.stop());
    return {
      synapse,
      msn,
      bridge,
      databaseUrl,
      bot: `@msnbot:${domain}`,
      ghost: (address) => `@msn_test_${address.toLowerCase().replaceAll('@', '=40')}:${domain}`,
      person: async (name) => {
        await synapse.registerUser(name, 'secret-of-a-test');
        const person = await MatrixPerson.signIn({ url: synapse.url, user: name, password: 'secret-of-a-test' });
        stops.push(async () => person.stop());
        return person;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
