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
  return { matrix, stored, network, ghosts: new Ghosts({ matrix, rooms }) };
}

test('of names that follow each other the last one stays, whatever the homeserver takes its time for', async () => {
  const { matrix, stored, network, ghosts } = setUp();
  const ghost = await ghosts.ensure(network, WALL, 'Wall');
  const held = matrix.hold('ensureGhost');
  const given: unknown[] = [];
  const names = Array.from({ length: 50 }, (_, n) => `Wall ${n}`);
  const renamed = names.map(async (name) => ghosts.rename(network, WALL, name));
  await held.arrived;
  matrix.before('ensureGhost', ([, name]) => void given.push(name), Number.POSITIVE_INFINITY);
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
