// A server that says more than we can write down: the rest waits with it, and nobody else waits for us.

import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';

import { text } from '../../src/bridge/events.ts';
import type { LoginId, MatrixUserId } from '../../src/bridge/ids.ts';
import { Login } from '../../src/bridge/login.ts';
import type { ClientSink, Network, NetworkClient } from '../../src/bridge/network.ts';
import { ServerGate } from '../../src/bridge/server-gate.ts';
import type { NewRow, SessionRecord, SessionStore } from '../../src/bridge/store.ts';
import { createIo } from '../../src/networks/msn/io.ts';
import { createMsnNetwork } from '../../src/networks/msn/network.ts';
import { eventually, makeClient } from '../networks/msn-stage.ts';
import { EchoNetwork } from '../support/echo-network.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';
import { NamesInMemory } from '../support/names-in-memory.ts';
import { hostileProfile } from './hostile-server.ts';
import { startHostileServer } from './stage.ts';

const PROFILE = { ...hostileProfile({ port: 1863, loginUrl: 'http://127.0.0.1/login' }), hosts: ['127.0.0.1'] };

test('the network is told to wait while five hundred messages are not written down', async () => {
  const clock = new FakeClock();
  const holds: boolean[] = [];
  let sink: ClientSink | undefined;
  const network: Network = Object.assign(Object.create(new EchoNetwork({ password: 'x', now: () => clock.now() })), {
    createClient: (_login: unknown, wanted: ClientSink) => {
      sink = wanted;
      return { hold: (held: boolean) => holds.push(held) } as unknown as NetworkClient;
    },
  }) as Network;
  const written: string[] = [];
  let open: (() => void) | undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const record = {
    id: 'echo/home/a' as LoginId,
    matrixUser: '@alice:example.org' as MatrixUserId,
    wanted: { on: true },
    state: { kind: 'connected', sentence: '', at: clock.now() },
  } as SessionRecord;
  const login = new Login(
    record,
    { contacts: [], at: undefined },
    {
      network,
      groups: [],
      names: new NamesInMemory(),
      choices: new Set<string>(),
      sessions: {} as SessionStore,
      journal: {
        append: async (row: NewRow) => {
          await gate;
          written.push(row.event.id);
        },
      },
      clock,
      log: keptLog(),
      gate: new ServerGate({ clock, perSecond: 1 }),
      onState: () => undefined,
      onMessage: () => undefined,
      onUnkept: () => undefined,
      onMoment: () => undefined,
    },
  );
  const say = (index: number): void =>
    sink?.event({
      type: 'message',
      chat: 'bob' as never,
      sender: 'home/bob' as never,
      senderName: 'Bob',
      id: String(index) as never,
      at: clock.now(),
      content: text('x'),
    });
  for (let index = 0; index < 501; index++) say(index);
  expect(holds).toEqual([true]);
  open?.();
  await settled();
  expect(login.connected).toBe(false);
  expect(holds).toEqual([true, false]);
  expect(written).toEqual(Array.from({ length: 501 }, (_, index) => String(index)));
});

test('while held, what a switchboard says waits with the server; all of it comes afterwards', async () => {
  const server = await startHostileServer();
  const network = createMsnNetwork({ profiles: [server.profile], clock: new FakeClock(), log: keptLog() });
  const { client, sink } = makeClient({ network });
  client.connect(1, {});
  await eventually(() => sink.kinds.includes('connected'));
  const conversation = await server.ring();
  client.hold?.(true);
  const payload = `Content-Type: text/plain\r\n\r\n${'x'.repeat(4_000)}`;
  const frame = Buffer.from(`MSG bob@example.com Bob ${payload.length}\r\n${payload}`);
  for (let index = 0; index < 2_000; index++) conversation.write(frame);
  // enough for all of it, at 64 KiB a turn; a portion was perhaps on its way
  for (let turn = 0; turn < 500; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(sink.messages.length).toBeLessThan(20);
  expect(conversation.writableLength).toBeGreaterThan(1_000_000);
  client.hold?.(false);
  await eventually(() => sink.messages.length === 2_000);
});

test('what comes in one read is handed on in portions, between which others have their turn', async () => {
  const portions: number[] = [];
  let turns = 0;
  let peer: Socket | undefined;
  const server = createServer((socket) => (peer = socket)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await eventually(() => server.listening);
  const seen: number[] = [];
  const link = await createIo(PROFILE).dial('127.0.0.1', (server.address() as AddressInfo).port, {
    onBytes: (bytes) => {
      portions.push(bytes.length);
      seen.push(turns);
      setImmediate(() => turns++);
    },
    onClosed: () => undefined,
  });
  await eventually(() => peer !== undefined);
  onTestFinished(() => link.destroy());
  peer?.write('QNG\n'.repeat(50_000));
  await eventually(() => portions.reduce((sum, each) => sum + each, 0) === 200_000);
  expect(Math.max(...portions)).toBeLessThanOrEqual(8 * 1024);
  expect(new Set(seen).size).toBeGreaterThan(portions.length / 2);
});

test('what came before the connection broke is heard before its end', async () => {
  let heard = '';
  let heardAtEnd: string | undefined;
  const server = createServer((socket) => socket.end('x'.repeat(300_000))).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await eventually(() => server.listening);
  const link = await createIo(PROFILE).dial('127.0.0.1', (server.address() as AddressInfo).port, {
    onBytes: (bytes) => {
      heard += Buffer.from(bytes).toString();
    },
    onClosed: () => {
      heardAtEnd = heard;
    },
  });
  onTestFinished(() => link.destroy());
  await eventually(() => heardAtEnd !== undefined);
  expect(heardAtEnd).toHaveLength(300_000);
});
