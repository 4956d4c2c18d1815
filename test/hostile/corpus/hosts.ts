// Hosts that a server may not send us to, in every spelling that we know, by every word in which a server can name one.
// Nothing is connected to, as the socket layer sees it; where the operator has listed the host, each way does connect.

import assert from 'node:assert/strict';

import type { ChatId } from '../../../src/bridge/ids.ts';
import { text } from '../../../src/bridge/events.ts';
import type { ClientSink, NetworkClient } from '../../../src/bridge/network.ts';
import { TweenerSession } from '../../../src/msnp/auth-tweener.ts';
import { GatewaySession } from '../../../src/msnp/gateway.ts';
import { NotificationSession } from '../../../src/msnp/notification.ts';
import type { FetchReply, FetchRequest, Output } from '../../../src/msnp/session.ts';
import { createIo } from '../../../src/networks/msn/io.ts';
import type { Io } from '../../../src/networks/msn/io.ts';
import { createMsnNetwork } from '../../../src/networks/msn/network.ts';
import type { ServerProfile } from '../../../src/networks/msn/profile.ts';
import { Carried } from '../../msnp/support/carried.ts';
import { order } from '../../msnp/support/inputs.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { keptLog } from '../../support/no-log.ts';
import { ConnectAudit } from '../audit.ts';
import { hostileProfile } from '../hostile-server.ts';
import { HostileScript } from '../hostile-script.ts';
import { memoryIo, newLogin } from './scene.ts';
import { kind } from './kind.ts';
import type { Entry, HostileCase } from './kind.ts';

interface HostCase extends HostileCase {
  readonly host: string;
}

/** A server in the net of all, and one within our own walls. Neither may send us anywhere but to itself. */
const PROFILES: readonly (readonly [name: string, profile: ServerProfile])[] = [
  [
    'a public server',
    {
      ...hostileProfile({ port: 1863, loginUrl: 'https://93.184.215.14/login' }),
      notification: { host: '93.184.215.14', port: 1863 },
      privateAddresses: false,
    },
  ],
  [
    'a server of our own',
    {
      ...hostileProfile({ port: 1863, loginUrl: 'https://10.77.7.7/login' }),
      notification: { host: '10.77.7.7', port: 1863 },
    },
  ],
];

const PATIENCE_MS = 20_000;

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > end) throw new Error('it never came to be');
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** The server's own connections are in memory; wherever else it sends us is the real world. */
function partlyReal(profile: ServerProfile, script: HostileScript): Io & { readonly busy: () => boolean } {
  const [memory, real] = [memoryIo(script), createIo(profile)];
  let pending = 0;
  return {
    ...memory,
    busy: () => pending > 0,
    async dial(host, port, listener) {
      if (host === profile.notification.host && port === profile.notification.port)
        return memory.dial(host, port, listener);
      pending += 1;
      try {
        return await real.dial(host, port, listener);
      } finally {
        pending -= 1;
      }
    },
  };
}

interface Signed {
  readonly client: NetworkClient;
  readonly io: ReturnType<typeof partlyReal>;
  readonly states: string[];
  close(): Promise<void>;
}

function open(profile: ServerProfile, script: HostileScript): Signed {
  const io = partlyReal(profile, script);
  const clock = new FakeClock();
  const network = createMsnNetwork({ profiles: [profile], clock, log: keptLog(), io: () => io });
  const states: string[] = [];
  const sink: ClientSink = { event: () => undefined, state: (state) => states.push(state), remember: () => undefined };
  const client = network.createClient(newLogin(network), sink);
  client.connect(1, {});
  const close = async (): Promise<void> => {
    let gone = false;
    void client.disconnect().finally(() => (gone = true));
    await until(() => (clock.advance(1_000), gone));
  };
  return { client, io, states, close };
}

const where = ({ notification }: ServerProfile): string => `${notification.host}:${notification.port}`;
const bracketed = (host: string): string => (/^[\da-f:.]*:[\da-f:.]*:[\da-f:.]*$/i.test(host) ? `[${host}]` : host);

