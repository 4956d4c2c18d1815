// The MSN server's log of a run: what it passed on to contacts, what it wrote to the bridge, what it was asked to do. Knows
// its commands and connections; judges nothing.

import type { LogEntry } from '../support/msn-server/journal.ts';
import { type Heard, readWords, type Written } from './history.ts';
import { heldUpMs, type Waits } from './waits.ts';

export interface MsnLogOptions {
  /** Whether this is the address of one who uses the bridge. */
  readonly isUser: (address: string) => boolean;
  /** How long the bridge of just now has had to wait. */
  readonly waits: () => Waits;
  /** Told of each message that is being written to the bridge. */
  readonly onWritten: () => void;
}

export class MsnLog {
  readonly heard: Heard[] = [];
  readonly #options: MsnLogOptions;
  readonly #written: Written[] = [];
  /** Written to the life of just now. */
  #fresh: (Omit<Written, 'heldUpMs'> & { readonly waits: Waits })[] = [];
  /** Connections of the bridge, and the life that each belongs to. */
  readonly #lives = new Map<number, number>();
  /** How often somebody was nudged, and put on a list. */
  readonly #nudges = new Map<string, number>();
  readonly #adds = new Map<string, number>();
  #life = 0;

  constructor(options: MsnLogOptions) {
    this.#options = options;
  }

  get written(): readonly Written[] {
    return [...this.#written, ...this.#fresh.map((frame) => ({ ...frame, heldUpMs: 0 }))];
  }

  nudges(address: string): number {
    return this.#nudges.get(address) ?? 0;
  }

  adds(address: string): number {
    return this.#adds.get(address) ?? 0;
  }

  /** A life is over. */
  noteEnd(waits: Waits): void {
    this.#written.push(
      ...this.#fresh.map(({ waits: then, ...frame }) => ({ ...frame, heldUpMs: heldUpMs(then, waits) })),
    );
    this.#fresh = [];
    this.#life += 1;
  }

  note(entry: LogEntry): void {
    const { direction, side, connection, user = '', line, verb, args } = entry;
    const isUser = this.#options.isUser(user);
    if (direction === 'event' && line === 'opened') this.#lives.set(connection, this.#life);
    if (side === 'SB' && verb === 'MSG' && direction === 'out') this.#noteMessage(entry, user, isUser);
    if (side === 'NS' && direction === 'in' && isUser && (verb === 'ADC' || verb === 'ADD') && args[1] === 'FL') {
      count(this.#adds, (args[2] ?? '').replace(/^N=/u, ''));
    }
  }

  #noteMessage({ payload, connection }: LogEntry, to: string, isToUser: boolean): void {
    const body = payload.subarray(payload.indexOf('\r\n\r\n') + 4).toString('utf8');
    if (!isToUser && /^ID: 1\b/u.test(body)) count(this.#nudges, to);
    const read = readWords(body);
    if (!read) return;
    const { direction, conversation, n, first, count: length } = read;
    const at = Date.now();
    if (direction === 'm2n' && !isToUser) this.heard.push({ conversation, n, first, count: length, by: to, at });
    if (direction !== 'n2m' || !isToUser) return;
    const life = this.#lives.get(connection) ?? this.#life;
    this.#fresh.push({ conversation, n, at, connection, life, waits: this.#options.waits() });
    this.#options.onWritten();
  }
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
