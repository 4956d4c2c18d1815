// How a person signs in: VER to USR OK, by a digest of the password or by a ticket. Knows the order; not what comes after.
import { createHash } from 'node:crypto';

import { HABITS, type PersonDialect } from './habits.ts';
import type { Line } from './line.ts';
import { fetchTicket, type PassportWay } from './passport.ts';

export interface Credentials extends PassportWay {
  readonly address: string;
  readonly password: string;
  readonly dialect: PersonDialect;
}

/** The address to go to instead, if the server names one. */
export async function authenticate(line: Line, credentials: Credentials): Promise<string | undefined> {
  const { address, dialect } = credentials;
  const version = await line.request('VER', dialect, 'CVR0');
  if (version.args[1] !== dialect) throw new Error(`${address}: the server does not speak ${dialect}`);
  const { signIn, client } = HABITS[dialect];
  return signIn === 'MD5' ? signInByDigest(line, credentials, client) : signInByTicket(line, credentials, client);
}

async function signInByDigest(line: Line, credentials: Credentials, client: string): Promise<string | undefined> {
  const { address, password } = credentials;
  const methods = await line.request('INF');
  if (!methods.args.includes('MD5')) throw new Error(`${address}: the server does not take a digest`);
  const { verb, args } = await line.request('USR', 'MD5', 'I', address);
  if (verb === 'XFR') return args[2];
  const digest = createHash('md5').update(`${args[3]}${password}`).digest('hex');
  await line.request('USR', 'MD5', 'S', digest);
  await line.request('CVR', ...`0x0409 win 4.10 i386 ${client}`.split(' '));
  return undefined;
}

async function signInByTicket(line: Line, credentials: Credentials, client: string): Promise<string | undefined> {
  const { address, password } = credentials;
  await line.request('CVR', ...`0x0409 winnt 5.1 i386 ${client} ${address}`.split(' '));
  const { verb, args } = await line.request('USR', 'TWN', 'I', address);
  if (verb === 'XFR') return args[2];
  await line.request('USR', 'TWN', 'S', await fetchTicket(credentials, address, password, args[3] ?? ''));
  return undefined;
}