/** By the sign-in: the notification server sends us on. */
async function transferred(profile: ServerProfile, named: string): Promise<void> {
  const script = new HostileScript({
    where: where(profile),
    answers: { USR: (trid) => `XFR ${trid} NS ${named} 0 0\r\n` },
  });
  const signed = open(profile, script);
  await until(() => signed.states.length > 1 && !signed.io.busy());
  await signed.close();
}

/** By a switchboard that we asked for. */
async function granted(profile: ServerProfile, named: string): Promise<void> {
  const script = new HostileScript({
    where: where(profile),
    answers: { XFR: (trid) => `XFR ${trid} SB ${named} CKI ticket\r\n` },
  });
  const signed = open(profile, script);
  await until(() => signed.states.includes('connected'));
  const sent = signed.client.send('bob@example.com' as ChatId, text('x'), async () => undefined);
  let failed = false;
  sent.catch(() => (failed = true));
  await until(() => failed);
  await until(() => !signed.io.busy());
  await signed.close();
}

/** By a call of somebody's. */
async function rung(profile: ServerProfile, named: string): Promise<void> {
  const script = new HostileScript({ where: where(profile) });
  const signed = open(profile, script);
  await until(() => signed.states.includes('connected'));
  script.tell(`RNG 7 ${named} CKI ticket bob@example.com Bob\r\n`);
  // an honest call comes after it, unless the line was none and the connection is over
  let answered = false;
  void script.ring().then(() => (answered = true));
  await until(() => (answered || signed.states.at(-1) !== 'connected') && !signed.io.busy());
  await signed.close();
}

type Outputs = readonly Output<unknown>[];

/** Whatever is asked next is asked for in earnest, unless it is the server itself. */
async function ask(profile: ServerProfile, outputs: Outputs): Promise<void> {
  for (const output of outputs) {
    if (output.type !== 'fetch' || new URL(output.url).hostname === profile.notification.host) continue;
    const { type: _, id: __, ...request } = output;
    await createIo(profile).fetch({ ...request, timeoutMs: 5_000 });
  }
}

function replied(headers: Readonly<Record<string, string>>, status = 200): FetchReply {
  return { type: 'response', status, headers: new Map(Object.entries(headers)), body: new Uint8Array(0) };
}

function signingIn(profile: ServerProfile, answer: FetchReply, from: 'nexus' | 'login'): Outputs {
  const loginUrl = profile.loginUrl ?? '';
  const session = new TweenerSession({
    address: 'alice@example.com',
    password: 'canary',
    nexusUrl: loginUrl,
    ...(from === 'login' && { loginUrl }),
  });
  const first = session.handle(order({ type: 'start', challenge: 'c' })).find((output) => output.type === 'fetch');
  return session.handle({ type: 'fetched', at: new Date(0), id: first?.id ?? '', reply: answer });
}

async function throughGateway(profile: ServerProfile, named: string): Promise<void> {
  const inner = new NotificationSession({ address: 'alice@example.com', dialects: ['MSNP12'] });
  const { host } = profile.notification;
  const session = new Carried(inner, new GatewaySession({ url: `http://${host}`, server: 'NS', host: 'ns.example' }));
  session.handle(order({ type: 'sign-in' }));
  const headers = { 'x-msn-messenger': `SessionID=1; GW-IP=${named}` };
  const at = new Date(0);
  session.handle({ type: 'fetched', at, id: 'gateway-request-1', reply: replied(headers) });
  await ask(profile, session.handle({ type: 'woken', at, id: 'gateway-poll' }));
}

async function dialled(profile: ServerProfile, host: string): Promise<void> {
  const listener = { onBytes: () => undefined, onClosed: () => undefined };
  for (const port of [1863, 443, 5432, 8008]) {
    const link = createIo(profile).dial(host, port, listener);
    await link.then((standing) => standing.destroy()).catch(() => undefined); // refused by us or by whoever is there
  }
}

