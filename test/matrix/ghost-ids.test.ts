import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MatrixUserId, NetworkId, RemoteUserId } from '../../src/bridge/ids.ts';
import { GhostIds } from '../../src/matrix/ghost-ids.ts';

const msn = 'msn' as NetworkId;
const other = 'other' as NetworkId;
const ids = new GhostIds({ prefix: '', domain: 'example.com', networks: [msn, other] });
const prefixed = new GhostIds({ prefix: '_b_', domain: 'example.com', networks: [msn] });

function ghostId(user: string, network = msn): MatrixUserId {
  return ids.toUserId({ network, user: user as RemoteUserId });
}

const localpart = /^@[a-z0-9._=/+-]+:example\.com$/;

describe('ghost ids', () => {
  test.each([
    ['escargot/bob@example.com', '@msn_escargot_bob=40example.com:example.com'],
    ['escargot/Bob@Example.COM', '@msn_escargot_bob=40example.com:example.com'],
    ['my-server/a_b=c+d@x', '@msn_my-server_a=5fb=3dc=2bd=40x:example.com'],
    ['s/é', '@msn_s_=c3=a9:example.com'],
  ])('writes %s as %s', (user, id) => {
    expect(ghostId(user)).toBe(id);
  });

  test('puts the prefix before the network', () => {
    expect(prefixed.toUserId({ network: msn, user: 's/bob' as RemoteUserId })).toBe('@_b_msn_s_bob:example.com');
    expect(prefixed.isGhost('@msn_s_bob:example.com')).toBe(false);
  });

  test('knows its namespace, whatever stands in it', () => {
    expect(ids.isGhost('@msn_anything AT ALL:example.com')).toBe(true);
    expect(ids.isGhost('@msnfan:example.com')).toBe(false);
    expect(ids.isGhost('@msn_bob:example.org')).toBe(false);
    expect(ids.isGhost('@third_bob:example.com')).toBe(false);
  });

  test.each([
    '@msn_:example.com',
    '@msn_=61:example.com',
    '@msn_A:example.com',
    '@msn_=zz:example.com',
    '@msn_=c3:example.com',
  ])('reads nobody from %s', (id) => {
    expect(ids.fromUserId(id as MatrixUserId)).toBeUndefined();
  });

  const users = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.stringMatching(/^[a-z-]{1,8}\/[a-zA-Z0-9._=+/@-]{1,300}$/),
  );

  test('is injective but for case, always valid and never too long', () => {
    fc.assert(
      fc.property(users, users, fc.constantFrom(msn, other), fc.constantFrom(msn, other), (a, b, m, n) => {
        const [first, second] = [ghostId(a, m), ghostId(b, n)];
        for (const id of [first, second]) {
          expect(id).toMatch(localpart);
          expect(Buffer.byteLength(id)).toBeLessThanOrEqual(255);
        }
        const same = m === n && Buffer.from(a.toLowerCase()).equals(Buffer.from(b.toLowerCase()));
        expect(first === second).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });

  test('reads back what it wrote, unless it had to cut', () => {
    fc.assert(
      fc.property(users, (user) => {
        const id = ghostId(user);
        const read = ids.fromUserId(id);
        const readable = user !== '' && !id.includes('=-');
        expect(read).toEqual(readable ? { network: msn, user: user.toLowerCase().toWellFormed() } : undefined);
        expect(ids.isGhost(id)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('a cut id is nobody else’s whole id, however it is spelt', () => {
    const long = ghostId(`s/${'x'.repeat(400)}`);
    expect(long).toHaveLength(255);
    expect(long).not.toBe(ghostId(`s/${'x'.repeat(401)}`));
    const spelling = long.slice('@msn_'.length, -':example.com'.length);
    expect(ghostId(spelling.replace('_', '/'))).not.toBe(long);
  });

  test('an id that is longer than any written one is no ghost’s', () => {
    expect(ids.fromUserId(`@msn_${'a'.repeat(300)}:example.com` as MatrixUserId)).toBeUndefined();
  });

  test('cuts at one byte too many, not before', () => {
    const room = 255 - '@msn_'.length - ':example.com'.length;
    expect(ghostId('a'.repeat(room))).toBe(`@msn_${'a'.repeat(room)}:example.com`);
    expect(ghostId('a'.repeat(room + 1))).toContain('=-');
  });
});
