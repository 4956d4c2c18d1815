import { expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import { text } from '../../src/bridge/events.ts';
import type { EventId, MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import { type Outcome, Runner } from '../../src/bridge/runner.ts';
import type { Finish, JournalRow, OpenRow } from '../../src/bridge/store.ts';
import type { Telling } from '../../src/bridge/telling.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';

function away(): BridgeError {
  return new BridgeError('database', 'The database does not answer.', { retriable: true });
}

function fault(): BridgeError {
  return new BridgeError('homeserver-fault', 'The homeserver failed (500).', { retriable: true });
}

async function passMinutes(clock: FakeClock, minutes: number): Promise<void> {
  for (let left = minutes * 30; left > 0; left--) {
    clock.advance(2_000);
    await settled();
  }
}

/** The journal's queue, in memory. */
class Rows {
  readonly rows: JournalRow[] = [];
  readonly finished: [number, Finish['type']][] = [];
  readonly #tellings = new Map<number, Telling>();
  broken = false;
  readonly unreadable = new Set<number>();
  /** What the next ends of rows meet with. */
  readonly refusals: BridgeError[] = [];

  add(lane: string): number {
    const seq = this.rows.length + 1;
    const id = `$${seq}` as EventId;
    const at = new Date(0);
    const event = {
      type: 'message',
      room: '!r:x' as RoomId,
      sender: '@a:x' as MatrixUserId,
      id,
      at,
      content: text(''),
    } as const;
    this.rows.push({ seq, lane, source: 'matrix', receivedAt: at, pieces: [], event });
    return seq;
  }

  async next(lane: string): Promise<OpenRow | undefined> {
    if (this.broken) throw away();
    const isOpen = ({ seq }: JournalRow): boolean =>
      this.#tellings.has(seq) || !this.finished.some(([finished]) => finished === seq);
    const row = this.rows.find((one) => one.lane === lane && isOpen(one));
    if (!row) return undefined;
    const telling = this.#tellings.get(row.seq);
    if (telling) return { type: 'ended', seq: row.seq, telling };
    if (this.unreadable.has(row.seq))
      return { type: 'unreadable', seq: row.seq, error: new BridgeError('database', 'It cannot be read.') };
    return { type: 'waiting', row };
  }

  async finish(seq: number, finish: Finish): Promise<void> {
    const refusal = this.refusals.shift();
    if (refusal) throw refusal;
    this.finished.push([seq, finish.type]);
    if (finish.telling) this.#tellings.set(seq, finish.telling);
  }

  async told(seq: number): Promise<void> {
    if (this.broken) throw away();
    this.#tellings.delete(seq);
  }
}

function setUp(
  carry: (row: JournalRow) => Promise<Outcome>,
  tell: (telling: Telling) => Promise<void> = async () => undefined,
  /** Is tried before somebody hears of a row that is given up, or of an outcome another way. */
  hear: () => Promise<void> = async () => undefined,
) {
  const journal = new Rows();
  const clock = new FakeClock();
  const log = keptLog();
  const givenUp: number[] = [];
  const toldElsewhere: string[] = [];
  const giveUp = async (row: JournalRow): Promise<undefined> => {
    await hear();
    givenUp.push(row.seq);
  };
  const tellElsewhere = async ({ room }: Telling): Promise<void> => {
    await hear();
    toldElsewhere.push(room);
  };
  const runner = new Runner({ journal, clock, log, carry, tell, giveUp, tellElsewhere });
  return { journal, clock, log, givenUp, toldElsewhere, runner };
}

test('a lane carries its rows one after the other, lanes run beside each other', async () => {
  const gates = new Map<number, () => void>();
  const started: number[] = [];
  const { journal, runner } = setUp(async (row) => {
    started.push(row.seq);
    await new Promise<void>((resolve) => gates.set(row.seq, resolve));
    return { type: 'done' };
  });
  const [a1, a2, b1] = [journal.add('a'), journal.add('a'), journal.add('b')];
  runner.wake('a');
  runner.wake('b');
  await settled();
  expect(started).toEqual([a1, b1]);
  gates.get(a1)?.();
  await settled();
  expect(started).toEqual([a1, b1, a2]);
});

test('a row that must wait keeps its place, and all behind it wait with it', async () => {
  let open = false;
  const tried: number[] = [];
  const { journal, runner, clock } = setUp(async (row) => {
    tried.push(row.seq);
    return open ? { type: 'done' } : { type: 'retry', afterMs: 1_000 };
  });
  journal.add('a');
  journal.add('a');
  runner.wake('a');
  await settled();
  expect(tried).toEqual([1]);
  open = true;
  clock.advance(1_000);
  await settled();
  expect(tried).toEqual([1, 1, 2]);
});

test('lanes that wait look again when what they wait for has come', async () => {
  let open = false;
  const { journal, runner } = setUp(async () => (open ? { type: 'done' } : { type: 'retry', afterMs: 60_000 }));
  journal.add('a');
  runner.wake('a');
  await settled();
  open = true;
  runner.wakeWaiting();
  await settled();
  expect(journal.finished).toEqual([[1, 'done']]);
});

test('a bug in carrying one row is logged, whoever waits for it is told, and the lane goes on', async () => {
  const { journal, runner, log, givenUp } = setUp(async (row) => {
    if (row.seq === 1) throw new TypeError('oops');
    return { type: 'done' };
  });
  journal.add('a');
  journal.add('a');
  runner.wake('a');
  await settled();
  expect(journal.finished).toEqual([
    [1, 'failed'],
    [2, 'done'],
  ]);
  expect(givenUp).toEqual([1]);
  expect(log.lines.map((line) => line.level)).toContain('error');
});

test('while the database is away the lane looks again until it is back', async () => {
  const { journal, runner, clock } = setUp(async () => ({ type: 'done' }));
  journal.add('a');
  journal.broken = true;
  runner.wake('a');
  await settled();
  clock.advance(1_000);
  await settled();
  journal.broken = false;
  clock.advance(1_000);
  await settled();
  expect(journal.finished).toEqual([[1, 'done']]);
});

test('a move of the moment waits for the rows before it, and only the last of its subject counts', async () => {
  const seen: string[] = [];
  let open: () => void = () => undefined;
  const { journal, runner } = setUp(async (row) => {
    await new Promise<void>((resolve) => (open = resolve));
    seen.push(`row ${row.seq}`);
    return { type: 'done' };
  });
  journal.add('a');
  runner.wake('a');
  runner.moment('a', 'typing', async () => void seen.push('typing 1'));
  runner.moment('a', 'typing', async () => void seen.push('typing 2'));
  await settled();
  open();
  await settled();
  expect(seen).toEqual(['row 1', 'typing 2']);
});

test('stopping finishes the row in hand and takes no other', async () => {
  let open: () => void = () => undefined;
  const { journal, runner } = setUp(async () => {
    await new Promise<void>((resolve) => (open = resolve));
    return { type: 'done' };
  });
  journal.add('a');
  journal.add('a');
  runner.wake('a');
  await settled();
  const stopped = runner.stop();
  open();
  await stopped;
  expect(journal.finished).toEqual([[1, 'done']]);
});

test('stopping waits for what is in hand as long as there is hope, and says that it did not end', async () => {
  const { journal, runner, clock, log } = setUp(async () => new Promise(() => undefined));
  journal.add('a');
  runner.wake('a');
  await settled();
  const stopped = runner.stop();
  clock.advance(10_000);
  await stopped;
  expect(journal.finished).toEqual([]);
  expect(log.lines.map(({ level, text: said }) => [level, said])).toContainEqual([
    'warn',
    'what is in hand is not waited for any longer',
  ]);
});

test('a move of the moment waits with the row that waits, and does not make it wait for ever', async () => {
  const seen: string[] = [];
  let open = false;
  const { journal, runner, clock } = setUp(async () => {
    seen.push(open ? 'carried' : 'not yet');
    return open ? { type: 'done' } : { type: 'retry', afterMs: 1_000 };
  });
  journal.add('a');
  runner.wake('a');
  await settled();
  runner.moment('a', 'typing', async () => void seen.push('typing'));
  await settled();
  open = true;
  clock.advance(1_000);
  await settled();
  expect(seen).toEqual(['not yet', 'carried', 'typing']);
});

test('a row that was carried is not carried again because its end could not be written', async () => {
  const carried: number[] = [];
  const { journal, runner, clock } = setUp(async (row) => {
    carried.push(row.seq);
    return { type: 'done' };
  });
  journal.refusals.push(away(), away());
  journal.add('a');
  journal.add('a');
  runner.wake('a');
  await settled();
  runner.wake('a');
  await settled();
  clock.advance(1_000);
  await settled();
  expect(carried).toEqual([1, 2]);
  expect(journal.finished).toEqual([
    [1, 'done'],
    [2, 'done'],
  ]);
});

test('what the database refuses for good does not hold up the lane', async () => {
  const { journal, runner } = setUp(async (row) => {
    if (row.seq === 1) throw new BridgeError('database', 'The database refused a statement.');
    return { type: 'done' };
  });
  journal.add('a');
  journal.add('a');
  runner.wake('a');
  await settled();
  expect(journal.finished).toEqual([
    [1, 'failed'],
    [2, 'done'],
  ]);
});

test('an end that could not be written is written when it stops', async () => {
  const { journal, runner } = setUp(async () => ({ type: 'done' }));
  journal.refusals.push(away());
  journal.add('a');
  runner.wake('a');
  await settled();
  expect(journal.finished).toEqual([]);
  await runner.stop();
  expect(journal.finished).toEqual([[1, 'done']]);
});

test('calls that come while it stops do not keep it from stopping', async () => {
  let open: () => void = () => undefined;
  const { journal, runner } = setUp(async () => {
    await new Promise<void>((resolve) => (open = resolve));
    return { type: 'done' };
  });
  journal.add('a');
  runner.wake('a');
  await settled();
  let stopped = false;
  const stopping = runner.stop().then(() => (stopped = true));
  runner.wake('b');
  runner.moment('c', 'typing', async () => undefined);
  open();
  await settled();
  expect(stopped).toBe(true);
  await stopping;
});

function tellingOf(row: JournalRow): Telling {
  return { type: 'replies', room: '!r:x' as RoomId, to: row.event.id as EventId, replies: [] };
}

test('an outcome is told after it is written down, before the next row', async () => {
  const seen: string[] = [];
  const { journal, runner } = setUp(
    async (row) => {
      seen.push(`carry ${row.seq}`);
      return { type: 'done', telling: tellingOf(row) };
    },
    async ({ room }) => void seen.push(`tell in ${room}, ${journal.finished.length} written`),
  );
  journal.add('a');
  journal.add('a');
  runner.wake('a');
  await settled();
  expect(seen).toEqual(['carry 1', 'tell in !r:x, 1 written', 'carry 2', 'tell in !r:x, 2 written']);
});

test('what could not be told is told again; the row is not carried again', async () => {
  const seen: string[] = [];
  let isAway = true;
  const { journal, runner, clock } = setUp(
    async (row) => {
      seen.push('carried');
      return { type: 'failed', error: 'network', telling: tellingOf(row) };
    },
    async () => {
      if (isAway) throw new BridgeError('homeserver', 'The homeserver does not answer.', { retriable: true });
      seen.push('told');
    },
  );
  journal.add('a');
  runner.wake('a');
  await settled();
  isAway = false;
  clock.advance(2_000);
  await settled();
  expect(seen).toEqual(['carried', 'told']);
  journal.broken = true;
  runner.wake('a');
  await settled();
  expect(seen).toEqual(['carried', 'told']);
});

test('a row that cannot be read is given up, and said in the log', async () => {
  const carried: number[] = [];
  const { journal, runner, log } = setUp(async (row) => {
    carried.push(row.seq);
    return { type: 'done' };
  });
  journal.unreadable.add(journal.add('a'));
  journal.add('a');
  runner.wake('a');
  await settled();
  expect(carried).toEqual([2]);
  expect(journal.finished[0]).toEqual([1, 'failed']);
  expect(log.lines.map((line) => line.level)).toContain('error');
});

test('what lanes wait for may come while an attempt is just failing', async () => {
  let fail: () => void = () => undefined;
  let open = false;
  const { journal, runner } = setUp(async () => {
    if (open) return { type: 'done' };
    await new Promise<void>((resolve) => (fail = resolve));
    return { type: 'retry', afterMs: 60_000 };
  });
  journal.add('a');
  runner.wake('a');
  await settled();
  open = true;
  runner.wakeWaiting();
  fail();
  await settled();
  expect(journal.finished).toEqual([[1, 'done']]);
});

test('one can wait until some lanes have carried what they have in hand', async () => {
  const gates = new Map<string, () => void>();
  const { journal, runner } = setUp(async (row) => {
    if (row.lane === 'stuck') return { type: 'retry', afterMs: 60_000 };
    await new Promise<void>((resolve) => gates.set(row.lane, resolve));
    return { type: 'done' };
  });
  for (const lane of ['a', 'b', 'stuck']) {
    journal.add(lane);
    runner.wake(lane);
  }
  await settled();
  let done = false;
  const waiting = runner.settled((lane) => lane !== 'b').then(() => (done = true));
  await settled();
  expect(done).toBe(false);
  gates.get('a')?.();
  await settled();
  expect(done).toBe(true);
  await waiting;
});

test('a row at which the homeserver fails is given up after a quarter of an hour, and somebody hears of it', async () => {
  const { journal, runner, clock, givenUp } = setUp(async (row) => {
    if (row.seq === 1) throw fault();
    return { type: 'done' };
  });
  journal.add('a');
  journal.add('a');
  runner.wake('a');
  for (let second = 0; second < 15 * 60; second += 2) {
    expect(journal.finished).toEqual([]);
    await settled();
    clock.advance(2_000);
  }
  await settled();
  expect(journal.finished).toEqual([
    [1, 'failed'],
    [2, 'done'],
  ]);
  expect(givenUp).toEqual([1]);
});

test('as long as nobody can hear of it a row is not given up', async () => {
  let isWell = false;
  const { journal, runner, clock, givenUp } = setUp(
    async () => Promise.reject(fault()),
    undefined,
    async () => (isWell ? undefined : Promise.reject(fault())),
  );
  journal.add('a');
  runner.wake('a');
  await passMinutes(clock, 60);
  expect(journal.finished).toEqual([]);
  isWell = true;
  await passMinutes(clock, 1);
  expect(journal.finished).toEqual([[1, 'failed']]);
  expect(givenUp).toEqual([1]);
});

test('an outcome that cannot be told where it belongs is told elsewhere, and not dropped before that', async () => {
  let isWell = false;
  const { journal, runner, clock, toldElsewhere } = setUp(
    async (row) => ({ type: 'failed', error: 'network', telling: tellingOf(row) }),
    async () => Promise.reject(fault()),
    async () => (isWell ? undefined : Promise.reject(fault())),
  );
  journal.add('a');
  runner.wake('a');
  await passMinutes(clock, 60);
  expect(await journal.next('a')).toMatchObject({ type: 'ended' });
  isWell = true;
  await passMinutes(clock, 1);
  expect(await journal.next('a')).toBeUndefined();
  expect(toldElsewhere).toEqual(['!r:x']);
});

test('a row that had to wait has its quarter of an hour from when it no longer has to', async () => {
  let waits = true;
  const { journal, runner, clock, givenUp } = setUp(async () => {
    if (waits) return { type: 'retry', afterMs: 60_000 };
    throw fault();
  });
  journal.add('a');
  runner.wake('a');
  for (let minutes = 0; minutes < 60; minutes++) {
    await settled();
    clock.advance(60_000);
  }
  waits = false;
  clock.advance(60_000);
  await settled();
  clock.advance(10 * 60_000);
  await settled();
  expect(journal.finished).toEqual([]);
  clock.advance(6 * 60_000);
  await settled();
  expect(givenUp).toEqual([1]);
});

test('a homeserver that is away is waited for, however long', async () => {
  const { journal, runner, clock, givenUp } = setUp(async () => {
    throw new BridgeError('homeserver', 'The homeserver does not answer.', { retriable: true });
  });
  journal.add('a');
  runner.wake('a');
  for (let minutes = 0; minutes < 60; minutes++) {
    await settled();
    clock.advance(60_000);
  }
  expect(journal.finished).toEqual([]);
  expect(givenUp).toEqual([]);
});
