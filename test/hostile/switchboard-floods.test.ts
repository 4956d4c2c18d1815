// Switchboards that flood us: with people, and with words of nobody. What is kept of them has an end.

import { expect, onTestFinished, test } from 'vitest';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { SwitchboardSession } from '../../src/msnp/switchboard.ts';
import { Buffers } from '../../src/networks/msn/buffers.ts';
import type { Link, LinkListener } from '../../src/networks/msn/io.ts';
import { Switchboard } from '../../src/networks/msn/switchboard.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';

const LINK: Link = {
  keepsWatch: false,
  write: () => undefined,
  hold: () => undefined,
  close: () => undefined,
  destroy: () => undefined,
};

/** A switchboard of ours inside a conversation, and the server's end of its connection. */
async function opened(): Promise<{ board: Switchboard; say: (bytes: string) => void; heard: string[] }> {
  const heard: string[] = [];
  let listener: LinkListener | undefined;
  const board = new Switchboard({
    session: new SwitchboardSession({
      address: 'alice@example.com',
      dialect: 'MSNP12',
      entry: { type: 'answer', ticket: 't', session: '1' },
    }),
    io: {
      dial: async (_host, _port, wanted) => {
        listener = wanted;
        return LINK;
      },
      fetch: async () => ({ type: 'failed', reason: 'not here' }),
      buffers: new Buffers(),
    },
    clock: new FakeClock(),
    log: keptLog(),
    number: 1,
    own: 'alice@example.com',
    callees: [],
    name: 'Bob',
    ring: '1',
    onOpened: () => undefined,
    onMessage: (address) => heard.push(address),
    onJoined: () => undefined,
    onLeft: () => undefined,
    onEnd: () => undefined,
  });
  board.open('127.0.0.1', 1863);
  await settled();
  const say = (bytes: string): void => listener?.onBytes(Buffer.from(bytes));
  say('IRO 1 1 1 bob@example.com Bob 0\r\nANS 1 OK\r\n');
  onTestFinished(() => board.destroy());
  return { board, say, heard };
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function keptBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

test('people who come by the hundred thousand are not all remembered', async () => {
  const { board, say } = await opened();
  const before = keptBytes();
  for (let batch = 0; batch < 200; batch++) {
    let lines = '';
    for (let index = 0; index < 500; index++) lines += `JOI p${batch}-${index}@example.com ${'n'.repeat(100)} 0\r\n`;
    say(lines);
  }
  expect(keptBytes() - before).toBeLessThan(2 * 1024 * 1024);
  expect(board.present.length).toBeGreaterThan(1);
});
