// The network of the peers: lines to and from one client, and a log of them. Knows words; judges nothing.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { type Heard, readWords, words, type Written } from '../history.ts';
import { heldUpMs, type Waits } from '../waits.ts';

type Fresh = Omit<Written, 'heldUpMs'> & { readonly waits: Waits };

export class LineNetwork {
  readonly heard: Heard[] = [];
  /** Told of each message that is being written to the peer. */
  onWritten: (() => void) | undefined;
  /** Told of each message that has come from the peer. */
  onHeard: (() => void) | undefined;
  readonly #server: Server;
  readonly #waits: () => Waits;
  readonly #written: Written[] = [];
  /** Written to the life of just now. */
  #fresh: Fresh[] = [];
  #line: Socket | undefined;
  #connections = 0;
  #life = 0;

  /** @param waits how long the peer of just now has had to wait */
  constructor(waits: () => Waits) {
    this.#waits = waits;
    this.#server = createServer((socket) => this.#take(socket));
  }

  async listen(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
  }

  get written(): readonly Written[] {
    return [...this.#written, ...this.#fresh.map((frame) => ({ ...frame, heldUpMs: 0 }))];
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Somebody is there. */
  get isJoined(): boolean {
    return this.#line?.writable === true;
  }

  /** False: nobody is there to hear it. */
  say(conversation: string, n: number): boolean {
    if (!this.#line || !this.isJoined) return false;
    this.#line.write(`${conversation}\t${words('n2m', conversation, n)}\n`);
    const [at, connection, life] = [Date.now(), this.#connections, this.#life];
    this.#fresh.push({ conversation, n, at, connection, life, waits: this.#waits() });
    this.onWritten?.();
    return true;
  }

  /** A life is over. */
  noteEnd(waits: Waits): void {
    for (const { waits: then, ...frame } of this.#fresh) {
      this.#written.push({ ...frame, heldUpMs: heldUpMs(then, waits) });
    }
    this.#fresh = [];
    this.#life += 1;
    this.#line?.destroy();
    this.#line = undefined;
  }

  stop(): void {
    this.#line?.destroy();
    this.#server.close();
  }

  #take(socket: Socket): void {
    this.#connections += 1;
    this.#line = socket;
    const lines = createInterface({ input: socket }).on('line', (line) => this.#hear(line));
    // the peer was killed
    for (const part of [socket, lines]) part.on('error', () => undefined);
  }

  #hear(line: string): void {
    const [by = '', text] = line.split('\t');
    const read = readWords(text);
    if (read?.direction !== 'm2n') return;
    const { conversation, n, first, count } = read;
    this.heard.push({ conversation, n, first, count, by, at: Date.now() });
    this.onHeard?.();
  }
}
