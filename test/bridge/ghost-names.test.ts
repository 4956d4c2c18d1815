import { expect, test } from 'vitest';
import { Budget } from '../../src/bridge/budget.ts';
import { BridgeError } from '../../src/bridge/errors.ts';
import type { Contact } from '../../src/bridge/events.ts';
import { GhostNames } from '../../src/bridge/ghost-names.ts';
import type { MatrixUserId } from '../../src/bridge/ids.ts';
import type { Login } from '../../src/bridge/login.ts';
import type { Network } from '../../src/bridge/network.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';

function setUp(...made: readonly string[]) {
  const clock = new FakeClock();
  const names = new Map(made.map((id) => [id, 'old']));
  const given: string[] = [];
  const troubles: BridgeError[] = [];
  const log = keptLog();
  const ghostNames = new GhostNames({
    ghosts: {
      id: (_, user) => `@${user}:hs` as MatrixUserId,
      isNamedOtherwise: async (_, user, name) => (names.get(user) ?? name) !== name,
      rename: async (_, user, name) => {
        const trouble = troubles.shift();
        if (trouble) throw trouble;
        if (names.get(user) === name) return;
        names.set(user, name);
        given.push(`${user}: ${name}`);
      },
    },
    line: new Budget(clock, 10).line(),
    clock,
    log,
  });
  const login = { network: {} as Network } as Login;
  const calls = (id: string, name: string): void => ghostNames.noteContact(login, { id, name } as unknown as Contact);
  const pass = async (ms: number): Promise<void> => {
    for (let step = 0; step < ms / 100; step++) {
      clock.advance(100);
      await settled();
    }
  };
  return { names, given, troubles, log, ghostNames, calls, pass };
}

test('of many names in a moment the last one is given, and those without a ghost cost nothing', async () => {
  const { given, calls, pass } = setUp('bob', 'carol');
  for (let n = 0; n < 1_000; n++) {
    calls('nobody', `Nobody ${n}`);
    calls('bob', `Bob ${n}`);
    calls('carol', `Carol ${n}`);
  }
  await pass(300);
  expect(given).toEqual(['bob: Bob 999', 'carol: Carol 999']);
});

test('a name that is taken back before its turn is not given', async () => {
  const { given, calls, pass } = setUp('carol', 'bob');
  calls('carol', 'new');
  calls('bob', 'new');
  await settled();
  calls('bob', 'old');
  await pass(1_000);
  calls('bob', 'newer');
  await pass(1_000);
  expect(given).toEqual(['carol: new', 'bob: newer']);
});

test('while the homeserver is away names wait, the last of each', async () => {
  const { given, troubles, calls, pass } = setUp('bob', 'carol');
  troubles.push(new BridgeError('homeserver', 'The homeserver does not answer.', { retriable: true }));
  calls('bob', 'first');
  await pass(1_000);
  calls('bob', 'second');
  calls('carol', 'third');
  await pass(10_000);
  expect(given).toEqual(['bob: second', 'carol: third']);
});

test('a name that is refused does not hold up the others', async () => {
  const { given, troubles, log, calls, pass } = setUp('bob', 'carol');
  troubles.push(new BridgeError('homeserver', 'The homeserver refused it (M_FORBIDDEN).'));
  calls('bob', 'rude');
  calls('carol', 'fine');
  await pass(1_000);
  expect(given).toEqual(['carol: fine']);
  expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
});

test('after the end nothing is given', async () => {
  const { given, ghostNames, calls, pass } = setUp('bob');
  calls('bob', 'late');
  ghostNames.stop();
  await pass(1_000);
  expect(given).toEqual([]);
});
