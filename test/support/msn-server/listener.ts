// A listening TCP port that can go away and come back under the same number. Knows sockets; not what is spoken on them.
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export const LOOPBACK = '127.0.0.1';

export class Listener {
  readonly #onSocket: (socket: Socket) => void;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port: number;

  /** @param port 0 for a free one, which is kept from the first `open` on. */
  constructor(onSocket: (socket: Socket) => void, port = 0) {
    this.#onSocket = onSocket;
    this.#port = port;
  }

  get port(): number {
    return this.#port;
  }

  get address(): string {
    return `${LOOPBACK}:${this.#port}`;
  }

  async open(): Promise<void> {
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      this.#onSocket(socket);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, LOOPBACK, resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise((resolve) => {
      server.close(resolve);
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
