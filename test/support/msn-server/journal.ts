// What happened: every command in and out, and every rule a client broke. Knows how to wait for one; not what commands mean.
import { Watch } from './watch.ts';

export type Side = 'DS' | 'NS' | 'SB' | 'HTTP';

export interface LogEntry {
  /** Grows by one with each entry. */
  readonly seq: number;
  /** `in` was sent by a client; `event` is the server's own remark (opened, closed, fault). */
  readonly direction: 'in' | 'out' | 'event';
  readonly side: Side;
  /** Grows with each connection, over all sides. */
  readonly connection: number;
  /** The address, once the client has named it. */
  readonly user: string | undefined;
  readonly line: string;
  readonly verb: string;
  readonly args: readonly string[];
  readonly payload: Buffer;
}

export interface Violation {
  readonly rule: string;
  readonly side: Side;
  readonly connection: number;
  readonly user: string | undefined;
  readonly line: string;
}

export interface Speaker {
  readonly side: Side;
  readonly id: number;
  readonly user: string | undefined;
}

export interface WaitOptions {
  /** Only what came after this mark (see `Journal.mark`). */
  readonly after?: number;
  readonly timeoutMs?: number;
  /** What is waited for, for the error's sentence. */
  readonly what?: string;
}

const NOTHING = Buffer.alloc(0);
/** A long run keeps the newest entries only. */
const MAX_ENTRIES = 50_000;

export class Journal {
  readonly entries: LogEntry[] = [];
  readonly violations: Violation[] = [];
  /** Told of every entry at once; a long run cannot read them all afterwards. */
  onRecord: ((entry: LogEntry) => void) | undefined;
  readonly #watch = new Watch();
  #seq = 0;

  get mark(): number {
    return this.#seq;
  }

  record(direction: LogEntry['direction'], speaker: Speaker, line: string, payload: Buffer = NOTHING): void {
    const [verb = '', ...args] = line.split(' ');
    const { side, id: connection, user } = speaker;
    this.#seq += 1;
    const entry = { seq: this.#seq, direction, side, connection, user, line, verb, args, payload };
    this.entries.push(entry);
    this.onRecord?.(entry);
    if (this.entries.length > MAX_ENTRIES) this.entries.splice(0, MAX_ENTRIES / 10);
    this.#watch.changed();
  }

  violate(speaker: Speaker, rule: string, line: string): void {
    this.violations.push({ rule, side: speaker.side, connection: speaker.id, user: speaker.user, line });
    this.record('event', speaker, `violation: ${rule}`);
  }

  /** The first entry, past or future, for which this holds; each entry is asked about once. */
  waitFor(predicate: (entry: LogEntry) => boolean, options: WaitOptions = {}): Promise<LogEntry> {
    const { after = 0, what = 'an entry of the log' } = options;
    let seen = after;
    const look = () => {
      const unseen = this.entries.slice(Math.max(0, this.entries.length - (this.#seq - seen)));
      seen = this.#seq;
      return unseen.find(predicate);
    };
    return this.#watch.until(look, () => `${what}; the last entries were\n${this.#tail()}`, options.timeoutMs);
  }

  #tail(): string {
    return this.entries
      .slice(-12)
      .map(({ direction, side, connection, line }) => `  ${direction} ${side}${connection} ${line}`)
      .join('\n');
  }
}