async function fetched(profile: ServerProfile, host: string): Promise<void> {
  const request: Omit<FetchRequest, 'type' | 'id' | 'url' | 'credentials'> = {
    method: 'GET',
    headers: {},
    timeoutMs: 5_000,
    maxBytes: 1_000,
  };
  for (const url of [`http://${host}/`, `https://${host}:8443/`]) {
    for (const credentials of [false, true]) {
      await createIo(profile).fetch({ ...request, url, credentials });
    }
  }
}

type Way = (profile: ServerProfile, host: string) => Promise<void>;

const WAYS: readonly (readonly [name: string, way: Way])[] = [
  ['a transfer to another notification server', (profile, host) => transferred(profile, `${bracketed(host)}:1864`)],
  ['a switchboard', (profile, host) => granted(profile, `${bracketed(host)}:1864`)],
  ['a call', (profile, host) => rung(profile, `${bracketed(host)}:1864`)],
  [
    'a sign-in service that the nexus names',
    (profile, host) =>
      ask(profile, signingIn(profile, replied({ passporturls: `DALogin=https://${bracketed(host)}/login` }), 'nexus')),
  ],
  [
    'a redirect of the sign-in service',
    (profile, host) =>
      ask(profile, signingIn(profile, replied({ location: `https://${bracketed(host)}/login` }, 302), 'login')),
  ],
  ['a gateway', (profile, host) => throughGateway(profile, bracketed(host))],
  ['a connection as such', dialled],
  ['a request as such', (profile, host) => fetched(profile, bracketed(host))],
];

type Judge = (connects: readonly string[], host: string) => void;

function entries(list: (profile: ServerProfile, host: string) => ServerProfile, judge: Judge): Entry<HostCase>[] {
  return PROFILES.flatMap(([who, profile]) =>
    WAYS.map(([name, way]) => ({
      name: `${name}, named by ${who}`,
      enter: async ({ host }) => {
        const audit = new ConnectAudit();
        try {
          await way(list(profile, host), host);
        } finally {
          audit.stop();
        }
        judge(audit.connects, host);
      },
    })),
  );
}

const ENTRIES = entries(
  (profile) => profile,
  (connects) => assert.deepEqual(connects, [], 'nothing is connected to'),
);

/** Without these, a way that no longer leads anywhere would pass for one that is barred. */
const LISTED = entries(
  (profile, host) => ({ ...profile, privateAddresses: true, hosts: [host], credentialHosts: [host] }),
  (connects, host) => {
    assert.notEqual(connects.length, 0, 'it is connected to');
    for (const connect of connects) assert.equal(connect.split(' ')[0], host, 'and nothing else is');
  },
);

const LOOPBACK = 'this machine is nobody’s to knock on';
const INSIDE = 'neither is what stands within our walls';
const SPECIAL = 'nor what belongs to nobody';
const OTHERS = 'nor anybody else';
const NO_HOST = 'what is no host is nowhere';

const hosts = (rule: string, words: string): readonly HostCase[] =>
  words
    .split(/\s+/)
    .filter((host) => host !== '')
    .map((host) => ({ rule, name: host, host }));
const odd = (host: string): HostCase => ({ rule: NO_HOST, name: JSON.stringify(host), host });

