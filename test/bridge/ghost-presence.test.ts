import { expect, test } from 'vitest';
import type { Contact, LoginState, Presence } from '../../src/bridge/events.ts';
import { GhostPresence } from '../../src/bridge/ghost-presence.ts';
import type { LoginId, MatrixUserId, RemoteUserId } from '../../src/bridge/ids.ts';
import type { Login } from '../../src/bridge/login.ts';
import type { Network } from '../../src/bridge/network.ts';
import { settled } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';

const NETWORK = {} as Network;
const ONLINE: Presence = { availability: 'online', label: 'Online' };
const OFFLINE: Presence = { availability: 'offline', label: 'Offline' };
const state = (kind: LoginState['kind']): LoginState => ({ kind, sentence: '', at: new Date(0) });

/** What one user's login sees. */
class Eyes {
  connected = true;
  readonly id: LoginId;
  readonly network = NETWORK;
  readonly contacts = new Map<RemoteUserId, Contact>();

  constructor(id: string) {
    this.id = id as LoginId;
  }

  sees(name: string, presence: Presence): this {
    this.contacts.set(name as RemoteUserId, { id: name, presence } as Contact);
    return this;
  }

  contact(user: RemoteUserId): Contact | undefined {
    return this.contacts.get(user);
  }

  roster(): { readonly contacts: readonly Contact[] } {
    return { contacts: [...this.contacts.values()] };
  }

  get login(): Login {
    return this as unknown as Login;
  }
}

function setUp(...logins: readonly Eyes[]) {
  const shown = new Map<string, string>();
  const presence = new GhostPresence({
    ghosts: { find: async (_, user) => (user.startsWith('no ') ? undefined : (user as string as MatrixUserId)) },
    logins: () => logins.map(({ login }) => login),
    governor: { note: (ghost, { label }) => void shown.set(ghost, label), stop: () => undefined },
    log: keptLog(),
  });
  return { shown, presence };
}

test('whoever has a ghost is shown as the login sees them', async () => {
  const alice = new Eyes('alice').sees('bob', ONLINE).sees('no ghost', ONLINE).sees('carol', OFFLINE);
  const { shown, presence } = setUp(alice);
  presence.noteRoster(alice.login);
  await settled();
  expect([...shown]).toEqual([
    ['bob', 'Online'],
    ['carol', 'Offline'],
  ]);
});

test('people hide from some and not from others: who sees them counts', async () => {
  const alice = new Eyes('alice').sees('bob', OFFLINE);
  const dave = new Eyes('dave').sees('bob', ONLINE);
  const { shown, presence } = setUp(alice, dave);
  presence.noteContact(alice.login, alice.contact('bob' as RemoteUserId)!);
  await settled();
  expect(shown.get('bob')).toBe('Online');
  dave.connected = false;
  presence.noteState(dave.login, state('connected'));
  await settled();
  expect(shown.get('bob')).toBe('Offline');
});

test('whoever is taken off the list is not seen any more', async () => {
  const alice = new Eyes('alice').sees('bob', ONLINE).sees('carol', ONLINE);
  const { shown, presence } = setUp(alice);
  presence.noteRoster(alice.login);
  alice.contacts.delete('bob' as RemoteUserId);
  presence.noteRoster(alice.login);
  await settled();
  expect([...shown]).toEqual([
    ['bob', 'Offline'],
    ['carol', 'Online'],
  ]);
});

test('a login that never stood changes nothing', async () => {
  const alice = new Eyes('alice').sees('bob', ONLINE);
  alice.connected = false;
  const { shown, presence } = setUp(alice);
  presence.noteState(alice.login, state('connecting'));
  await settled();
  expect([...shown]).toEqual([]);
});
