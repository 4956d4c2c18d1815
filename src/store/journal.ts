// The journal port on its tables: rows that must not be lost, in order. Knows batches and boxes; not what is carried.

import { BridgeError } from '../bridge/errors.ts';
import type { Clock } from '../bridge/clock.ts';
import type { Content } from '../bridge/events.ts';
import type { EventId, PortalKey } from '../bridge/ids.ts';
import type { Backlog, Deletion, Finish, Journal, JournalRow, NewRow, OpenRow, PieceRow } from '../bridge/store.ts';
import { BODY_VERSION, fromBody, fromPiece, fromTelling, toBody, toLabels, toPiece, toTelling } from './bodies.ts';
import type { Database } from './database.ts';
import { storable, toJson } from './json.ts';
import type { Row } from './schema.ts';
import { inboxPlace } from './places.ts';
import type { Sealer } from './sealed.ts';
import {
  ACCEPT,
  ACCEPT_ONE,
  BACKLOG,
  DELETIONS,
  FINISH,
  FORGET,
  FORGET_PAIRS,
  INTEND,
  LANES,
  LANES_OF,
  MISSING,
  NEXT,
  SETTLE,
  SWEEP,
  TOLD,
  WAS_CARRIED,
} from './statements.ts';
import { Writer } from './writer.ts';

interface Intake {
  /** Whether it is asked where its rows lie, if they were known already. */
  readonly lanes: boolean;
  readonly rows: readonly StoredRow[];
}

/** As `ACCEPT` takes it. */
interface StoredRow {
  readonly source: string;
  readonly external_id: string;
  readonly lane: string;
  readonly login: string | null;
  readonly kind: string;
  readonly version: number;
  readonly body: object | null;
  readonly sealed: string | null;
}

interface Plan {
  readonly seq: number;
  readonly part: number;
  readonly epoch: number;
  readonly pieces: readonly object[];
}

interface Outcome {
  readonly seq: number;
  readonly part: number;
  readonly state: PieceRow['state'];
}

interface End {
  readonly seq: number;
  readonly finish: Finish;
}

type FoundRow = Omit<Row<'inbox'>, 'error'> & { readonly pieces: readonly FoundPiece[] | null };
type FoundPiece = Pick<Row<'outbox'>, 'part' | 'state' | 'epoch' | 'content'>;

/** A homeserver may push again what it pushed before a restart, and a room may be read again. */
const REMEMBER_DAYS = 30;
const BATCH = 1_000;
const LONGEST_ERROR = 1_000;

export class SqlJournal implements Journal {
  readonly #database: Database;
  readonly #sealer: Sealer;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #intake = new Writer<Intake, readonly string[]>(async (items) => this.#accept(items));
  readonly #reads = new Writer<string, FoundRow | undefined>(async (lanes) => this.#oldest(lanes));
  readonly #plans = new Writer<Plan, boolean>(async (plans) => this.#plan(plans));
  readonly #outcomes = new Writer<Outcome, void>(async (outcomes) => this.#settle(outcomes));
  readonly #ends = new Writer<End, void>(async (ends) => this.#end(ends));
  readonly #tellings = new Writer<number, void>(async (rows) => this.#close(rows));

  constructor(database: Database, sealer: Sealer, clock: Pick<Clock, 'now'>) {
    this.#database = database;
    this.#sealer = sealer;
    this.#clock = clock;
  }

  async accept(rows: readonly NewRow[]): Promise<readonly string[]> {
    if (rows.length === 0) return [];
    return this.#intake.submit({ lanes: true, rows: rows.map((row) => this.#toStored(row)) });
  }

  async missing(events: readonly EventId[]): Promise<readonly EventId[]> {
    const { rows } = await this.#database.run<{ id: EventId }>(MISSING, [events.map(storable)]);
    return rows.map(({ id }) => id);
  }

  async append(row: NewRow): Promise<void> {
    await this.#intake.submit({ lanes: false, rows: [this.#toStored(row)] });
  }

  async lanes(): Promise<readonly string[]> {
    const { rows } = await this.#database.run<{ lane: string }>(LANES, []);
    return rows.map((row) => row.lane);
  }

