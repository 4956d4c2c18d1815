// The whole program in this process, between both doubles and on a database of its own, for one test file.
// Knows how it is put together; not what is tested.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { stringify } from 'yaml';
import { type App, startApp } from '../../src/app.ts';
import type { NetworkId } from '../../src/bridge/ids.ts';
import { PATIENCE_MS } from '../../src/bridge/outages.ts';
import { systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config/config.ts';
import { registration } from '../../src/matrix/registration.ts';
import { FaultProxy, type Weather } from '../support/fault-proxy.ts';
import { EchoNetwork } from '../support/echo-network.ts';
import { HomeserverDouble, type HomeserverOptions } from '../support/homeserver/homeserver.ts';
import { MatrixClient } from '../support/homeserver/matrix-client.ts';
import type { ClientEvent } from '../support/homeserver/event.ts';
import type { Person } from '../support/homeserver/person.ts';
import { MsnPerson, type MsnPersonOptions } from '../support/msn-person.ts';
import type { AccountSpec } from '../support/msn-server/account.ts';
import { MsnServerDouble } from '../support/msn-server/msn-server-double.ts';
import { keptLog } from '../support/no-log.ts';
import { HastyClock } from './hasty-clock.ts';
import { freePort } from '../support/free-port.ts';
import { startPostgres } from '../support/postgres.ts';

const FRIENDS = ['alice', 'bob', 'carol'];

const LOST = ['disconnected', 'server-down'];

const TOKENS = { as: 'as-token-of-the-house', hs: 'hs-token-of-the-house' };

export interface HouseOptions {
  readonly homeserver?: HomeserverOptions;
  readonly permissions?: Readonly<Record<string, string>>;
  /** What is offered to the MSN server; by default what the program offers. */
  readonly dialects?: readonly string[];
  /** Who is on MSN; the first three have each other on their lists. */
  readonly accounts?: readonly string[];
  /** As in config.yaml. */
  readonly provisioning?: object;
  /** Users' browsers reach the bridge. */
  readonly browsers?: boolean;
  /** The bridge reaches the MSN server over links that can be made bad; everybody else does not. */
  readonly badLinks?: boolean;
  /** Further keys of the MSN server in config.yaml. */
  readonly server?: (msn: MsnServerDouble) => object;
  /** Of MSN accounts, by name; `secret` otherwise. */
  readonly passwords?: Readonly<Record<string, string>>;
  /** MSN accounts with a mailbox, by name, and what is unread there. */
  readonly mail?: Readonly<Record<string, NonNullable<AccountSpec['mail']>>>;
}

/** What stands between the bridge and the MSN server. */
export class Links {
  readonly notification: FaultProxy;
  readonly switchboard: FaultProxy;

  constructor(notification: FaultProxy, switchboard: FaultProxy) {
    this.notification = notification;
    this.switchboard = switchboard;
  }

  static async before(msn: MsnServerDouble): Promise<Links> {
    const to = async (port: number): Promise<FaultProxy> => FaultProxy.start({ host: msn.host, port });
    return new Links(await to(msn.notificationPort), await to(msn.switchboardPort));
  }

  get both(): readonly FaultProxy[] {
    return [this.notification, this.switchboard];
  }

  set weather(weather: Weather) {
    for (const proxy of this.both) proxy.weather = weather;
  }

  get vanished(): number {
    return this.both.reduce((sum, { vanished }) => sum + vanished, 0);
  }
}

/** config.yaml, as far as tests change it. */
interface HouseConfig {
  readonly permissions: Readonly<Record<string, string>>;
  readonly networks: { readonly msn: { readonly servers: Readonly<Record<string, object>> } };
  readonly [key: string]: unknown;
}

async function database(): Promise<string> {
  return (await startPostgres(['environment'])).createDatabase();
}

export class House {
  readonly log = keptLog();
  readonly clock = new HastyClock();
  readonly echo = new EchoNetwork({ password: 'cave', now: () => systemClock.now() });
  readonly homeserver: HomeserverDouble;
  readonly msn: MsnServerDouble;
  #links: Links | undefined;
  readonly databaseUrl: string;
  readonly #directory: string;
  readonly #people: MsnPerson[] = [];
  #app: App | undefined;
  #config: HouseConfig = { permissions: {}, networks: { msn: { servers: {} } } };

  private constructor(homeserver: HomeserverDouble, msn: MsnServerDouble, directory: string, databaseUrl: string) {
    this.databaseUrl = databaseUrl;
    this.homeserver = homeserver;
    this.msn = msn;
    this.#directory = directory;
  }

  static async build(options: HouseOptions = {}): Promise<House> {
    const port = await freePort();
    const homeserver = await HomeserverDouble.start({ clockFactor: 0.01, ...options.homeserver });
    const domain = homeserver.serverName;
    const file = registration({
      id: 'msn',
      url: `http://127.0.0.1:${port}`,
      asToken: TOKENS.as,
      hsToken: TOKENS.hs,
      domain,
      botLocalpart: 'msnbot',
      ghostPrefix: '',
      networks: ['msn' as NetworkId, 'echo' as NetworkId],
    });
    homeserver.setRegistration({ ...file });
    const msn = await MsnServerDouble.start({
      accounts: (options.accounts ?? FRIENDS).map((name) => ({
        address: `${name}@example.com`,
        password: options.passwords?.[name] ?? 'secret',
        name: name.charAt(0).toUpperCase() + name.slice(1),
        ...(options.mail?.[name] && { mail: options.mail[name] }),
        contacts: FRIENDS.includes(name)
          ? FRIENDS.filter((other) => other !== name).map((other) => `${other}@example.com`)
          : [],
      })),
    });
    const directory = await mkdtemp(join(tmpdir(), 'bridge-house-'));
    const house = new House(homeserver, msn, directory, await database());
    if (options.badLinks === true) house.#links = await Links.before(msn);
    const { host, port: msnPort } = house.#links?.notification ?? msn;
    house.#config = {
      homeserver: { url: homeserver.url, domain },
      appservice: {
        url: `http://127.0.0.1:${port}`,
        listen: { port },
        ...(options.browsers === true && { public_url: `http://127.0.0.1:${port}` }),
        as_token: TOKENS.as,
        hs_token: TOKENS.hs,
      },
      database: { url: house.databaseUrl },
      bridge: { spaces: false },
      permissions: options.permissions ?? { [domain]: 'user', [`@stranger:${domain}`]: 'block' },
      ...(options.provisioning && { provisioning: options.provisioning }),
      networks: {
        msn: {
          servers: {
            test: {
              name: 'Test server',
              host,
              port: msnPort,
              nexus_url: msn.nexusUrl,
              // each of its servers has a port of its own
              hosts: [msn.host],
              private_addresses: true,
              ...(options.dialects && { dialects: options.dialects }),
              tls: { ca_file: msn.caFile },
              ...options.server?.(msn),
            },
          },
        },
      },
    };
    await house.open();
    return house;
  }

  /** Of a house that was built with them. The switchboard's is that of the account that they are given to. */
  links(address: string): Links {
    if (!this.#links) throw new Error('a house with good links');
    this.msn.switchboardAs.set(address, this.#links.switchboard.address);
    return this.#links;
  }

  get bot(): string {
    return `@msnbot:${this.homeserver.serverName}`;
  }

  /** Where the bridge listens. */
  get url(): string {
    return `http://127.0.0.1:${this.#app?.port}`;
  }

  get keyFile(): string {
    return join(this.#directory, 'data', 'secret.key');
  }

  /** Acts with the bridge's own rights. */
  get asBot(): MatrixClient {
    return new MatrixClient(this.homeserver.url, TOKENS.as);
  }

  ghost(network: string, server: string, address: string): string {
    return `@${network}_${server}_${address.replaceAll('@', '=40')}:${this.homeserver.serverName}`;
  }

  async open(): Promise<void> {
    const file = join(this.#directory, 'config.yaml');
    await writeFile(file, stringify(this.#config));
    const config = readConfig(file);
    const onLost = (error: Error): void => this.log.error({ err: error }, 'the database was lost to another process');
    this.#app = await startApp(config, { clock: this.clock, log: this.log, networks: [this.echo], onLost });
  }

  async close(): Promise<void> {
    await this.#app?.stop();
    this.#app = undefined;
  }

  /** Ends without a goodbye, as far as that can be done in one process: nothing more goes to the homeserver. */
  async crash(): Promise<void> {
    const app = this.#app;
    this.#app = undefined;
    await this.homeserver.goAway();
    await app?.stop();
    await this.homeserver.comeBack();
  }

  /** An account has lost its server, and so much time goes by that its user is told. */
  async lasts(): Promise<void> {
    await vi.waitFor(
      () => {
        const states = this.log.lines.flatMap(({ fields }) => ('state' in fields ? [String(fields.state)] : []));
        if (!LOST.includes(states.at(-1) ?? '')) throw new Error('no connection was lost');
      },
      { timeout: 20_000, interval: 5 },
    );
    this.clock.skip(PATIENCE_MS);
  }

  /** From the next `open` on. */
  permit(permissions: Readonly<Record<string, string>>): void {
    this.#config = { ...this.#config, permissions };
  }

  /** Keys of config.yaml, from the next `open` on. */
  configure(changes: Readonly<Record<string, unknown>>): void {
    this.#config = { ...this.#config, ...changes };
  }

  /** From the next `open` on. */
  renameServer(key: string): void {
    const [server] = Object.values(this.#config.networks.msn.servers);
    this.#config = { ...this.#config, networks: { msn: { servers: { [key]: server ?? {} } } } };
  }

  async pullDown(): Promise<void> {
    for (const person of this.#people) person.vanish();
    await this.close();
    for (const proxy of this.#links?.both ?? []) await proxy.stop();
    await this.msn.stop();
    await this.homeserver.stop();
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }

  async onMsn(name: string, options: Partial<MsnPersonOptions> = {}): Promise<MsnPerson> {
    const { host, port, nexusUrl, caFile } = this.msn;
    const address = `${name}@example.com`;
    const person = await MsnPerson.signIn({
      host,
      port,
      nexusUrl,
      caFile,
      address,
      password: 'secret',
      dialect: 'MSNP12',
      ...options,
    });
    this.#people.push(person);
    return person;
  }

  /** A new Matrix user with a room for commands. */
  async visitor(name: string): Promise<Visitor> {
    const person = await this.homeserver.createUser(name);
    const room = await person.createDirect(this.bot);
    const visitor = new Visitor(person, room, this.bot);
    await visitor.hears(/login/);
    return visitor;
  }

  /** One who is signed in to MSN, by default as alice. */
  async signedIn(name: string, account = 'alice'): Promise<Visitor> {
    const visitor = await this.visitor(name);
    await visitor.asks('login', /Which network/);
    await visitor.asks('msn', /e-mail address/);
    await visitor.asks(`${account}@example.com`, /password/);
    await visitor.asks('secret', /You are signed in as/);
    return visitor;
  }
}

/** Somebody with a room for commands: what was heard there is not heard twice. */
export class Visitor {
  readonly person: Person;
  readonly room: string;
  readonly #bot: string;
  readonly #heard = new Set<string>();

  constructor(person: Person, room: string, bot: string) {
    this.person = person;
    this.room = room;
    this.#bot = bot;
  }

  async hears(what: RegExp, timeoutMs?: number): Promise<string> {
    const event = await this.person.waitFor(
      (one) =>
        one.room_id === this.room &&
        one.sender === this.#bot &&
        !this.#heard.has(one.event_id) &&
        what.test(bodyOf(one)),
      timeoutMs,
    );
    for (const one of this.person.timeline(this.room)) {
      this.#heard.add(one.event_id);
      if (one.event_id === event.event_id) break;
    }
    return bodyOf(event);
  }

  async asks(what: string, answer: RegExp): Promise<string> {
    await this.person.say(this.room, what);
    return this.hears(answer);
  }

  /** With the account `alice`. */
  async signsInToEcho(): Promise<void> {
    await this.asks('login', /Which network/);
    await this.asks('echo', /Your name/);
    await this.asks('alice', /Your password/);
    await this.asks('cave', /You are signed in as alice/);
  }

  /** Goes into the next room that the bot invites to. */
  async enters(): Promise<string> {
    const invite = await this.person.waitForInvite((one) => one.inviter === this.#bot);
    await this.person.join(invite.room);
    return invite.room;
  }
}

export function bodyOf(event: ClientEvent): string {
  const body: unknown = event.content['body'];
  return typeof body === 'string' ? body : '';
}
