// A stage for tests of the double: alice, bob and carol, a server, and clearing up. Knows no protocol.
import { createHash } from 'node:crypto';

import { onTestFinished } from 'vitest';

import { MsnPerson, type MsnPersonOptions } from '../support/msn-person.ts';
import { fetchTicket } from '../support/msn-person/passport.ts';
import { DIALECTS } from '../support/msn-server/dialects.ts';
import { MsnServerDouble, type MsnServerOptions } from '../support/msn-server/msn-server-double.ts';
import { Wire } from './wire.ts';

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

/** A connection on which nothing has been said. */
export async function connect(server: MsnServerDouble, side: 'NS' | 'SB' = 'NS'): Promise<Wire> {
  const wire = await Wire.open(side, side === 'NS' ? server.port : server.switchboardPort);
  onTestFinished(() => wire.destroy());
  return wire;
}

/** VER to USR OK, said by hand; what comes with it has been read. */
export async function rawSignIn(server: MsnServerDouble, address: string, dialect = 'MSNP8'): Promise<Wire> {
  const wire = await connect(server);
  const { signIn: method, personalMessage } = DIALECTS.get(dialect) ?? {};
  await wire.ask(`VER 1 ${dialect} CVR0`);
  if (method === 'TWN') await wire.ask(`CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 5.0.0544 msmsgs ${address}`);
  else await wire.ask('INF 2');
  const { args } = await wire.ask(`USR 3 ${method} I ${address}`);
  const proof =
    method === 'TWN'
      ? await fetchTicket(server, address, 'secret', args[3] ?? '')
      : createHash('md5').update(`${args[3]}secret`).digest('hex');
  await wire.ask(`USR 4 ${method} S ${proof}`);
  await wire.takeVerb('MSG');
  if (personalMessage) await wire.takeVerb('SBS');
  return wire;
}

/** Signed in by hand, and online. */
export async function rawOnline(server: MsnServerDouble, address: string, dialect = 'MSNP8'): Promise<Wire> {
  const wire = await rawSignIn(server, address, dialect);
  const { capabilities, mail } = DIALECTS.get(dialect) ?? {};
  await wire.ask(capabilities ? 'CHG 5 NLN 0' : 'CHG 5 NLN');
  if (mail === 'document') await wire.takeVerb('MSG');
  return wire;
}

/** A switchboard of one's own, by hand. */
export async function rawRoom(server: MsnServerDouble, notification: Wire, address: string): Promise<Wire> {
  const { args } = await notification.ask('XFR 100 SB');
  const wire = await connect(server, 'SB');
  await wire.ask(`USR 1 ${address} ${args[4]}`);
  return wire;
}

/** Answers the ring that waits, by hand. */
export async function rawAnswer(server: MsnServerDouble, notification: Wire, address: string): Promise<Wire> {
  const { args } = await notification.takeVerb('RNG');
  const wire = await connect(server, 'SB');
  wire.write(`ANS 1 ${address} ${args[3]} ${args[0]}`);
  await wire.takeVerb('ANS');
  return wire;
}
