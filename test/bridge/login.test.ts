// One login, on the echo network and a store that only remembers.

import { expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import type { LoginState } from '../../src/bridge/events.ts';
import type { LoginId, MatrixUserId, NetworkId } from '../../src/bridge/ids.ts';
import { Login } from '../../src/bridge/login.ts';
import { ServerGate } from '../../src/bridge/server-gate.ts';
import type { SessionRecord, SessionStore } from '../../src/bridge/store.ts';
import { type EchoClient, EchoNetwork } from '../support/echo-network.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { NamesInMemory } from '../support/names-in-memory.ts';
import { keptLog } from '../support/no-log.ts';

function world() {
  const clock = new FakeClock();
  const network = new EchoNetwork({ password: 'cave', now: () => clock.now() });
  return { clock, network, gate: new ServerGate({ clock, perSecond: 20 }) };
}

function setUp(wanted: SessionRecord['wanted'] = { on: true }, { clock, network, gate } = world(), address = 'alice') {
  const seed = network.prepareLogin(
    new Map([
      ['address', address],
      ['password', 'cave'],
    ]),
  );
  const record: SessionRecord = {
    ...seed,
    id: `echo/cave/${address}` as LoginId,
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
      gate,
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
  return { clock, network, login, client: login.client as EchoClient, kept, epochs, states, pass };
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

test('a hundred logins that are lost together ask a dead server seldom, and are soon back when it is', async () => {
  const here = world();
  const all = Array.from({ length: 100 }, (_, n) => {
    const name = `miner${String.fromCharCode(97 + Math.floor(n / 26), 97 + (n % 26))}`;
    return setUp({ on: true }, here, name);
  });
  for (const { login } of all) login.start();
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) await all[0]!.pass(1_000);
  };
  await pass(20);
  expect(all.filter(({ login }) => login.connected)).toHaveLength(100);
  here.network.closed = true;
  for (const { client } of all) client.drop();
  await pass(5);
  here.network.knocks = 0;
  await pass(300);
  expect(here.network.knocks).toBeLessThanOrEqual(30);
  expect(here.network.knocks).toBeGreaterThan(10);
  here.network.closed = false;
  await pass(45);
  expect(all.filter(({ login }) => login.connected)).toHaveLength(100);
});

test('a user who asks is let in at once, also while a server is down, and a login that is stopped blocks nobody', async () => {
  const here = world();
  here.network.closed = true;
  const [alice, bob] = [setUp({ on: true }, here), setUp({ on: true }, here, 'bob')];
  alice.login.start();
  for (let second = 0; second < 60; second++) await alice.pass(1_000);
  expect(here.gate.isDown).toBe(true);
  here.network.closed = false;
  await bob.login.reconnect();
  await bob.pass(0);
  expect(bob.login.connected).toBe(true);
  await bob.login.stop();
  await alice.pass(1_000);
  expect(alice.login.connected).toBe(true);
});

test('the only login of a server that was down for an hour is back within half a minute', async () => {
  const { login, client, pass, network, clock } = setUp();
  clock.chance = 0.99;
  network.closed = true;
  login.start();
  for (let minute = 0; minute < 60; minute++) await pass(60_000);
  network.closed = false;
  for (let second = 0; second < 32; second++) await pass(1_000);
  expect(login.connected).toBe(true);
  expect(client.isConnected).toBe(true);
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
