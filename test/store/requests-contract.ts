// What every store promises about people who ask to be let in.

import { beforeEach, expect, test } from 'vitest';
import type { EventId, RemoteUserId } from '../../src/bridge/ids.ts';
import type { RequestRecord, SessionRecord } from '../../src/bridge/store.ts';
import { ALICE, NETWORK, seed, type Bench } from './harness.ts';

export function requestsContract(bench: () => Bench): void {
  let session: SessionRecord;
  beforeEach(async () => {
    session = await bench().store.sessions.put(NETWORK, ALICE, seed());
  });

  function request(name: string): RequestRecord {
    return {
      login: session.id,
      user: `home/${name}` as RemoteUserId,
      address: `${name}@example.org`,
      name,
      event: `$${name}` as EventId,
      state: 'open',
    };
  }

  test('who asks is found by name and by the question', async () => {
    const { requests } = bench().store;
    const [bob, carol] = [request('bob'), { ...request('carol'), state: 'withdrawn' as const }];
    for (const one of [carol, bob]) await requests.put(one);
    expect(await requests.ofLogin(session.id)).toEqual([bob, carol]);
    expect(await requests.find(session.id, carol.user)).toEqual(carol);
    expect(await requests.findByEvent(bob.event)).toEqual(bob);
    expect(await requests.findByEvent('$other' as EventId)).toBeUndefined();
  });

  test('what was answered stays so, until they ask again', async () => {
    const { requests } = bench().store;
    const bob = request('bob');
    await requests.put(bob);
    const states = [];
    for (const state of ['withdrawn', 'open', 'answered', 'open', 'withdrawn'] as const) {
      await requests.setState(session.id, bob.user, state);
      states.push((await requests.find(session.id, bob.user))?.state);
    }
    expect(states).toEqual(['withdrawn', 'open', 'answered', 'answered', 'answered']);
    const again = { ...bob, name: 'Bobby', event: '$again' as EventId };
    await requests.put(again);
    expect(await requests.ofLogin(session.id)).toEqual([again]);
    expect(await requests.findByEvent(bob.event)).toBeUndefined();
  });

  test('all of it goes with the login', async () => {
    const { requests, sessions } = bench().store;
    await requests.put(request('bob'));
    await sessions.remove(session);
    expect(await requests.ofLogin(session.id)).toEqual([]);
  });
}
