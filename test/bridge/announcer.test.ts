import { expect, test } from 'vitest';
import { type Announcement, Announcer } from '../../src/bridge/announcer.ts';
import type { LoginState, LoginStateKind } from '../../src/bridge/events.ts';
import type { LoginId } from '../../src/bridge/ids.ts';
import type { Login } from '../../src/bridge/login.ts';
import { FakeClock } from '../support/fake-clock.ts';

const REMEDY = {
  'bad-credentials': ' Send “login” to try again.',
  'signed-in-elsewhere': ' Send “reconnect” to come back here.',
  refused: '',
} as const;
const SENTENCE = 'The server says so.';

function setUp() {
  const clock = new FakeClock();
  const told: Announcement[] = [];
  const announcer = new Announcer(clock, (_, announcement) => told.push(announcement));
  let state: LoginState = { kind: 'connected', sentence: '', at: clock.now() };
  const login = {
    id: 'net/x/alice' as LoginId,
    address: 'alice',
    serverName: 'X',
    get state() {
      return state;
    },
    get connected() {
      return state.kind === 'connected';
    },
  } as Login;
  const become = (kind: LoginStateKind): void => {
    const previous = state;
    state = { kind, sentence: kind === 'connected' ? '' : SENTENCE, at: clock.now() };
    announcer.noteState(login, previous);
  };
  return { clock, told, announcer, login, become };
}

test('a short trouble passes in silence', () => {
  const { clock, told, become } = setUp();
  become('disconnected');
  clock.advance(59_000);
  become('connected');
  clock.advance(600_000);
  expect(told).toEqual([]);
});

test('a long trouble is told once, and its end too', () => {
  const { clock, told, become } = setUp();
  for (let attempt = 0; attempt < 10; attempt++) {
    become('disconnected');
    clock.advance(30_000);
    become('connecting');
  }
  become('connected');
  expect(told.map(({ text }) => text)).toEqual([
    `alice is not connected: ${SENTENCE} I keep trying.`,
    'alice is signed in again.',
  ]);
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
