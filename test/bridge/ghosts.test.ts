import { expect, test } from 'vitest';
import { Ghosts } from '../../src/bridge/ghosts.ts';
import type { MatrixUserId, RemoteUserId } from '../../src/bridge/ids.ts';
import { settled } from '../support/fake-clock.ts';
import { EchoNetwork } from '../support/echo-network.ts';
import { MatrixInMemory } from '../support/matrix-in-memory.ts';

const WALL = 'cave/wall' as RemoteUserId;

function setUp() {
  const matrix = new MatrixInMemory('echo');
  const stored = new Map<MatrixUserId, string>();
  const rooms = {
    ghostName: async (ghost: MatrixUserId) => stored.get(ghost),
    setGhost: async (ghost: MatrixUserId, _network: unknown, _user: unknown, name: string) =>
      void stored.set(ghost, name),
  };
  const network = new EchoNetwork({ password: '', now: () => new Date(0) });
  const spent: unknown[] = [];
  const atOnce = async <T>(work: () => Promise<T>): Promise<T> => {
    spent.push('a turn');
    return work();
  };
  const ghosts = new Ghosts({ matrix, rooms, budget: { atOnce } });
  return { matrix, stored, spent, network, ghosts };
}

test('of names that follow each other the last one stays, whatever the homeserver takes its time for', async () => {
  const { matrix, stored, network, ghosts } = setUp();
  const ghost = await ghosts.ensure(network, WALL, 'Wall');
  const held = matrix.hold('renameGhost');
  const given: unknown[] = [];
  const names = Array.from({ length: 50 }, (_, n) => `Wall ${n}`);
  const renamed = names.map(async (name) => ghosts.rename(network, WALL, name));
  await held.arrived;
  matrix.before('renameGhost', ([, name]) => void given.push(name), Number.POSITIVE_INFINITY);
  await settled();
  held.release();
  await Promise.all(renamed);
  expect(matrix.names.get(ghost)).toBe('Wall 49');
  expect(stored.get(ghost)).toBe('Wall 49');
  expect(given).toEqual(['Wall 49']);
});

test('a name that could not be given is tried again with the next use', async () => {
  const { matrix, network, ghosts } = setUp();
  matrix.before('ensureGhost', () => {
    throw new Error('not now');
  });
  await expect(ghosts.ensure(network, WALL, 'Wall')).rejects.toThrow('not now');
  expect(matrix.names.get(await ghosts.ensure(network, WALL, 'Wall'))).toBe('Wall');
});

test('a name that somebody speaks under is given at once, and counts against the budget', async () => {
  const { matrix, spent, network, ghosts } = setUp();
  const ghost = await ghosts.ensure(network, WALL, 'Wall');
  expect(spent).toHaveLength(0);
  await ghosts.rename(network, WALL, 'Big Wall'); // that had its turn
  expect(spent).toHaveLength(0);
  await ghosts.ensure(network, WALL, 'Great Wall');
  await ghosts.ensure(network, WALL, 'Great Wall');
  expect(spent).toHaveLength(1);
  expect(matrix.names.get(ghost)).toBe('Great Wall');
});

test('nobody is named who was never made, and asking does not make them unknown for ever', async () => {
  const { matrix, network, ghosts } = setUp();
  await ghosts.rename(network, WALL, 'Wall');
  expect(await ghosts.find(network, WALL)).toBeUndefined();
  expect(await ghosts.isNamedOtherwise(network, WALL, 'Wall')).toBe(false);
  const ghost = await ghosts.ensure(network, WALL, 'Wall');
  expect(await ghosts.find(network, WALL)).toBe(ghost);
  expect(await ghosts.isNamedOtherwise(network, WALL, 'Big Wall')).toBe(true);
  expect([...matrix.names.values()]).toEqual(['Wall']);
});
