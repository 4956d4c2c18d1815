import { expect, test } from 'vitest';
import type { MatrixUserId } from '../../src/bridge/ids.ts';
import { Permissions, type PermissionMap } from '../../src/bridge/permissions.ts';

const alice = '@alice:example.com' as MatrixUserId;

test.each<[string, PermissionMap, string]>([
  ['nobody may do anything unless named', {}, 'block'],
  ['a server opens for all its users', { 'example.com': 'user' }, 'user'],
  ['a user counts before the server', { 'example.com': 'user', [alice]: 'block' }, 'block'],
  ['a server counts before everybody', { '*': 'user', 'example.com': 'block' }, 'block'],
  ['a server with another ending is another server', { 'ample.com': 'user' }, 'block'],
])('%s', (_, map, level) => {
  expect(new Permissions(map).level(alice)).toBe(level);
});

test('a port belongs to the server name', () => {
  expect(new Permissions({ 'example.com:8448': 'user' }).level('@a:example.com:8448' as MatrixUserId)).toBe('user');
});
