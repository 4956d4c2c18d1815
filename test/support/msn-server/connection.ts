// One client's connection: reads commands one after the other, applies the scripted faults, writes lines.
// Knows the journal and the faults; not what a command means, nor what carries the bytes.
import type { FaultAction, Faults } from './faults.ts';
import type { Journal, Side } from './journal.ts';
import { CommandReader, WireError, type Command } from './wire.ts';

/** How long a client may leave a closed connection half open. */
const LINGER_MS = 1_000;

export interface Visitor {
  handle(command: Command): void;
  /** Called once, as soon as the connection ends, by whomever. */
  gone(): void;
}

/** What carries the bytes: a TCP socket, or a session of the gateway. */
export interface Transport {
  /** 0 where there is none. */
  readonly remotePort: number;
  /** @param written Called once the bytes have left. */
  write(bytes: Buffer, written?: () => void): void;
  /** Ends it after what has been written. */
  end(): void;
  destroy(): void;
}

export class Connection {
  readonly id: number;
  readonly side: Side;
  /** The address the client goes by, once known. */
  user: string | undefined;
  readonly #transport: Transport;
  readonly #journal: Journal;
  readonly #faults: Faults;
  readonly #reader = new CommandReader();
  readonly #waiting: Command[] = [];
  #visitor: Visitor | undefined;
  #delayed: NodeJS.Timeout | undefined;
  #muted = false;
  #bytesLeft = Number.POSITIVE_INFINITY;
  #open = true;
  readonly #outbox: Buffer[] = [];
  #writing = false;

  constructor(id: number, side: Side, transport: Transport, journal: Journal, faults: Faults) {
    this.id = id;
    this.side = side;
    this.#transport = transport;
    this.#journal = journal;
    this.#faults = faults;
    this.#journal.record('event', this, 'opened');
  }

  get remotePort(): number {
    return this.#transport.remotePort;
  }

  attach(visitor: Visitor): void {
    this.#visitor = visitor;
  }

  /** Writes one command; the last word is the payload's length if there is one. */
  send(line: string, payload?: Buffer): void {
    if (!this.#open || this.#muted) return;
    this.#journal.record('out', this, line, payload);
    this.#write(Buffer.concat([Buffer.from(`${line}\r\n`), payload ?? Buffer.alloc(0)]));
  }

  violate(rule: string, line: string): void {
    this.#journal.violate(this, rule, line);
  }

  /** Ends the connection after what has been written. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#journal.record('event', this, 'closed by the server');
    if (!this.#writing) this.#transport.end();
    setTimeout(() => this.#transport.destroy(), LINGER_MS).unref();
    this.#dismiss();
  }

  /** Cuts the connection. */
  destroy(): void {
    this.#open = false;
    this.#transport.destroy();
  }

  /** To be called by whoever carries the bytes, when there are none any more. */
  lost(): void {
    this.#open = false;
    clearTimeout(this.#delayed);
    this.#journal.record('event', this, 'closed');
    this.#dismiss();
  }

  /** To be called by whoever carries the bytes. */
  receive(bytes: Buffer): void {
    if (!this.#open) return;
    try {
      for (const command of this.#reader.push(bytes)) this.#waiting.push(command);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#work();
      this.violate(error.message, '');
      this.close();
      return;
    }
    this.#work();
  }

  #work(): void {
    while (this.#open && !this.#delayed) {
      const command = this.#waiting.shift();
      if (!command) return;
      this.#journal.record('in', this, command.line, command.payload);
      for (const oddity of command.oddities) this.violate(oddity, command.line);
      this.#apply(this.#faults.decide(this.side, this.user, command), command);
    }
  }

  #apply(fault: FaultAction | undefined, command: Command): void {
    if (fault) this.#journal.record('event', this, `fault: ${fault.type}`);
    switch (fault?.type) {
      case undefined:
        return this.#visitor?.handle(command);
      case 'ignore':
        return undefined;
      case 'drop':
        return this.destroy();
      case 'answer':
        for (const line of fault.lines) this.send(line.replaceAll('{trid}', command.args[0] ?? '0'));
        return fault.close ? this.close() : undefined;
      case 'swallow':
        this.#muted = true;
        this.#visitor?.handle(command);
        this.#muted = false;
        return undefined;
      case 'delay':
        this.#delayed = setTimeout(() => {
          this.#delayed = undefined;
          this.#visitor?.handle(command);
          this.#work();
        }, fault.ms);
        return undefined;
      case 'cut':
        this.#bytesLeft = fault.bytes;
        return this.#visitor?.handle(command);
    }
  }

  #write(bytes: Buffer): void {
    const allowed = bytes.subarray(0, Math.min(bytes.length, this.#bytesLeft));
    this.#bytesLeft -= allowed.length;
    this.#outbox.push(Buffer.from(allowed));
    if (this.#bytesLeft <= 0) {
      this.#journal.record('event', this, 'cut');
      this.#open = false;
    }
    if (!this.#writing) this.#flush();
  }

  #flush(): void {
    const size = this.#faults.writeSize ?? Number.POSITIVE_INFINITY;
    for (;;) {
      const next = this.#outbox.shift();
      if (!next) break;
      if (next.length <= size) {
        this.#transport.write(next);
        continue;
      }
      this.#outbox.unshift(next.subarray(size));
      this.#writing = true;
      // The next piece waits for this one to have left, or the pieces would be joined again.
      this.#transport.write(next.subarray(0, size), () => setImmediate(() => this.#flush()));
      return;
    }
    this.#writing = false;
    if (!this.#open) this.#transport.end();
  }

  #dismiss(): void {
    const visitor = this.#visitor;
    this.#visitor = undefined;
    visitor?.gone();
  }
}
