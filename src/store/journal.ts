// The journal port on its tables: rows that must not be lost, in order. Knows batches and boxes; not what is carried.

import { BridgeError } from '../bridge/errors.ts';
import type { Clock } from '../bridge/clock.ts';
import type { Content } from '../bridge/events.ts';
import type { EventId, PortalKey } from '../bridge/ids.ts';
import type { Finish, Journal, JournalRow, NewRow, PieceRow } from '../bridge/store.ts';
import { BODY_VERSION, fromBody, fromPiece, toBody, toLabels, toPiece } from './bodies.ts';
import type { Database } from './database.ts';
import { storable, toJson } from './json.ts';
import type { Row } from './schema.ts';
import type { Sealer } from './sealed.ts';
import {
  ACCEPT,
  ACCEPT_ONE,
  FINISH,
  INTEND,
  LANES,
  LANES_OF,
  NEXT,
  PRUNE_INBOX,
  PRUNE_TXN,
  SETTLE,
  WAS_CARRIED,
} from './statements.ts';
import { Writer } from './writer.ts';

interface Intake {
  readonly txn: string | undefined;
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

type FoundRow = Omit<Row<'inbox'>, 'state' | 'error'> & { readonly pieces: readonly FoundPiece[] | null };
type FoundPiece = Pick<Row<'outbox'>, 'part' | 'state' | 'epoch' | 'content'>;

const KEEP_DAYS = 7;
const PRUNE_BATCH = 1_000;
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

  constructor(database: Database, sealer: Sealer, clock: Pick<Clock, 'now'>) {
    this.#database = database;
    this.#sealer = sealer;
    this.#clock = clock;
  }

  async acceptTransaction(txnId: string, rows: readonly NewRow[]): Promise<readonly string[]> {
    if (rows.length === 0) return [];
    return this.#intake.submit({ txn: txnId, rows: rows.map((row) => this.#toStored(row)) });
  }

  async append(row: NewRow): Promise<void> {
    await this.#intake.submit({ txn: undefined, rows: [this.#toStored(row)] });
  }

  async lanes(): Promise<readonly string[]> {
    const { rows } = await this.#database.run<{ lane: string }>(LANES, []);
    return rows.map((row) => row.lane);
  }

  async next(lane: string): Promise<JournalRow | undefined> {
    const found = await this.#reads.submit(lane);
    return found && this.#fromFound(found);
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

  async wasCarried({ login, chat }: PortalKey, event: EventId): Promise<boolean> {
    const { rows } = await this.#database.run(WAS_CARRIED, [login, chat, event].map(storable));
    return rows.length > 0;
  }

  /** Deletes what was finished long ago. Returns how many rows and transactions went. */
  async prune(now: Date): Promise<number> {
    const before = new Date(now.getTime() - KEEP_DAYS * 24 * 60 * 60 * 1_000);
    return (await this.#pruneInbox(before)) + (await this.#pruneTransactions(before));
  }

  /** Resolves when everything submitted is settled. */
  async idle(): Promise<void> {
    await Promise.all([this.#intake, this.#reads, this.#plans, this.#outcomes, this.#ends].map(async (w) => w.idle()));
  }

  async #accept(items: readonly Intake[]): Promise<readonly (readonly string[])[]> {
    const txns = new Set<string>();
    const rows: (StoredRow & { readonly n: number; readonly txn: string | null })[] = [];
    for (const item of items) {
      if (item.txn !== undefined) {
        if (txns.has(item.txn)) continue; // twice at once: the first one's rows are enough
        txns.add(item.txn);
      }
      for (const row of item.rows) rows.push({ n: rows.length, txn: item.txn ?? null, ...row });
    }
    const now = this.#clock.now();
    const [first] = rows;
    const { count } =
      rows.length === 1 && first
        ? await this.#database.run(ACCEPT_ONE, [first.txn, now, ...toColumns(first)])
        : await this.#database.run(ACCEPT, [toJson(rows), [...txns], now]);
    if (count === rows.length && rows.length === countRows(items)) return items.map(lanesOf);
    return this.#lanesOfRepeated(items);
  }

  /**
   * Something was known already. That includes a transaction whose commit we did not hear of because the connection broke:
   * its rows wait, and nobody was told of their lanes yet.
   */
  async #lanesOfRepeated(items: readonly Intake[]): Promise<readonly (readonly string[])[]> {
    const ids = items
      .filter((item) => item.txn !== undefined)
      .flatMap((item) => item.rows.map((row) => row.external_id));
    if (ids.length === 0) return items.map(() => []);
    const { rows: found } = await this.#database.run<{ external_id: string; lane: string }>(LANES_OF, [ids]);
    const waiting = new Map(found.map((row) => [row.external_id, row.lane]));
    return items.map(({ txn, rows }) => {
      if (txn === undefined) return [];
      return [...new Set(rows.map((row) => waiting.get(row.external_id)).filter((lane) => lane !== undefined))];
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

  async #pruneInbox(before: Date): Promise<number> {
    let gone = 0;
    for (let last = 0; ;) {
      const { rows } = await this.#database.run<{ last: number | null; more: boolean; gone: number }>(PRUNE_INBOX, [
        last,
        before,
        PRUNE_BATCH,
      ]);
      const [page] = rows;
      gone += page?.gone ?? 0;
      if (!page?.more || page.last === null) return gone;
      last = page.last;
    }
  }

  async #pruneTransactions(before: Date): Promise<number> {
    let gone = 0;
    for (;;) {
      const { count } = await this.#database.run(PRUNE_TXN, [before, PRUNE_BATCH]);
      gone += count;
      if (count < PRUNE_BATCH) return gone;
    }
  }

  #toStored(row: NewRow): StoredRow {
    const { source, kind, externalId, login } = toLabels(row);
    const body = toBody(row);
    const sealed = row.secret === true ? this.#sealer.seal(toJson(body), boxPlace(source, externalId)) : undefined;
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
      ? (JSON.parse(this.#sealer.open(row.sealed, boxPlace(row.source, row.external_id))) as object)
      : (row.body as object);
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
    content: fromPiece(piece.content as object),
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

function countRows(items: readonly Intake[]): number {
  return items.reduce((sum, item) => sum + item.rows.length, 0);
}

function boxPlace(source: string, externalId: string): string {
  return `inbox ${source} ${externalId}`;
}
