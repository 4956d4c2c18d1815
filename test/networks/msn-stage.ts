// A stage for tests of the MSN network: a server double, a client of ours, people on the other side, and clearing up.

import { onTestFinished, vi } from 'vitest';

import type { Content, LoginStateKind, RemoteEvent, RemoteMessage } from '../../src/bridge/events.ts';
import { plainText, text } from '../../src/bridge/events.ts';
import type { ChatId, LoginId, ServerKey } from '../../src/bridge/ids.ts';
import type {
  ClientSink,
  CommandAids,
  Delivery,
  Network,
  NetworkClient,
  NetworkLogin,
  SessionMemory,
} from '../../src/bridge/network.ts';
import type { Io } from '../../src/networks/msn/io.ts';
import { createMsnNetwork } from '../../src/networks/msn/network.ts';
import type { ServerProfile } from '../../src/networks/msn/profile.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { freePort } from '../support/free-port.ts';
import { MsnPerson } from '../support/msn-person.ts';
import { NamesInMemory } from '../support/names-in-memory.ts';
import type { MsnPersonOptions } from '../support/msn-person.ts';
import type { FaultMatch } from '../support/msn-server/faults.ts';
import { MsnServerDouble } from '../support/msn-server/msn-server-double.ts';
import type { MsnServerOptions } from '../support/msn-server/msn-server-double.ts';
import { keptLog } from '../support/no-log.ts';

export const ALICE = 'alice@example.com';
export const BOB = 'bob@example.com';
export const CAROL = 'carol@example.com';

const ACCOUNTS = [
  { address: ALICE, name: 'Alice', contacts: [BOB, CAROL] },
  { address: BOB, name: 'Bob', contacts: [ALICE] },
  { address: CAROL, name: 'Carol', contacts: [ALICE, BOB] },
];

/** What ours says in words, for faults; our client also says which program it is. */
export const OUR_WORDS: FaultMatch = {
  verb: 'MSG',
  user: ALICE,
  where: ({ payload }) => payload.includes('text/plain'),
};

/** Keeps what a client tells. */
export class KeptSink implements ClientSink {
  readonly events: RemoteEvent[] = [];
  readonly states: { readonly kind: LoginStateKind; readonly sentence: string; readonly afterMs?: number }[] = [];
  readonly memories: SessionMemory[] = [];

  event(event: RemoteEvent): void {
    this.events.push(event);
  }

  state(kind: LoginStateKind, sentence: string, afterMs?: number): void {
    this.states.push({ kind, sentence, ...(afterMs !== undefined && { afterMs }) });
  }

  remember(memory: SessionMemory): void {
    this.memories.push(memory);
  }

  get kinds(): LoginStateKind[] {
    return this.states.map(({ kind }) => kind);
  }

  get messages(): RemoteMessage[] {
    return this.events.filter((event) => event.type === 'message');
  }

  get texts(): string[] {
    return this.messages.map(({ content }) => plainText(content));
  }

  /** What is known of a contact by now. */
  presenceOf(address: string): string | undefined {
    const said = this.events.flatMap((event) => {
      if (event.type === 'roster') return event.contacts;
      return event.type === 'contact' ? [event.contact] : [];
    });
    return said.findLast((contact) => contact.address === address)?.presence.label;
  }
}

export interface Stage {
  readonly server: MsnServerDouble;
  readonly profile: ServerProfile;
  readonly network: Network;
  readonly clock: FakeClock;
  readonly log: ReturnType<typeof keptLog>;
}

/** What stands between our client and the servers. */
export interface Links {
  readonly notification: FaultProxy;
  readonly switchboard: FaultProxy;
}

export interface StageOptions extends Partial<MsnServerOptions> {
  readonly profile?: Partial<ServerProfile>;
  readonly io?: (profile: ServerProfile) => Io;
}

