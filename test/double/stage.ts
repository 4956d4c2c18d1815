// A stage for tests of the double: alice, bob and carol, a server, and clearing up. Knows no protocol.
import { onTestFinished } from 'vitest';

import { MsnPerson, type MsnPersonOptions } from '../support/msn-person.ts';
import { MsnServerDouble, type MsnServerOptions } from '../support/msn-server/msn-server-double.ts';

export const ALICE = 'alice@example.com';
export const BOB = 'bob@example.com';
export const CAROL = 'carol@example.com';

const ACCOUNTS = [
  { address: ALICE, name: 'Alice', contacts: [BOB, CAROL] },
  { address: BOB, name: 'Bob', contacts: [ALICE] },
  { address: CAROL, name: 'Carol', contacts: [ALICE, BOB] },
];

/** Stopped when the test is over. */
export async function startServer(options: Partial<MsnServerOptions> = {}): Promise<MsnServerDouble> {
  const server = await MsnServerDouble.start({ accounts: ACCOUNTS, ...options });
  onTestFinished(() => server.stop());
  return server;
}

/** Gone when the test is over. */
export async function signIn(
  server: MsnServerDouble,
  address: string,
  options: Partial<MsnPersonOptions> = {},
): Promise<MsnPerson> {
  const person = await MsnPerson.signIn({
    host: server.host,
    port: server.port,
    nexusUrl: server.nexusUrl,
    caFile: server.caFile,
    address,
    password: 'secret',
    dialect: 'MSNP8',
    ...options,
  });
  onTestFinished(() => person.vanish());
  return person;
}
