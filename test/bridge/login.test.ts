// One login, on the echo network and a store that only remembers.

import { expect, test } from 'vitest';
import { Pacer } from '../../src/bridge/backoff.ts';
import { BridgeError } from '../../src/bridge/errors.ts';
import type { LoginState } from '../../src/bridge/events.ts';
import type { LoginId, MatrixUserId, NetworkId } from '../../src/bridge/ids.ts';
import { Login } from '../../src/bridge/login.ts';
import type { SessionRecord, SessionStore } from '../../src/bridge/store.ts';
import { type EchoClient, EchoNetwork } from '../support/echo-network.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { NamesInMemory } from '../support/names-in-memory.ts';
import { keptLog } from '../support/no-log.ts';

function setUp(wanted: SessionRecord['wanted'] = { on: true }) {
  const clock = new FakeClock();
  const network = new EchoNetwork({ password: 'cave', now: () => clock.now() });
  const seed = network.prepareLogin(
    new Map([
      ['address', 'alice'],
      ['password', 'cave'],
    ]),
  );
  const record: SessionRecord = {
    ...seed,
    id: 'echo/cave/alice' as LoginId,
    network: 'echo' as NetworkId,
    matrixUser: '@alice:hs' as MatrixUserId,
    wanted,
    state: { kind: 'disconnected', sentence: '', at: clock.now() },
    connectedAt: undefined,
    epoch: 0,
    memory: undefined,
    token: 1,
  };
  const kept: SessionRecord['wanted'][] = [];
  const epochs: (() => number)[] = [];
  let epoch = 0;
  const sessions: Partial<SessionStore> = {
    setWanted: async (_, next) => void kept.push(next),
    nextEpoch: async () => epochs.shift()?.() ?? ++epoch,
    recordState: async () => undefined,
    remember: async () => undefined,
    saveRoster: async () => undefined,
  };
  const states: LoginState[] = [];
  const login = new Login(
    record,
    { contacts: [], at: undefined },
    {
      network,
      names: new NamesInMemory(),
      groups: [],
      choices: new Set(),
      sessions: sessions as SessionStore,
      journal: { append: async () => undefined },
      clock,
      log: keptLog(),
      pacer: new Pacer(clock, { perSecond: 20, burst: 20 }),
      onState: ({ state }) => void states.push(state),
      onMessage: () => undefined,
      onUnkept: () => undefined,
      onMoment: () => undefined,
    },
  );
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settled();
  };
  return { clock, login, client: login.client as EchoClient, kept, epochs, states, pass };
}

test('what the user shows in Matrix is shown to contacts, before and after the sign-in', async () => {
  const { login, client, pass } = setUp();
  login.profile.follow({ availability: 'offline', message: 'on the train' });
  login.start();
  await pass(0);
  expect(client.shown).toEqual({ status: 'Asleep', message: 'on the train' });
  login.profile.follow({ availability: 'online', message: '' });
  await pass(0);
  expect(client.shown).toEqual({ status: 'Here', message: '' });
});

test('what is chosen counts, and is kept; what happened in Matrix meanwhile counts again afterwards', async () => {
  const { login, client, kept, pass } = setUp();
  login.start();
  await pass(0);
  await login.profile.choose({ status: 'Digging', message: 'deep' });
  login.profile.follow({ availability: 'away', message: 'tea' });
  await pass(0);
  expect(client.shown).toEqual({ status: 'Digging', message: 'deep' });
  expect(kept.at(-1)).toEqual({ on: true, status: 'Digging', message: 'deep' });
  await login.profile.choose({});
  expect(client.shown).toEqual({ status: 'Asleep', message: 'tea' });
  expect(kept.at(-1)).toEqual({ on: true });
});

test('what was chosen in an earlier life is shown at the sign-in', async () => {
  const { login, client, pass } = setUp({ on: true, status: 'Digging', playing: 'drums', followName: true });
  login.profile.follow({ name: 'Alice' });
  login.start();
  await pass(0);
  expect(client.shown).toEqual({ status: 'Digging', playing: 'drums', nick: 'Alice' });
});

test('a server that sends us away for a while is left alone for so long; “reconnect” does not wait', async () => {
  const { login, client, states, pass } = setUp();
  login.start();
  await pass(0);
  client.drop(300_000);
  await pass(299_000);
  expect(states.at(-1)?.kind).toBe('disconnected');
  await pass(1_000);
  expect(states.at(-1)?.kind).toBe('connected');
  client.drop(300_000);
  await login.reconnect();
  await pass(0);
  expect(states.at(-1)?.kind).toBe('connected');
});

test('a login that is another process’s by now says so and does not try again, until it is asked to', async () => {
  const { login, states, epochs, clock, pass } = setUp();
  epochs.push(() => {
    throw new BridgeError('database', 'This login is gone, or another process has taken it over.');
  });
  login.start();
  await pass(0);
  expect(states).toMatchObject([
    { kind: 'refused', sentence: 'This login is gone, or another process has taken it over.' },
  ]);
  expect(login.hopeful).toBe(false);
  expect(clock.pending).toBe(0);
  await login.reconnect();
  await pass(0);
  expect(login.connected).toBe(true);
});

test('a database that is away is asked again', async () => {
  const { login, epochs, pass } = setUp();
  epochs.push(() => {
    throw new BridgeError('database', 'The database does not answer just now.', { retriable: true });
  });
  login.start();
  await pass(0);
  expect(login.hopeful).toBe(true);
  await pass(1_000);
  expect(login.connected).toBe(true);
});