export async function setStage({ profile: wanted, io, ...options }: StageOptions = {}): Promise<Stage> {
  const server = await MsnServerDouble.start({ accounts: ACCOUNTS, ...options });
  onTestFinished(() => server.stop());
  const profile: ServerProfile = {
    key: 'double' as ServerKey,
    name: 'Double',
    notification: { host: server.host, port: server.port },
    nexusUrl: server.nexusUrl,
    // each of its servers has a port of its own
    hosts: [server.host],
    tls: { minVersion: 'TLSv1.2', ...(server.ca !== undefined && { ca: server.ca }) },
    dialects: ['MSNP12', 'MSNP8'],
    privateAddresses: true,
    confirmsDelivery: options.acknowledgements === 'truthful',
    credentialHosts: [],
    ...wanted,
  };
  const clock = new FakeClock();
  const log = keptLog();
  const network = createMsnNetwork({ profiles: [profile], clock, log, ...(io && { io }) });
  return { server, profile, network, clock, log };
}

/** The same, with our client on links that can be made bad; all others are on good ones. */
export async function setLinkedStage(options: StageOptions = {}): Promise<Stage & { readonly links: Links }> {
  const { host, ports } = { host: '127.0.0.1', ports: { notification: await freePort() } };
  const notification = await FaultProxy.start({ host, port: ports.notification });
  onTestFinished(async () => notification.stop());
  const profile = { notification: { host, port: notification.port }, ...options.profile };
  const stage = await setStage({ ...options, ports, profile });
  const switchboard = await FaultProxy.start({ host, port: stage.server.switchboardPort });
  onTestFinished(async () => switchboard.stop());
  stage.server.switchboardAs.set(ALICE, switchboard.address);
  return { ...stage, links: { notification, switchboard } };
}

export interface OurLogin {
  readonly client: NetworkClient;
  readonly sink: KeptSink;
}

/** A client that has not connected yet. */
export function makeClient(
  { network }: Pick<Stage, 'network'>,
  answers: Readonly<Record<string, string>> = {},
  more: Partial<NetworkLogin> = {},
): OurLogin {
  const seed = network.prepareLogin(new Map(Object.entries({ address: ALICE, password: 'secret', ...answers })));
  const sink = new KeptSink();
  const id = `msn/${seed.user}` as LoginId;
  const names = new NamesInMemory();
  const login = { ...seed, id, memory: undefined, roster: [], names, groups: [], choices: new Set<string>(), ...more };
  const client = network.createClient(login, sink);
  onTestFinished(() => client.disconnect());
  return { client, sink };
}

/** Alice of ours, signed in. */
export async function signInOurs(stage: Stage, epoch = 1): Promise<OurLogin> {
  const ours = makeClient(stage);
  ours.client.connect(epoch, {});
  await eventually(() => ours.sink.kinds.includes('connected'));
  return ours;
}

/** Somebody on the other side. */
export async function signInPerson(
  { server }: Pick<Stage, 'server'>,
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
    dialect: 'MSNP12',
    ...options,
  });
  onTestFinished(() => person.vanish());
  return person;
}

/** Gives a command of the network's own. Resolves to the reply, or rejects with the sentence that says why not. */
export async function order(
  { network }: Pick<Stage, 'network'>,
  { client }: Pick<OurLogin, 'client'>,
  words: string,
  aids: Partial<CommandAids> = {},
): Promise<Content> {
  const [name, ...args] = words.split(/\s+/u);
  const command = network.commands.find((one) => one.name === name);
  if (!command) throw new Error(`there is no command ${name}`);
  return command.run(client, args, { beforeWrite: async () => undefined, ...aids });
}

export function eventually(condition: () => boolean): Promise<void> {
  return vi.waitFor(
    () => {
      if (!condition()) throw new Error(`it never came to be: ${condition.toString()}`);
    },
    { timeout: 8_000, interval: 5 },
  );
}

/** Lets time go by in steps, with the world taking part: pings are answered. */
export async function pass(stage: Stage, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 10_000) {
    stage.clock.advance(Math.min(left, 10_000));
    await settled();
  }
}

export async function say(
  { client }: OurLogin,
  address: string,
  words: string | Content,
  beforeWrite: () => Promise<void> = async () => undefined,
): Promise<Delivery> {
  const content = typeof words === 'string' ? text(words) : words;
  return client.send(address as ChatId, content, beforeWrite);
}
