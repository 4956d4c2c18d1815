import { expect, test } from 'vitest';
import { Following } from '../../src/bridge/following.ts';
import type { LoginId, MatrixUserId } from '../../src/bridge/ids.ts';
import type { Login } from '../../src/bridge/login.ts';
import type { PersonPresence } from '../../src/bridge/matrix.ts';
import { OwnProfile, type OwnWishes } from '../../src/bridge/own-profile.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';

const ALICE = '@alice:hs' as MatrixUserId;

function setUp(wishes: OwnWishes = {}) {
  const clock = new FakeClock();
  const profile = new OwnProfile({
    network: { statuses: [{ label: 'Here', when: 'online' }], objection: () => undefined },
    wishes,
    show: async () => undefined,
    keep: async () => undefined,
    log: keptLog(),
  });
  const login = { id: 'net/alice' as LoginId, matrixUser: ALICE, profile } as Login;
  const matrix: { presence: PersonPresence | undefined; name: string | undefined; asked: string[] } = {
    presence: undefined,
    name: 'Alice',
    asked: [],
  };
  const following = new Following({
    matrix: {
      presenceOf: async () => {
        matrix.asked.push('presence');
        return matrix.presence;
      },
      displayNameOf: async () => {
        matrix.asked.push('name');
        return matrix.name;
      },
    },
    loginOf: () => login,
    loginsOf: (user) => (user === ALICE ? [login] : []),
    clock,
    log: keptLog(),
  });
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settled();
  };
  return { following, login, matrix, profile, pass };
}

test('who signs in is asked about once; what was told meanwhile counts more', async () => {
  const { following, login, profile, matrix } = setUp();
  await following.begin(login);
  expect(profile.seen).toEqual({});
  matrix.presence = { availability: 'away', message: 'tea' };
  const asking = following.begin(login);
  following.note({ type: 'presence', user: ALICE, availability: 'online', message: '' });
  await asking;
  expect(profile.seen).toEqual({ availability: 'online', message: '' });
  await following.begin(login);
  expect(matrix.asked).toEqual(['presence', 'presence']);
});

test('a new name is followed by those only who want it', async () => {
  const { following, matrix, pass } = setUp();
  following.note({ type: 'renamed', user: ALICE });
  await pass(60_000);
  expect(matrix.asked).toEqual([]);
});

test('a name that changes in many rooms is looked up once, and again a minute later at the earliest', async () => {
  const { following, profile, matrix, pass } = setUp({ followName: true });
  for (let room = 0; room < 30; room++) following.note({ type: 'renamed', user: ALICE });
  await pass(5_000);
  expect(profile.seen.name).toBe('Alice');
  matrix.name = 'Alicia';
  following.note({ type: 'renamed', user: ALICE });
  await pass(30_000);
  expect(matrix.asked).toEqual(['name']);
  await pass(30_000);
  expect(matrix.asked).toEqual(['name', 'name']);
  expect(profile.seen.name).toBe('Alicia');
});

test('the name of an earlier life is looked up at the sign-in', async () => {
  const { following, login, matrix, pass } = setUp({ followName: true });
  await following.begin(login);
  await pass(5_000);
  await following.begin(login);
  await pass(60_000);
  expect(matrix.asked).toEqual(['presence', 'name', 'presence']);
});

test('whoever wants it from now on has it at once, in the place of a chosen nick', async () => {
  const { following, login, profile, matrix } = setUp({ nick: 'Al', status: 'Here' });
  expect(await following.followName(login)).toBe('Alice');
  expect(profile.wishes).toEqual({ status: 'Here', followName: true });
  expect(profile.shown).toMatchObject({ nick: 'Alice' });
  matrix.name = undefined;
  await expect(following.followName(login)).rejects.toThrow('You have no display name in Matrix.');
});
