// Carries inputs and outputs between one session and the world. Knows neither commands nor what an event means.

import type { Cancel, Clock } from '../../bridge/clock.ts';
import { assertNever } from '../../bridge/errors.ts';
import type { Log } from '../../bridge/log.ts';
import type { FetchRequest, Input, Output, Session } from '../../msnp/session.ts';
import type { Holder } from './buffers.ts';
import type { Link, LinkListener, Wire } from './io.ts';

export interface DriverParts<Command, Event> {
  readonly session: Session<Command, Event>;
  readonly io: Wire;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly log: Log;
  /** News of the session, in order. What it throws is logged and changes nothing. */
  readonly onEvent: (event: Event) => void;
  /** The end, once; no event follows. */
  readonly onEnd: (end: End) => void;
}

export type End =
  /** There never was a connection. */
  | { readonly type: 'unreachable'; readonly error: Error }
  /** `error`: the peer broke the protocol, or we have a bug. `silent`: the peer never said anything. */
  | { readonly type: 'closed'; readonly error?: Error; readonly silent: boolean };

type Wake = Extract<Output<never>, { readonly type: 'wake' }>;
type Timeless<Value> = Value extends unknown ? Omit<Value, 'at'> : never;

export class Driver<Command, Event> implements Holder {
  readonly #parts: DriverParts<Command, Event>;
  readonly #queue: Input<Command>[] = [];
  readonly #timers = new Map<string, Cancel>();
  /** Timers whose time does not count while held. */
  readonly #ofThePeer = new Map<string, Wake>();
  #link: Link | undefined;
  #working = false;
  #closing = false;
  #ended = false;
  #held = false;
  #heardAt: Date | undefined;
  #error: Error | undefined;

  constructor(parts: DriverParts<Command, Event>) {
    this.#parts = parts;
  }

  /** What is asked of the session now can still go out. */
  get isOpen(): boolean {
    return this.#link !== undefined && !this.#closing;
  }

  /** When the peer last said anything. */
  get heardAt(): Date | undefined {
    return this.#heardAt;
  }

  /** Dials, and hands the session its first command once the connection stands. For sessions that have one. */
  open(host: string, port: number, first: (link: Link) => Command): void {
    const listener = {
      onBytes: (bytes: Uint8Array) => {
        this.#heardAt = this.#parts.clock.now();
        // After `close` nothing counts any more, except that the connection ends.
        if (!this.#closing) this.#feed({ type: 'received', bytes });
      },
      onClosed: (reason: string | undefined) => {
        if (reason !== undefined) this.#parts.log.debug({ reason }, 'connection broke');
        this.#finish();
      },
    };
    void this.#dial(host, port, listener, first);
  }

  command(command: Command): void {
    if (!this.#closing) this.#feed({ type: 'command', command });
  }

  /** While held nothing is read from the connection. */
  hold(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    this.#link?.hold(held);
    const waits = [...this.#ofThePeer.values()];
    for (const wake of waits) this.#wake(wake);
  }

  /** Lets what was written go out and closes. The end is told once the connection is closed. */
  close(): void {
    if (this.#closing || this.#ended) return;
    if (this.#link === undefined) return this.destroy();
    this.#closing = true;
    this.#link.close();
  }

  /** Closes at once and tells the end before it returns. */
  destroy(): void {
    this.#closing = true;
    this.#link?.destroy();
    this.#finish();
  }

  overflow(bytes: number): void {
    this.#parts.log.warn({ bytes }, 'servers hold too much memory: the connection that holds most is closed');
    this.destroy();
  }

  async #dial(host: string, port: number, listener: LinkListener, first: (link: Link) => Command): Promise<void> {
    try {
      this.#link = await this.#parts.io.dial(host, port, listener);
    } catch (error) {
      this.#end({ type: 'unreachable', error: error instanceof Error ? error : new Error(String(error)) });
      return;
    }
    if (this.#held) this.#link.hold(true);
    if (this.#closing) this.#link.destroy();
    else this.#feed({ type: 'command', command: first(this.#link) });
  }

  #feed(input: Timeless<Input<Command>>): void {
    if (this.#ended) return;
    this.#queue.push({ ...input, at: this.#parts.clock.now() });
    // A session is never entered from within: what comes meanwhile waits.
    if (this.#working) return;
    this.#working = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#handle(next);
    } finally {
      this.#working = false;
    }
  }

  #handle(input: Input<Command>): void {
    try {
      for (const output of this.#parts.session.handle(input)) this.#carry(output);
    } catch (error) {
      this.#parts.log.error({ err: error, input: input.type }, 'session failed');
      this.#error ??= error instanceof Error ? error : new Error(String(error));
      if (input.type !== 'closed') this.destroy();
    }
    if (input.type === 'received')
      this.#parts.io.buffers.note(this, this.#ended ? 0 : (this.#parts.session.buffered ?? 0));
    if (input.type === 'closed') {
      this.#end({ type: 'closed', ...(this.#error && { error: this.#error }), silent: this.#heardAt === undefined });
    }
  }

  #carry(output: Output<Event>): void {
    switch (output.type) {
      case 'send':
        if (!this.#closing) this.#link?.write(output.bytes);
        return;
      case 'event':
        this.#tell(output.event);
        return;
      case 'fetch':
        void this.#fetch(output);
        return;
      case 'wake':
        this.#wake(output);
        return;
      case 'cancel':
        this.#cancel(output.id);
        return;
      case 'close':
        this.#error ??= output.error;
        this.close();
        return;
      default:
        assertNever(output);
    }
  }

  #tell(event: Event): void {
    try {
      this.#parts.onEvent(event);
    } catch (error) {
      this.#parts.log.error({ err: error }, 'news from a session could not be handled');
    }
  }

  async #fetch({ type: _type, id, ...request }: FetchRequest): Promise<void> {
    const reply = await this.#parts.io.fetch(request);
    if (reply.type === 'failed') this.#parts.log.warn({ reason: reply.reason }, 'request failed');
    this.#feed({ type: 'fetched', id, reply });
  }

  #wake(wake: Wake): void {
    const { id, afterMs, whileHeard } = wake;
    this.#cancel(id);
    if (whileHeard) {
      this.#ofThePeer.set(id, wake);
      if (this.#held) return;
    }
    const cancel = this.#parts.clock.after(afterMs, () => {
      this.#timers.delete(id);
      this.#ofThePeer.delete(id);
      this.#feed({ type: 'woken', id });
    });
    this.#timers.set(id, cancel);
  }

  #cancel(id: string): void {
    this.#timers.get(id)?.();
    this.#timers.delete(id);
    this.#ofThePeer.delete(id);
  }

  /** The connection is gone: the session hears of it, and tells what became of what was under way. */
  #finish(): void {
    this.#closing = true;
    this.#feed({ type: 'closed' });
  }

  #end(end: End): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#queue.length = 0;
    this.#parts.io.buffers.note(this, 0);
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#ofThePeer.clear();
    try {
      this.#parts.onEnd(end);
    } catch (error) {
      this.#parts.log.error({ err: error }, 'the end of a session could not be handled');
    }
  }
}