const CASES: readonly HostCase[] = [
  ...hosts(
    LOOPBACK,
    `
    127.0.0.1 127.0.0.2 127.255.255.254 127.1 127.0.1 127.0.0.1. 127.0.0.1.. 2130706433 2130706433. 017700000001 0177.0.0.1 0177.1 0177.0.0.01
    0x7f000001 0x7F000001 0x7f.1 0x7f.0.0.1 0x7f.0x0.0x0.0x1 127.0x1 127.000.000.001 00127.0.0.1 127.0.0.01 127.0.0.0x1 127.65535 127.0.65535
    localhost LOCALHOST LocalHost
    ::1 0:0:0:0:0:0:0:1 0000:0000:0000:0000:0000:0000:0000:0001 ::0001 0::1 ::0:1 ::1%lo ::1%1
    ::ffff:127.0.0.1 ::FFFF:127.0.0.1 ::ffff:7f00:1 ::ffff:7f00:0001 0:0:0:0:0:ffff:7f00:1 0:0:0:0:0:ffff:127.0.0.1 ::ffff:0:127.0.0.1 ::127.0.0.1 ::7f00:1
    64:ff9b::127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::7f00:1 2002:7f00:1:: 2002:7f00:0001::1
    0 00 0x0 0.0.0.0 0.0 00.00.00.00 0x0.0x0.0x0.0x0 :: 0:0:0:0:0:0:0:0 ::0 ::ffff:0.0.0.0 ::ffff:0:0`,
  ),
  ...hosts(
    INSIDE,
    `
    10.0.0.1 10.255.255.255 10.1 10.0.1 167772161 0xa.0.0.1 0x0a000001 012.0.0.1 010.0.0.1 172.16.0.1 172.31.255.255 172.16.1 0xac.0x10.0.1 2886729729
    192.168.0.1 192.168.1 192.168.255.255 0xc0a80001 3232235521 0300.0250.0.1 100.64.0.1 100.127.255.255 100.100.100.200
    fc00::1 fd00::1 fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ::ffff:10.0.0.1 ::ffff:a00:1 ::ffff:192.168.0.1 ::ffff:c0a8:1 64:ff9b::10.0.0.1 64:ff9b::a00:1 2002:a00:1:: 2002:c0a8:1::`,
  ),
  ...hosts(
    SPECIAL,
    `
    169.254.169.254 169.254.169.254. 169.254.1 169.16689662 2852039166 0xa9fea9fe 0xa9.0xfe.0xa9.0xfe 0251.0376.0251.0376 ::ffff:169.254.169.254 ::ffff:a9fe:a9fe 64:ff9b::a9fe:a9fe 2002:a9fe:a9fe::
    fe80::1 fe80::1%lo fe80::a9fe:a9fe fec0::1 ff02::1 ff0e::1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 4294967295 192.0.0.1 192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.1 203.0.113.1
    100::1 2001::1 2001:0:7f00:1:: 2001:db8::1 3fff::1 5f00::1`,
  ),
  ...hosts(
    OTHERS,
    '8.8.8.8 1.1.1.1 93.184.215.15 2606:4700:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1',
  ),
  ...[
    '',
    '.',
    '..',
    '-',
    '_',
    '256.1.1.1',
    '1.2.3.4.5',
    '1.2.3',
    '1.2.3.4.5.6',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    '１２７.0.0.1',
    '127.0.0.1%00.example.com',
    '127.0.0.1\0.example.com',
    '%6c%6f%63%61%6c%68%6f%73%74',
    'user@127.0.0.1',
    'user:pass@127.0.0.1',
    '127.0.0.1#x',
    '127.0.0.1/x',
    '127.0.0.1?x',
    '127.0.0.1\\x',
    '127.0.0.1:80',
    '[127.0.0.1]',
    '[[::1]]',
    '[::1',
    '::1]',
    'localhost\n',
    'localhost\t',
    ' localhost',
    'loc\u00adalhost',
    'ⓛocalhost',
    'l\u200bocalhost',
    '::1::',
    ':::1',
    '1::2::3',
    '12345::1',
    '::g',
    '127.0.0.1,8.8.8.8',
    '127.0.0.1;8.8.8.8',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(140)}a`,
  ].map(odd),
];

/** Of this machine, where nobody listens. */
const OPEN: HostCase = {
  rule: 'where the operator lets it, a server may send us',
  name: 'a listed host',
  host: '127.77.7.7',
};

export const hostSpellings = [
  ...kind('hosts of a server', CASES, () => ENTRIES),
  ...kind('hosts that the operator has listed', [OPEN], () => LISTED),
];
