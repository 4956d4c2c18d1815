// The MSN server that the end-to-end suite talks to: one named in the environment, else the double. Knows where it is and
// who is on it; the tests do not know which one it is, except by what it promises.

import { setTimeout as delay } from 'node:timers/promises';

import { MsnPerson, PERSON_DIALECTS, type MsnPersonOptions, type PersonDialect } from './msn-person.ts';
import { MsnServerDouble } from './msn-server/msn-server-double.ts';

/** A real server we know writes down once a second what lists have become, and loses the presence of whoever comes back
 * too soon after leaving. */
const REST_MS = 1_500;

export interface Account {
  readonly address: string;
  readonly password: string;
}

export interface MsnUnderTest {
  readonly name: string;
  readonly dialect: PersonDialect;
  /** alice is the bridge's user; bob and carol are on her list. */
  readonly alice: Account;
  readonly bob: Account;
  readonly carol: Account;
  /** Knows nobody, if there is a fourth. */
  readonly dave: Account | undefined;
  /** The server's entry in config.yaml. */
  readonly configuration: object;
  /** The bridge goes over the HTTP gateway. */
  readonly overGateway: boolean;
  /** Undefined for a real server: only the double can be told to misbehave. */
  readonly double: MsnServerDouble | undefined;
  signIn(account: Account, options?: Partial<MsnPersonOptions>): Promise<MsnPerson>;
  /** Alice and dave are strangers again; she must not be signed in. */
  part(): Promise<void>;
  /** What was done to the lists of people who are away stands. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * MSN_HOST, MSN_PORT, MSN_NEXUS_URL, MSN_CA_FILE, MSN_ACCOUNTS (`address:password`, three or four of them, apart by commas),
 * MSN_DIALECT, MSN_GATEWAY_URL (the bridge then connects to nothing else). Without MSN_HOST it is the double, and any
 * MSN_GATEWAY_URL means the double's.
 */
export async function msnUnderTest(dialect: PersonDialect): Promise<MsnUnderTest> {
  return process.env['MSN_HOST'] === undefined ? theDouble(dialect) : theRealOne(process.env['MSN_HOST'], dialect);
}

/** What MSN_DIALECT names: one of MSNP2 to MSNP12, several of them apart by commas, or `all`. @throws on any other. */
export function dialectsFromEnvironment(otherwise: readonly PersonDialect[]): readonly PersonDialect[] {
  const wanted = process.env['MSN_DIALECT'];
  if (wanted === undefined) return otherwise;
  if (wanted === 'all') return PERSON_DIALECTS;
  return wanted.split(',').map((name) => {
    const dialect = PERSON_DIALECTS.find((one) => one === name.trim());
    if (!dialect) throw new Error(`MSN_DIALECT is “all” or some of ${PERSON_DIALECTS.join(', ')}`);
    return dialect;
  });
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly nexusUrl: string;
  readonly caFile: string | undefined;
  readonly gatewayUrl: string | undefined;
}

async function theDouble(dialect: PersonDialect): Promise<MsnUnderTest> {
  const accounts = ['alice', 'bob', 'carol', 'dave'].map((name) => ({
    address: `${name}@example.com`,
    password: 'test1234',
  }));
  const double = await MsnServerDouble.start({
    accounts: accounts.map((account) => ({
      ...account,
      name: account.address.charAt(0).toUpperCase() + account.address.slice(1, account.address.indexOf('@')),
      contacts: accounts.slice(0, 3).includes(account)
        ? accounts.slice(0, 3).flatMap((other) => (other === account ? [] : [other.address]))
        : [],
    })),
  });
  const { host, port, nexusUrl, caFile, gateway } = double;
  const gatewayUrl = process.env['MSN_GATEWAY_URL'] === undefined ? undefined : gateway.url;
  return {
    ...describe('double', dialect, accounts, { host, port, nexusUrl, caFile, gatewayUrl }),
    double,
    settle: async () => undefined,
    stop: async () => double.stop(),
  };
}

async function theRealOne(host: string, dialect: PersonDialect): Promise<MsnUnderTest> {
  const accounts = (process.env['MSN_ACCOUNTS'] ?? '').split(',').map((entry) => {
    const [address = '', password = ''] = entry.split(':');
    return { address, password };
  });
  const place = {
    host,
    port: Number(process.env['MSN_PORT'] ?? 1863),
    nexusUrl: process.env['MSN_NEXUS_URL'] ?? `https://${host}/rdr/pprdr.asp`,
    caFile: process.env['MSN_CA_FILE'],
    gatewayUrl: process.env['MSN_GATEWAY_URL'],
  };
  const rest = async (): Promise<void> => delay(REST_MS);
  const msn = { ...describe('real server', dialect, accounts, place), double: undefined, settle: rest, stop: rest };
  await msn.part(); // whatever an earlier run has left on the server
  return msn;
}

/** Both are there meanwhile: each one's change reaches the other's lists, which a server may have read before. */
async function part(one: MsnPerson, other: MsnPerson): Promise<void> {
  await one.book.forget(other.address);
  await other.book.forget(one.address);
  await Promise.all([one.signOut(), other.signOut()]);
}

function describe(
  name: string,
  dialect: PersonDialect,
  accounts: readonly Account[],
  place: Place,
): Omit<MsnUnderTest, 'double' | 'settle' | 'stop'> {
  const [alice, bob, carol, dave] = accounts;
  if (!alice || !bob || !carol) throw new Error('three accounts are needed: MSN_ACCOUNTS=a@x:pw,b@x:pw,c@x:pw');
  const signIn: MsnUnderTest['signIn'] = async (account, options) =>
    MsnPerson.signIn({ ...place, ...account, dialect, ...options });
  return {
    name,
    dialect,
    alice,
    bob,
    carol,
    dave,
    configuration: {
      name: 'Test server',
      host: place.host,
      port: place.port,
      nexus_url: place.nexusUrl,
      dialects: [dialect],
      hosts: [place.host],
      private_addresses: true,
      ...(place.gatewayUrl !== undefined && { gateway_url: place.gatewayUrl, gateway_only: true }),
      ...(place.caFile !== undefined && { tls: { ca_file: place.caFile } }),
    },
    overGateway: place.gatewayUrl !== undefined,
    signIn,
    part: async () => {
      if (dave) await part(await signIn(alice, { status: undefined }), await signIn(dave, { status: undefined }));
    },
  };
}
