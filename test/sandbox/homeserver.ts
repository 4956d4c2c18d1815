// The sandbox's homeserver: a real Synapse where Python and PyPI are there, else the double. Knows how to start either.

import { join } from 'node:path';
import type { Registration } from '../../src/matrix/registration.ts';
import { HomeserverDouble } from '../support/homeserver/homeserver.ts';
import { ensureSynapse, SynapseUnavailable } from '../support/synapse-install.ts';
import { startSynapse } from '../support/synapse.ts';

export const DOMAIN = 'sandbox.test';

export interface SandboxHomeserver {
  readonly what: string;
  readonly url: string;
  createUser(name: string, password: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startHomeserver(
  directory: string,
  registration: Registration,
  progress: (line: string) => void,
): Promise<SandboxHomeserver> {
  try {
    return await realOne(directory, registration, progress);
  } catch (error) {
    if (!(error instanceof SynapseUnavailable)) throw error;
    progress(error.message);
    progress(
      'Using the homeserver double of the tests instead: good enough for a look, but it is not a real homeserver.',
    );
    return theDouble(registration);
  }
}

async function realOne(
  directory: string,
  registration: Registration,
  progress: (line: string) => void,
): Promise<SandboxHomeserver> {
  const install = await ensureSynapse(progress);
  progress(`starting Synapse ${install.version}`);
  const synapse = await startSynapse({
    install,
    directory: join(directory, 'synapse'),
    serverName: DOMAIN,
    registration: [registration],
  });
  return {
    what: `Synapse ${install.version}`,
    url: synapse.url,
    createUser: async (name, password) => void (await synapse.registerUser(name, password)),
    stop: async () => synapse.stop(),
  };
}

async function theDouble(registration: Registration): Promise<SandboxHomeserver> {
  const homeserver = await HomeserverDouble.start({ serverName: DOMAIN, registration: { ...registration } });
  return {
    what: 'a homeserver double',
    url: homeserver.url,
    createUser: async (name, password) => void (await homeserver.createUser(name, password)),
    stop: async () => homeserver.stop(),
  };
}
