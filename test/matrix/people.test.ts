import { expect, test } from 'vitest';
import type { MatrixUserId } from '../../src/bridge/ids.ts';
import { Stage, bobOf, portalSpec } from './side.ts';

const STRANGER = '@stranger:elsewhere.org' as MatrixUserId;

test('who shares a room with the bot is asked about; what the homeserver does not know is not guessed', async () => {
  await using stage = await Stage.set();
  const side = await stage.startMatrix();
  const alice = await stage.homeserver.createUser('alice');
  const user = alice.id as MatrixUserId;
  await alice.setPresence('unavailable', 'tea');
  expect(await side.presenceOf(user)).toBeUndefined(); // not told to whom it does not concern
  await side.ensureGhost(bobOf(side), 'Bob');
  await alice.join(await side.createPortalRoom(portalSpec(user, [bobOf(side)])));
  expect(await side.presenceOf(user)).toEqual({ availability: 'away', message: 'tea' });
  await alice.setPresence('offline');
  expect(await side.presenceOf(user)).toEqual({ availability: 'offline', message: '' });
  const carol = await stage.homeserver.createUser('carol');
  await carol.join(await side.createPortalRoom(portalSpec(carol.id as MatrixUserId, [bobOf(side)])));
  expect(await side.presenceOf(carol.id as MatrixUserId)).toBeUndefined();
  expect(await side.presenceOf(STRANGER)).toBeUndefined();
});

test('a name is what somebody calls themselves, cleaned; there may be none', async () => {
  await using stage = await Stage.set();
  const side = await stage.startMatrix();
  const alice = await stage.homeserver.createUser('alice');
  expect(await side.displayNameOf(alice.id as MatrixUserId)).toBe('alice');
  await alice.setDisplayName('Alice\nin \u202eChains');
  expect(await side.displayNameOf(alice.id as MatrixUserId)).toBe('Alice in Chains');
  await alice.setDisplayName('');
  expect(await side.displayNameOf(alice.id as MatrixUserId)).toBeUndefined();
  expect(await side.displayNameOf(STRANGER)).toBeUndefined();
});

test('a homeserver that is away is not taken for one that knows nothing', async () => {
  await using stage = await Stage.set();
  const side = await stage.startMatrix();
  stage.homeserver.faults.add({ path: '/profile/', times: 5 }, { type: 'refuse', status: 500 });
  await expect(side.displayNameOf(STRANGER)).rejects.toMatchObject({ code: 'homeserver-fault', retriable: true });
});