  async deletions(): Promise<readonly Deletion[]> {
    return (await this.#database.run<Deletion>(DELETIONS, [])).rows;
  }

  async next(lane: string): Promise<OpenRow | undefined> {
    const found = await this.#reads.submit(lane);
    if (found === undefined) return undefined;
    try {
      return found.state === 'ended'
        ? { type: 'ended', seq: found.seq, telling: fromTelling(found.telling) }
        : { type: 'waiting', row: this.#fromFound(found) };
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      return { type: 'unreadable', seq: found.seq, error };
    }
  }

  async intend(seq: number, pieces: readonly Content[], part: number, epoch: number): Promise<void> {
    const kept = await this.#plans.submit({ seq, part, epoch, pieces: pieces.map(toPiece) });
    if (!kept) throw new BridgeError('database', 'This message is finished already: nothing may be sent for it.');
  }

  /** A piece that never had an intent has no record; there is nothing to settle then. */
  async settlePiece(seq: number, part: number, state: 'accepted' | 'failed' | 'uncertain'): Promise<void> {
    await this.#outcomes.submit({ seq, part, state });
  }

  async finish(seq: number, finish: Finish): Promise<void> {
    await this.#ends.submit({ seq, finish });
  }

  async backlog(): Promise<Backlog> {
    const { rows } = await this.#database.run<{ rows: number; oldest: Date | null }>(BACKLOG, []);
    return { rows: rows[0]?.rows ?? 0, oldest: rows[0]?.oldest ?? undefined };
  }

  async wasCarried({ login, chat }: PortalKey, event: EventId): Promise<boolean> {
    const { rows } = await this.#database.run(WAS_CARRIED, [login, chat, event].map(storable));
    return rows.length > 0;
  }

  async told(seq: number): Promise<void> {
    await this.#tellings.submit(seq);
  }

  /**
   * Finished rows leave the table that everything goes through; what they are known by is remembered for a month, and so is
   * which events stand on both sides.
   * Returns how many rows left.
   */
  async sweep(now: Date): Promise<number> {
    let gone = 0;
    for (let last = BATCH; last === BATCH; gone += last) {
      // never while rows are taken: one that comes again just now would be found in neither table
      last = (await this.#intake.between(async () => this.#database.run(SWEEP, [now, BATCH]))).count;
    }
    const before = new Date(now.getTime() - REMEMBER_DAYS * 24 * 60 * 60 * 1_000);
    for (const forget of [FORGET, FORGET_PAIRS])
      while ((await this.#database.run(forget, [before, BATCH])).count === BATCH);
    return gone;
  }

  /** Resolves when everything submitted is settled. */
  async idle(): Promise<void> {
    const writers = [this.#intake, this.#reads, this.#plans, this.#outcomes, this.#ends, this.#tellings];
    await Promise.all(writers.map(async (writer) => writer.idle()));
  }

  async #accept(items: readonly Intake[]): Promise<readonly (readonly string[])[]> {
    const rows = items.flatMap((item) => item.rows);
    const now = this.#clock.now();
    const [first] = rows;
    const { count } =
      rows.length === 1 && first
        ? await this.#database.run(ACCEPT_ONE, [now, ...toColumns(first)])
        : await this.#database.run(ACCEPT, [toJson(rows.map((row, n) => ({ n, ...row }))), now]);
    return count === rows.length ? items.map(lanesOf) : this.#lanesOfRepeated(items);
  }

  /**
   * Something was known already. That includes rows whose commit we did not hear of because the connection broke: they
   * wait, and nobody was told of their lanes yet.
   */
  async #lanesOfRepeated(items: readonly Intake[]): Promise<readonly (readonly string[])[]> {
    const ids = items.flatMap((item) => (item.lanes ? item.rows.map((row) => row.external_id) : []));
    if (ids.length === 0) return items.map(() => []);
    const { rows: found } = await this.#database.run<{ external_id: string; lane: string }>(LANES_OF, [ids]);
    const open = new Map(found.map((row) => [row.external_id, row.lane]));
    return items.map(({ lanes, rows }) => {
      if (!lanes) return [];
      return [...new Set(rows.map((row) => open.get(row.external_id)).filter((lane) => lane !== undefined))];
    });
  }

  async #oldest(lanes: readonly string[]): Promise<readonly (FoundRow | undefined)[]> {
    const { rows } = await this.#database.run<FoundRow>(NEXT, [[...new Set(lanes)]]);
    const byLane = new Map(rows.map((row) => [row.lane, row]));
    return lanes.map((lane) => byLane.get(lane));
  }

  async #plan(plans: readonly Plan[]): Promise<readonly boolean[]> {
    const { rows } = await this.#database.run<{ inbox_seq: number; part: number }>(INTEND, [
      toJson(plans),
      plans.map(seqOf),
    ]);
    const kept = new Set(rows.map((row) => `${row.inbox_seq} ${row.part}`));
    return plans.map((plan) => kept.has(`${plan.seq} ${plan.part}`));
  }

