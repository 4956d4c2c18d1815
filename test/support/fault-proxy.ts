// A TCP proxy that makes a link as bad as a test wants it. Knows bytes and connections; not what is said on them.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What happens to bytes that arrive from now on, on every connection and both ways. */
export type Weather =
  | { readonly type: 'clear' }
  /** Each piece goes on so much later. */
  | { readonly type: 'latency'; readonly ms: number }
  /** So many bytes at a time. */
  | { readonly type: 'drip'; readonly bytes: number; readonly everyMs: number }
  /** Every byte arrives by itself. */
  | { readonly type: 'split' }
  /** So many more bytes go on in each direction of each connection, and then nothing: in the middle of what is said. */
  | { readonly type: 'halt'; readonly bytes: number }
  /** Nothing arrives, and nobody is told: new connections stand, too. */
  | { readonly type: 'void' };

export interface Target {
  readonly host: string;
  readonly port: number;
}

const HOST = '127.0.0.1';
const CLEAR: Weather = { type: 'clear' };

interface Link {
  readonly near: Socket;
  readonly far: Socket;
  /** Both ends believe that it stands. */
  isLost: boolean;
  /** How much went to each end since it began to halt. */
  readonly halting: Map<Socket, number>;
}

export class FaultProxy {
  weather: Weather = CLEAR;
  readonly host = HOST;
  readonly #target: Target;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #accepted = 0;
  #vanished = 0;

  static async start(target: Target): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    proxy.#server.listen(0, HOST);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  private constructor(target: Target) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => this.#accept(near));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `${HOST}:${this.port}`;
  }

  /** How many connections there ever were. */
  get accepted(): number {
    return this.#accepted;
  }

  /** How many there are now, lost ones included. */
  get open(): number {
    return this.#links.size;
  }

  /** How many bytes have vanished. */
  get vanished(): number {
    return this.#vanished;
  }

  /** What goes over the connections that there are vanishes both ways, for ever; they stay, and new ones are as the weather is. */
  loseConnections(): void {
    for (const link of this.#links) link.isLost = true;
  }

  /** Ends every connection in the ordinary way, with what is under way lost. */
  cut(): void {
    for (const { near, far } of this.#links) {
      near.destroy();
      far.destroy();
    }
  }

  /** Ends every connection with a reset. */
  reset(): void {
    for (const { near, far } of this.#links) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }

  #accept(near: Socket): void {
    this.#accepted += 1;
    const far = connect({ ...this.#target, allowHalfOpen: true, noDelay: true });
    const link: Link = { near, far, isLost: false, halting: new Map() };
    this.#links.add(link);
    void this.#carry(link, near, far);
    void this.#carry(link, far, near);
  }

  async #carry(link: Link, from: Socket, to: Socket): Promise<void> {
    from.on('error', () => undefined); // the close that follows says enough
    from.on('close', () => {
      if (!this.#isLost(link)) to.destroy();
      if (from.destroyed && to.destroyed) this.#links.delete(link);
    });
    try {
      const pieces = from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>; // the other way goes on
      for await (const bytes of pieces) await this.#send(link, bytes, to);
      if (!this.#isLost(link)) to.end();
    } catch {
      from.destroy(); // broken off, here or there
    }
  }

  async #send(link: Link, bytes: Buffer, to: Socket): Promise<void> {
    const { weather } = this;
    if (weather.type === 'latency') await pause(weather.ms);
    if (weather.type === 'halt') return this.#sendSome(link, bytes, to, weather.bytes);
    for (const piece of cut(bytes, sizeIn(weather))) {
      if (this.#isLost(link)) this.#vanished += piece.length;
      else await write(to, piece);
      if (weather.type === 'drip') await pause(weather.everyMs);
    }
  }

  async #sendSome(link: Link, bytes: Buffer, to: Socket, most: number): Promise<void> {
    const gone = link.halting.get(to) ?? 0;
    const some = bytes.subarray(0, Math.max(0, most - gone));
    link.halting.set(to, gone + some.length);
    if (some.length > 0) await write(to, some);
    this.#vanished += bytes.length - some.length;
  }

  /** A connection of which something has vanished never works again: it would have a hole. */
  #isLost(link: Link): boolean {
    link.isLost ||= this.weather.type === 'void';
    return link.isLost;
  }
}

function sizeIn(weather: Weather): number {
  if (weather.type === 'drip') return weather.bytes;
  return weather.type === 'split' ? 1 : Number.POSITIVE_INFINITY;
}

function* cut(bytes: Buffer, size: number): Generator<Buffer> {
  if (size >= bytes.length) yield bytes;
  else for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The next piece waits for this one to have left, or they would be joined again. */
async function write(to: Socket, piece: Buffer): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    to.write(piece, (error) => (error ? reject(error) : setImmediate(resolve)));
  });
}
