// Keeps room for the homeserver among those who connect: strangers can hold connections open for as long as a request may
// take. Knows sockets; no request.

import type { Socket } from 'node:net';

const MOST = 500;

export class Connections {
  readonly #most: number;
  /** Of whom nothing is known; the longest here first. */
  readonly #strangers = new Set<Socket>();
  /** Who has shown the token; who has shown it last is last. */
  readonly #known = new Set<Socket>();
  /** Who waits for an answer. */
  readonly #asking = new Set<Socket>();

  constructor(most = MOST) {
    this.#most = most;
  }

  /** Somebody has connected. If they are too many, whoever has been here longest without a token makes room. */
  add(socket: Socket): void {
    this.#strangers.add(socket);
    socket.once('close', () => {
      this.#drop(socket);
      this.#asking.delete(socket);
    });
    if (this.#strangers.size + this.#known.size <= this.#most) return;
    const [longest] = this.#strangers.size > 1 ? this.#strangers : this.#known;
    if (longest === undefined) return;
    this.#drop(longest);
    longest.destroy();
  }

  /** They have shown the token. */
  trust(socket: Socket): void {
    if (socket.destroyed) return;
    this.#drop(socket);
    this.#known.add(socket);
  }

  /** They have asked for something; from `answered` on they wait for nothing. */
  asks(socket: Socket): void {
    this.#asking.add(socket);
  }

  answered(socket: Socket): void {
    this.#asking.delete(socket);
  }

  /** Whoever waits for no answer is sent away. */
  clear(): void {
    for (const socket of [...this.#strangers, ...this.#known]) if (!this.#asking.has(socket)) socket.destroy();
  }

  #drop(socket: Socket): void {
    this.#strangers.delete(socket);
    this.#known.delete(socket);
  }
}