  async #settle(outcomes: readonly Outcome[]): Promise<readonly void[]> {
    await this.#database.run(SETTLE, [toJson(outcomes), outcomes.map(seqOf)]);
    return outcomes.map(() => undefined);
  }

  async #end(ends: readonly End[]): Promise<readonly void[]> {
    const values = [toJson(ends.map(toEndRow)), toJson(ends.flatMap(toPairRows)), this.#clock.now(), ends.map(seqOf)];
    await this.#database.run(FINISH, values);
    return ends.map(() => undefined);
  }

  async #close(rows: readonly number[]): Promise<readonly void[]> {
    await this.#database.run(TOLD, [rows]);
    return rows.map(() => undefined);
  }

  #toStored(row: NewRow): StoredRow {
    const { source, kind, externalId, login } = toLabels(row);
    const body = toBody(row);
    const sealed = row.secret === true ? this.#sealer.seal(toJson(body), inboxPlace(source, externalId)) : undefined;
    return {
      source,
      external_id: externalId,
      lane: row.lane,
      login,
      kind,
      version: BODY_VERSION,
      body: sealed === undefined ? body : null,
      sealed: sealed?.toString('base64') ?? null,
    };
  }

  #fromFound(row: FoundRow): JournalRow {
    const labels = {
      source: row.source,
      kind: row.kind,
      externalId: row.external_id,
      login: row.login,
      version: row.version,
    };
    const stored = row.sealed
      ? (JSON.parse(this.#sealer.open(row.sealed, inboxPlace(row.source, row.external_id))) as unknown)
      : row.body;
    return {
      ...fromBody(labels, stored),
      seq: row.seq,
      lane: row.lane,
      ...(row.sealed && { secret: true }),
      receivedAt: row.received_at,
      pieces: (row.pieces ?? []).map(fromFoundPiece),
    };
  }
}

/** In the order of `ACCEPT_ONE`. */
function toColumns({ source, external_id, lane, login, kind, version, body, sealed }: StoredRow): unknown[] {
  const texts = [source, external_id, lane, login, kind].map((text) => text && storable(text));
  return [...texts, version, body && toJson(body), sealed];
}

function fromFoundPiece(piece: FoundPiece): PieceRow {
  return {
    part: piece.part,
    content: fromPiece(piece.content),
    state: piece.state as PieceRow['state'],
    epoch: piece.epoch,
  };
}

function seqOf(item: { readonly seq: number }): number {
  return item.seq;
}

function toEndRow({ seq, finish }: End): object {
  return {
    seq,
    state: finish.type === 'failed' ? 'failed' : 'done',
    error: finish.type === 'failed' ? storable(finish.error.slice(0, LONGEST_ERROR)) : null,
    carried: finish.type === 'carried',
    telling: finish.telling ? toTelling(finish.telling) : null,
  };
}

function toPairRows({ finish }: End): object[] {
  if (finish.type !== 'carried') return [];
  const { portal, pairs } = finish;
  return pairs.map(({ event, remote, part }) => ({
    login: portal.login,
    chat: portal.chat,
    event_id: event,
    part,
    remote_id: remote ?? null,
  }));
}

function lanesOf(item: Intake): readonly string[] {
  return [...new Set(item.rows.map((row) => row.lane))];
}
