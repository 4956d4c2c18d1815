// One session of the gateway: a connection whose bytes are fetched. Knows its numbers and what waits to be fetched;
// not HTTP, nor commands.
import { randomInt, randomUUID } from 'node:crypto';

import type { Transport } from '../connection.ts';

export class GatewaySession implements Transport {
  /** As the official gateway gave it. */
  readonly remotePort = 0;
  /** What the client asked for, echoed as GW-IP. */
  readonly host: string;
  /** A request is being answered: the next one has to wait for it. */
  isBusy = false;
  readonly #changing: boolean;
  readonly #stem: string;
  #id: string;
  readonly #waiting: Buffer[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(host: string, changing: boolean) {
    this.host = host;
    this.#changing = changing;
    this.#stem = changing ? String(randomInt(1_000_000, 10_000_000)) : randomUUID();
    this.#id = this.#nextId();
  }

  /** The one that has to be shown next. */
  get id(): string {
    return this.#id;
  }

  /** What stays the same in all its numbers. */
  get stem(): string {
    return this.#stem;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  write(bytes: Buffer, written?: () => void): void {
    this.#waiting.push(bytes);
    this.#wake?.();
    written?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  destroy(): void {
    this.end();
  }

  /** Everything that waits, under a new number where numbers change. */
  fetch(): Buffer {
    this.#id = this.#nextId();
    return Buffer.concat(this.#waiting.splice(0));
  }

  /** Until there is something to fetch, or the time is over. */
  async ripen(patienceMs: number): Promise<void> {
    if (this.#waiting.length > 0 || this.#ended) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  #nextId(): string {
    return this.#changing ? `${this.#stem}.${randomInt(100_000, 1_000_000)}` : this.#stem;
  }
}
