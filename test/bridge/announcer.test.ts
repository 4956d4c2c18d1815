import { expect, test } from 'vitest';
import { type Announcement, Announcer } from '../../src/bridge/announcer.ts';
import type { LoginState, LoginStateKind } from '../../src/bridge/events.ts';
import type { LoginId } from '../../src/bridge/ids.ts';
import type { Login } from '../../src/bridge/login.ts';

const REMEDY = {
  'bad-credentials': ' Send “login” to try again.',
  'signed-in-elsewhere': ' Send “reconnect” to come back here.',
  refused: '',
} as const;
const SENTENCE = 'The server says so.';

function setUp() {
  const told: Announcement[] = [];
  /** Those without a connection, as an outage is. */
  const out = new Set<LoginId>();
  const outages = {
    begin: ({ id }: Login) => void out.add(id),
    end: ({ id }: Login) => void out.delete(id),
    has: ({ id }: Login) => out.has(id),
  };
  const announcer = new Announcer(outages, (_, announcement) => told.push(announcement));
  let state: LoginState = { kind: 'connected', sentence: '', at: new Date() };
  const login = {
    id: 'net/x/alice' as LoginId,
    address: 'alice',
    serverName: 'X',
    get state() {
      return state;
    },
  } as Login;
  const become = (kind: LoginStateKind): void => {
    const previous = state;
    state = { kind, sentence: kind === 'connected' ? '' : SENTENCE, at: new Date() };
    announcer.noteState(login, previous);
  };
  return { told, out, announcer, login, become };
}

test('a lost connection is not told at once: it may be an outage until it is back', () => {
  const { told, out, become } = setUp();
  const lengths = (['disconnected', 'connecting', 'server-down', 'connecting', 'connected'] as const).map((kind) => {
    become(kind);
    return out.size;
  });
  expect(lengths).toEqual([1, 1, 1, 1, 0]);
  expect(told).toEqual([]);
});

test.each(['bad-credentials', 'refused', 'signed-in-elsewhere', 'logged-out'] as const)(
  'an outage is over where nobody tries any more (%s)',
  (kind) => {
    const { out, become } = setUp();
    become('disconnected');
    become(kind);
    expect(out.size).toBe(0);
  },
);

test('a sign-in that takes longer is answered twice, and is no outage', () => {
  const { told, out, announcer, login, become } = setUp();
  announcer.await(login);
  for (const kind of ['server-down', 'connecting', 'server-down', 'connecting'] as const) become(kind);
  expect(out.size).toBe(0);
  become('connected');
  become('disconnected');
  expect(told.map(({ text }) => text)).toEqual([`${SENTENCE} I keep trying.`, 'You are signed in as alice on X.']);
  expect(out.size).toBe(1);
});

test('a sign-in that is asked for in an outage is answered, and the outage goes on', () => {
  const { told, out, announcer, login, become } = setUp();
  become('disconnected');
  announcer.await(login);
  become('server-down');
  expect(out.size).toBe(1);
  become('connected');
  expect(told).toHaveLength(2);
  expect(out.size).toBe(0);
});

test('whoever asked for the sign-in hears how it ends, whatever it is', () => {
  const { told, announcer, login, become } = setUp();
  for (const kind of ['connected', 'server-down', 'bad-credentials'] as const) {
    announcer.await(login);
    become('connecting');
    become(kind);
  }
  expect(told).toEqual([
    { text: 'You are signed in as alice on X.', loud: false },
    { text: `${SENTENCE} I keep trying.`, loud: false },
    { text: `${SENTENCE} Send “login” to try again.`, loud: true },
  ]);
});

test.each(['bad-credentials', 'signed-in-elsewhere', 'refused'] as const)(
  '%s is told at once, loud, and once',
  (kind) => {
    const { told, become } = setUp();
    become(kind);
    become(kind);
    expect(told).toEqual([{ text: SENTENCE + REMEDY[kind], loud: true }]);
  },
);
