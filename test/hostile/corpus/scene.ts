// A client of ours, signed in at a hostile server: in memory, or over sockets of this machine. Knows how to put it
// together and what came of it; not what it is told.

import type { LoginId } from '../../../src/bridge/ids.ts';
import type { Log } from '../../../src/bridge/log.ts';
import { plainText } from '../../../src/bridge/events.ts';
import type { Contact, RemoteEvent } from '../../../src/bridge/events.ts';
import type { ClientSink, Network, NetworkClient, NetworkLogin } from '../../../src/bridge/network.ts';
import type { DialectName } from '../../../src/msnp/dialect.ts';
import { Buffers } from '../../../src/networks/msn/buffers.ts';
import type { Io, Link, LinkListener } from '../../../src/networks/msn/io.ts';
import { createIo } from '../../../src/networks/msn/io.ts';
import { createMsnNetwork } from '../../../src/networks/msn/network.ts';
import type { ServerProfile } from '../../../src/networks/msn/profile.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { NamesInMemory } from '../../support/names-in-memory.ts';
import { keptLog } from '../../support/no-log.ts';
import type { LogLine } from '../../support/no-log.ts';
import { HostileScript } from '../hostile-script.ts';
import type { Peer } from '../hostile-script.ts';
import { hostileProfile, HostileServer } from '../hostile-server.ts';

export interface SceneOptions {
  readonly dialect: DialectName;
  readonly over: 'memory' | 'socket';
}

interface Server {
  tell(bytes: string | Uint8Array): void;
  ring(from?: string): Promise<Peer>;
  close(): void;
}

const PATIENCE_MS = 10_000;

export class Scene {
  readonly client: NetworkClient;
  readonly events: RemoteEvent[] = [];
  readonly clock = new FakeClock();
  readonly #states: { readonly kind: string; readonly sentence: string }[] = [];
  readonly #log: Log & { readonly lines: LogLine[] };
  readonly #server: Server;

  private constructor(profile: ServerProfile, io: Io, server: Server) {
    this.#server = server;
    this.#log = keptLog();
    const network = createMsnNetwork({ profiles: [profile], clock: this.clock, log: this.#log, io: () => io });
    const sink: ClientSink = {
      event: (event) => this.events.push(event),
      state: (kind, sentence) => this.#states.push({ kind, sentence }),
      remember: () => undefined,
    };
    this.client = network.createClient(newLogin(network), sink);
  }

  static async open({ dialect, over }: SceneOptions): Promise<Scene> {
    const scene = over === 'memory' ? inMemory(dialect) : await onSockets(dialect);
    scene.client.connect(1, {});
    await scene.until(() => scene.state?.kind === 'connected', 'signed in');
    return scene;

    function inMemory(spoken: DialectName): Scene {
      const profile = hostileProfile({ port: 1863, loginUrl: 'http://127.0.0.1/login', dialect: spoken });
      const script = new HostileScript({ dialect: spoken, where: '127.0.0.1:1863' });
      const server = { tell: script.tell.bind(script), ring: script.ring.bind(script), close: () => undefined };
      return new Scene(profile, memoryIo(script), server);
    }

    async function onSockets(spoken: DialectName): Promise<Scene> {
      const server = await HostileServer.start({ dialect: spoken });
      return new Scene(server.profile, createIo(server.profile), server);
    }
  }

  get state(): { readonly kind: string; readonly sentence: string } | undefined {
    return this.#states.at(-1);
  }

  get texts(): readonly string[] {
    return this.events.flatMap((event) => (event.type === 'message' ? [plainText(event.content)] : []));
  }

  /** Everybody whom the contact list was said to hold. */
  get contacts(): readonly Contact[] {
    return this.events.flatMap((event) => {
      if (event.type === 'roster') return event.contacts;
      return event.type === 'contact' ? [event.contact] : [];
    });
  }

  /** What was logged as a mistake of ours. */
  get errors(): readonly LogLine[] {
    return this.#log.lines.filter(({ level }) => level === 'error');
  }

  logged(text: string): boolean {
    return this.#log.lines.some((line) => line.text === text);
  }

  /** To the notification connection. */
  tell(bytes: string | Uint8Array): void {
    this.#server.tell(bytes);
  }

  async ring(from?: string): Promise<Peer> {
    return this.#server.ring(from);
  }

  /** Somebody says this, in a conversation of its own if there is none yet, and it is heard. */
  async talks(words: string, conversation?: Peer): Promise<void> {
    const to = conversation ?? (await this.ring('probe@example.com'));
    const payload = `Content-Type: text/plain\r\n\r\n${words}`;
    to.write(`MSG probe@example.com Probe ${payload.length}\r\n${payload}`);
    await this.until(() => this.texts.includes(words), `“${words}” is heard`);
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!condition()) {
      if (performance.now() > end) throw new Error(`it never came to be: ${what}`);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  async close(): Promise<void> {
    this.#server.close();
    let gone = false;
    void this.client.disconnect().finally(() => (gone = true));
    await this.until(() => {
      this.clock.advance(1_000);
      return gone;
    }, 'signed off');
  }
}

/** Alice's, of which nothing is kept yet. */
export function newLogin(network: Network): NetworkLogin {
  const answers = Object.entries({ server: 'hostile', address: 'alice@example.com', password: 'canary' });
  const seed = network.prepareLogin(new Map(answers));
  const id = `msn/${seed.user}` as LoginId;
  const nothing = { memory: undefined, roster: [], groups: [], choices: new Set<string>() };
  return { ...seed, ...nothing, id, names: new NamesInMemory() };
}

/** The server's script in the place of the world. */
export function memoryIo(script: HostileScript): Io {
  return {
    async dial(_host, _port, listener): Promise<Link> {
      return new MemoryLink(script, listener);
    },
    async fetch() {
      const headers = new Map([['authentication-info', "Passport1.4 da-status=success,from-PP='t=1&p='"]]);
      return { type: 'response', status: 200, headers, body: new Uint8Array(0) };
    },
    randomBytes: (size) => new Uint8Array(size),
    buffers: new Buffers(),
  };
}

class MemoryLink implements Link {
  readonly keepsWatch = false;
  readonly #script: HostileScript;
  readonly #listener: LinkListener;
  readonly #peer: Peer;
  #closed = false;

  constructor(script: HostileScript, listener: LinkListener) {
    this.#script = script;
    this.#listener = listener;
    this.#peer = {
      write: (bytes) => {
        const copy = typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes);
        setImmediate(() => !this.#closed && this.#listener.onBytes(copy));
      },
      end: () => this.destroy(),
    };
  }

  write(bytes: Uint8Array): void {
    this.#script.onBytes(this.#peer, bytes);
  }

  hold(): void {}

  close(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.#closed) return;
    this.#closed = true;
    setImmediate(() => this.#listener.onClosed(undefined));
  }
}
