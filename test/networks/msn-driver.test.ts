// The driver between a session and the world, both of them made up.

import { expect, test } from 'vitest';

import { MsnpProtocolError } from '../../src/msnp/errors.ts';
import type { FetchReply, Input, Output } from '../../src/msnp/session.ts';
import { Buffers } from '../../src/networks/msn/buffers.ts';
import { Driver } from '../../src/networks/msn/driver.ts';
import type { Link, LinkListener, Wire } from '../../src/networks/msn/io.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';

type Answer = (input: Input<string>) => Output<string>[];

class FakeIo implements Wire {
  readonly buffers: Buffers;
  readonly done: string[] = [];
  listener: LinkListener | undefined;
  refuses = false;
  reply: FetchReply = { type: 'failed', reason: 'no answer' };

  constructor(buffers: Buffers) {
    this.buffers = buffers;
  }

  async dial(host: string, port: number, listener: LinkListener): Promise<Link> {
    this.done.push(`dial ${host}:${port}`);
    await Promise.resolve();
    if (this.refuses) throw new Error('refused');
    this.listener = listener;
    return {
      keepsWatch: false,
      write: (bytes) => void this.done.push(`write ${Buffer.from(bytes).toString()}`),
      hold: () => undefined,
      close: () => void this.done.push('close'),
      destroy: () => {
        this.done.push('destroy');
        listener.onClosed(undefined);
      },
    };
  }

  async fetch(): Promise<FetchReply> {
    return this.reply;
  }
}

function stage(answer: Answer, buffers = new Buffers()) {
  const io = new FakeIo(buffers);
  const clock = new FakeClock();
  const log = keptLog();
  const told: string[] = [];
  let depth = 0;
  const session = {
    buffered: 0,
    handle: (input: Input<string>) => {
      depth += 1;
      if (depth > 1) throw new Error('entered again');
      try {
        return answer(input);
      } finally {
        depth -= 1;
      }
    },
  };
  const driver: Driver<string, string> = new Driver({
    session,
    io,
    clock,
    log,
    onEvent: (event) => {
      told.push(event);
      if (event === 'again') driver.command('more');
      if (event === 'throw') throw new Error('bad handler');
    },
    onEnd: (end) => {
      const { reason, error, silent } = { reason: '', error: undefined, silent: false, ...end };
      told.push(['end', end.type, reason, error?.message, silent && 'in silence'].filter(Boolean).join(' '));
    },
  });
  return { io, clock, log, told, driver, session };
}

const bytes = (words: string): Uint8Array => Buffer.from(words);
const event = (words: string): Output<string> => ({ type: 'event', event: words });

test('the first command follows the connection, and what is sent is written', async () => {
  const { io, driver } = stage((input) =>
    input.type === 'command' ? [{ type: 'send', bytes: bytes(input.command) }] : [],
  );
  driver.open('host', 1, () => 'hello');
  await settled();
  expect(io.done).toEqual(['dial host:1', 'write hello']);
});

test('a session is never entered from within', async () => {
  const { told, driver } = stage((input) =>
    input.type === 'command' ? (input.command === 'start' ? [event('again'), event('first')] : [event('second')]) : [],
  );
  driver.open('host', 1, () => 'start');
  await settled();
  expect(told).toEqual(['again', 'first', 'second']);
});

test('a connection that cannot be had ends it', async () => {
  const { io, told, driver } = stage(() => []);
  io.refuses = true;
  driver.open('host', 1, () => 'start');
  await settled();
  expect(told).toEqual(['end unreachable refused']);
});

test('the session hears of the end before anybody else', async () => {
  const { io, told, driver } = stage((input) => (input.type === 'closed' ? [event('lost')] : []));
  driver.open('host', 1, () => 'start');
  await settled();
  io.listener?.onClosed('reset');
  io.listener?.onClosed('twice');
  driver.command('too late');
  expect(told).toEqual(['lost', 'end closed in silence']);
});

test('a peer that breaks the protocol is closed, and what it says afterwards does not count', async () => {
  const error = new MsnpProtocolError('nonsense');
  const { io, told, driver } = stage((input) =>
    input.type === 'received' ? [event('before'), { type: 'close', error }] : [],
  );
  driver.open('host', 1, () => 'start');
  await settled();
  io.listener?.onBytes(bytes('?'));
  io.listener?.onBytes(bytes('!'));
  expect(io.done).toEqual(['dial host:1', 'close']);
  io.listener?.onClosed(undefined);
  expect(told).toEqual(['before', 'end closed nonsense']);
});

