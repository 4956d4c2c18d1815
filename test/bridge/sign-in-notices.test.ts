import { expect, test } from 'vitest';
import { type Availability, type Contact, type LoginState, plainText } from '../../src/bridge/events.ts';
import type { ChatId, LoginId, MatrixUserId, RemoteUserId } from '../../src/bridge/ids.ts';
import type { Login } from '../../src/bridge/login.ts';
import { SignInNotices } from '../../src/bridge/sign-in-notices.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';

class Stage {
  readonly clock = new FakeClock();
  readonly told: string[] = [];
  readonly watched = new Set<RemoteUserId>();
  readonly contacts = new Map<RemoteUserId, Contact>();
  /** What the user calls people. */
  readonly names = new Map<RemoteUserId, string>();
  state: LoginState = { kind: 'connecting', sentence: '', at: this.clock.now() };
  readonly notices = new SignInNotices({
    choices: {
      watched: async () => [...this.watched],
      watch: async (_, user, on) => void (on ? this.watched.add(user) : this.watched.delete(user)),
    },
    notify: async (_, content) => this.told.push(plainText(content)),
    clock: this.clock,
    log: keptLog(),
  });
  readonly #login: unknown;

  constructor() {
    // oxlint-disable-next-line typescript/no-this-alias
    const stage = this;
    this.#login = {
      id: 'net/alice' as LoginId,
      matrixUser: '@alice:hs' as MatrixUserId,
      get state() {
        return stage.state;
      },
      get connected() {
        return stage.state.kind === 'connected';
      },
      roster: () => ({ contacts: [...stage.contacts.values()], asOf: undefined }),
      contact: (user: RemoteUserId) => stage.contacts.get(user),
      nameFor: ({ id, name }: Contact) => stage.names.get(id) ?? name,
      client: { resolve: (typed: string) => ({ user: typed.toLowerCase() as RemoteUserId }) },
    };
  }

  get login(): Login {
    return this.#login as Login;
  }

  /** Another life of the bridge, or another connection. */
  async signIn(roster: Readonly<Record<string, Availability>>): Promise<void> {
    for (const [name, availability] of Object.entries(roster)) this.#put(name, availability);
    this.notices.noteRoster(this.login);
    this.state = { kind: 'connected', sentence: '', at: this.clock.now() };
    this.notices.noteState(this.login);
    await settled();
  }

  sees(name: string, availability: Availability): void {
    this.notices.noteContact(this.login, this.#put(name, availability));
  }

  #put(name: string, availability: Availability): Contact {
    const id = name.toLowerCase() as RemoteUserId;
    const presence = { availability, label: availability };
    const contact: Contact = { id, chat: id as string as ChatId, address: id, name, presence, data: undefined };
    this.contacts.set(id, contact);
    return contact;
  }
}

test('who comes is told, once each time, and only of those who were asked for', async () => {
  const stage = new Stage();
  await stage.signIn({ Bob: 'offline', Carol: 'offline' });
  stage.clock.advance(60_000);
  expect((await stage.notices.choose(stage.login, 'BOB', true)).name).toBe('Bob');
  for (const availability of ['away', 'online', 'offline', 'busy'] as const) stage.sees('Bob', availability);
  stage.sees('Carol', 'online');
  expect(stage.told).toEqual(['Bob (bob) has signed in.', 'Bob (bob) has signed in.']);
  stage.names.set('bob' as RemoteUserId, 'Bobby');
  for (const availability of ['offline', 'online'] as const) stage.sees('Bob', availability);
  expect(stage.told.pop()).toBe('Bobby (bob) has signed in.');
  await stage.notices.choose(stage.login, 'bob', false);
  for (const availability of ['offline', 'online'] as const) stage.sees('Bob', availability);
  expect(stage.told).toHaveLength(2);
});

test('who is there at our own sign-in has not come just now', async () => {
  const stage = new Stage();
  stage.watched.add('bob' as RemoteUserId);
  await stage.signIn({ Bob: 'offline' });
  stage.clock.advance(14_000);
  stage.sees('Bob', 'online');
  stage.clock.advance(60_000);
  stage.sees('Bob', 'away');
  stage.state = { kind: 'disconnected', sentence: '', at: stage.clock.now() };
  stage.sees('Bob', 'offline');
  await stage.signIn({ Bob: 'offline' });
  stage.sees('Bob', 'online');
  stage.clock.advance(60_000);
  stage.sees('Bob', 'offline');
  expect(stage.told).toEqual([]);
  stage.sees('Bob', 'online');
  expect(stage.told).toEqual(['Bob (bob) has signed in.']);
});

test('what was asked for in an earlier life still counts', async () => {
  const stage = new Stage();
  stage.watched.add('bob' as RemoteUserId);
  await stage.signIn({ Bob: 'offline' });
  stage.clock.advance(60_000);
  stage.sees('Bob', 'online');
  expect(stage.told).toHaveLength(1);
  expect((await stage.notices.ofLogin(stage.login)).map(({ name }) => name)).toEqual(['Bob']);
});

test('nobody is told of who is not on the list', async () => {
  const stage = new Stage();
  await expect(stage.notices.choose(stage.login, 'Zoe', true)).rejects.toThrow(/Zoe is not on your list/);
});
