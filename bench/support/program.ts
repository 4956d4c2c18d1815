// The real program in a process of its own, one user signed in, between doubles in this process. Knows how to bring it
// there; not what is measured.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BridgeProcess } from '../../test/support/bridge-process.ts';
import { freePort } from '../../test/support/free-port.ts';
import { MsnServerDouble } from '../../test/support/msn-server/msn-server-double.ts';
import { BenchHomeserver, DOMAIN } from './homeserver.ts';
import { BenchSwitchboards } from './switchboards.ts';

const TOKENS = { as: 'as-token-of-the-bench', hs: 'hs-token-of-the-bench' };
const BOT = `@msnbot:${DOMAIN}`;
const OWN = 'alice@example.com';
const PATIENCE_MS = 20_000;

export const USER = `@alice:${DOMAIN}`;
const COMMANDS = `!commands:${DOMAIN}`;

export class Program {
  readonly homeserver: BenchHomeserver;
  readonly switchboards: BenchSwitchboards;
  readonly bridge: BridgeProcess;
  readonly #msn: MsnServerDouble;
  readonly #directory: string;

  private constructor(parts: {
    homeserver: BenchHomeserver;
    switchboards: BenchSwitchboards;
    bridge: BridgeProcess;
    msn: MsnServerDouble;
    directory: string;
  }) {
    this.homeserver = parts.homeserver;
    this.switchboards = parts.switchboards;
    this.bridge = parts.bridge;
    this.#msn = parts.msn;
    this.#directory = parts.directory;
  }

  static async start(databaseUrl: string, contacts: readonly string[]): Promise<Program> {
    const port = await freePort();
    const homeserver = new BenchHomeserver(BOT, TOKENS.hs);
    const switchboards = new BenchSwitchboards();
    await Promise.all([homeserver.open(port), switchboards.open()]);
    const msn = await MsnServerDouble.start({ accounts: accounts(contacts) });
    const directory = await mkdtemp(join(tmpdir(), 'bridge-bench-'));
    const bridge = await BridgeProcess.start({
      directory,
      homeserver: { url: homeserver.url, domain: DOMAIN },
      tokens: TOKENS,
      port,
      databaseUrl,
      permissions: { [DOMAIN]: 'user' },
      servers: {
        bench: {
          name: 'Bench',
          host: msn.host,
          port: msn.port,
          nexus_url: msn.nexusUrl,
          hosts: [msn.host],
          private_addresses: true,
          tls: { ca_file: msn.caFile },
        },
      },
    });
    const program = new Program({ homeserver, switchboards, bridge, msn, directory });
    try {
      await program.#signIn();
      return program;
    } catch (cause) {
      const lines = bridge.log.slice(-5).map((line) => JSON.stringify(line));
      await program.stop();
      throw new Error(`nobody could be signed in; the bridge's last words were\n${lines.join('\n')}`, { cause });
    }
  }

  /** The user opens a chat with each contact, who then calls: from then on there is a room and a switchboard for it. */
  async openChats(contacts: readonly string[]): Promise<void> {
    for (const contact of contacts) {
      this.homeserver.say(COMMANDS, USER, `chat ${contact}`);
      await until(() => this.roomWith(contact) !== undefined, `a room for ${contact}`);
      this.#msn.tell(OWN, `RNG ${contact} ${this.switchboards.address} CKI ticket ${contact} ${contact}`);
      await until(() => this.switchboards.has(contact), `${contact} to be answered`);
      this.switchboards.say(contact, 'hello');
    }
  }

  ghostOf(contact: string): string {
    return `@msn_bench_${contact.replaceAll('@', '=40')}:${DOMAIN}`;
  }

  roomWith(contact: string): string | undefined {
    return this.homeserver.roomOf(this.ghostOf(contact));
  }

  /** The server tells the user's client something. */
  tell(line: string, payload?: string): void {
    this.#msn.tell(OWN, line, payload);
  }

  /** The user gives a command. */
  async asks(what: string, answer: RegExp): Promise<void> {
    this.homeserver.say(COMMANDS, USER, what);
    await this.#hears(answer);
  }

  async stop(): Promise<void> {
    await this.bridge.stop();
    await Promise.all([this.homeserver.close(), this.switchboards.close(), this.#msn.stop()]);
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }

  async #signIn(): Promise<void> {
    this.homeserver.invite(COMMANDS, USER, BOT);
    await this.#hears(/login/);
    await this.asks('login', /address/);
    await this.asks(OWN, /password/);
    await this.asks('secret', /signed in as/);
  }

  async #hears(what: RegExp): Promise<void> {
    await until(() => this.homeserver.heard(COMMANDS, what), `the bot to say ${what.source}`);
  }
}

/** Looks every few milliseconds: only for what is not measured. */
export async function until(probe: () => boolean, what: string, patienceMs = PATIENCE_MS): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!probe()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await delay(5);
  }
}

function accounts(contacts: readonly string[]): { address: string; contacts?: readonly string[] }[] {
  return [{ address: OWN, contacts }, ...contacts.map((address) => ({ address }))];
}