test('a session that fails is ended and logged, a handler that fails is logged', async () => {
  const { log, told, driver } = stage((input) => {
    if (input.type === 'command' && input.command === 'break') throw new Error('our bug');
    return input.type === 'command' ? [event('throw'), event('after')] : [];
  });
  driver.open('host', 1, () => 'start');
  await settled();
  driver.command('break');
  expect(told).toEqual(['throw', 'after', 'end closed our bug in silence']);
  expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(2);
});

test('wakes, replaces and cancels timers, and none outlives the end', async () => {
  const { clock, told, driver } = stage((input) => {
    if (input.type === 'woken') return [event(`woken ${input.id}`)];
    if (input.type !== 'command') return [];
    if (input.command === 'cancel') return [{ type: 'cancel', id: 'b' }];
    return [
      { type: 'wake', id: 'a', afterMs: 10 },
      { type: 'wake', id: 'b', afterMs: 20 },
      { type: 'wake', id: 'a', afterMs: 30 },
      { type: 'wake', id: 'c', afterMs: 100 },
    ];
  });
  driver.open('host', 1, () => 'start');
  await settled();
  driver.command('cancel');
  clock.advance(50);
  expect(told).toEqual(['woken a']);
  driver.destroy();
  expect(clock.pending).toBe(0);
});

test('while the peer is not listened to, no time counts that is the peer’s', async () => {
  const { clock, told, driver } = stage((input) => {
    if (input.type === 'woken') return [event(`woken ${input.id}`)];
    if (input.type !== 'command') return [];
    if (input.command === 'again') return [{ type: 'wake', id: 'frame', afterMs: 30, whileHeard: true }];
    return [
      { type: 'wake', id: 'frame', afterMs: 30, whileHeard: true },
      { type: 'wake', id: 'gone', afterMs: 30, whileHeard: true },
      { type: 'wake', id: 'ours', afterMs: 30 },
      { type: 'cancel', id: 'gone' },
    ];
  });
  driver.open('host', 1, () => 'start');
  await settled();
  clock.advance(20);
  driver.hold(true);
  clock.advance(100);
  expect(told).toEqual(['woken ours']);
  driver.command('again');
  clock.advance(100);
  driver.hold(false);
  driver.hold(false);
  clock.advance(29);
  expect(told).toEqual(['woken ours']);
  clock.advance(1);
  expect(told).toEqual(['woken ours', 'woken frame']);
  expect(clock.pending).toBe(0);
});

test('replies to requests come back, unless it is over', async () => {
  const { io, told, driver } = stage((input) => {
    if (input.type === 'fetched') return [event(`${input.id} ${input.reply.type}`)];
    if (input.type !== 'command') return [];
    const request = { method: 'GET', url: 'https://x.example', headers: {}, timeoutMs: 1, maxBytes: 1 } as const;
    return [{ type: 'fetch', id: input.command, credentials: false, ...request }];
  });
  driver.command('one');
  await settled();
  expect(told).toEqual(['one failed']);
  io.reply = { type: 'response', status: 200, headers: new Map(), body: new Uint8Array() };
  driver.command('two');
  driver.destroy();
  await settled();
  expect(told).toEqual(['one failed', 'end closed in silence']);
});

test('closed while dialling, the connection is given up as soon as it stands', async () => {
  const { io, told, driver } = stage((input) => (input.type === 'command' ? [event(input.command)] : []));
  driver.open('host', 1, () => 'start');
  driver.close();
  expect(told).toEqual(['end closed in silence']);
  await settled();
  expect(io.done).toEqual(['dial host:1', 'destroy']);
  expect(told).toHaveLength(1);
});

test('where all together hold too much of what has not come whole, the connection that holds most is closed', async () => {
  const buffers = new Buffers(1_000);
  const [small, large, late] = [1, 2, 3].map(() => stage(() => [], buffers));
  for (const { driver } of [small!, large!, late!]) driver.open('host', 1, () => 'start');
  await settled();
  const holds = (one: typeof small, size: number): void => {
    one!.session.buffered = size;
    one!.io.listener?.onBytes(bytes('?'));
  };
  holds(small, 300);
  holds(large, 700);
  expect(large!.told).toEqual([]);
  holds(late, 1);
  expect(large!.told).toEqual(['end closed']);
  expect(large!.log.lines).toContainEqual(expect.objectContaining({ level: 'warn', fields: { bytes: 700 } }));
  holds(late, 700);
  holds(small, 0);
  holds(late, 1_000);
  expect([small, late].map((one) => one!.told)).toEqual([[], []]);
  late!.driver.destroy();
  holds(small, 1_000);
  expect(small!.told).toEqual([]);
  holds(small, 1_001);
  expect(small!.told).toEqual(['end closed']);
});
