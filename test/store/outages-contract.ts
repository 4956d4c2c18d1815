// What every store promises about outages that users are told of.

import { expect, test } from 'vitest';
import type { EventId, LoginId, ServerKey } from '../../src/bridge/ids.ts';
import type { OutageRecord } from '../../src/bridge/store.ts';
import { ALICE, NETWORK, ROOM, START, type Bench } from './harness.ts';

export function outagesContract(bench: () => Bench): void {
  function outage(server: string): OutageRecord {
    const accounts = [{ login: `net/${server}/bob` as LoginId, address: 'bob' }];
    return { user: ALICE, network: NETWORK, server: server as ServerKey, since: START, accounts };
  }

  test('a user has one outage of a server, with the notice that tells of it', async () => {
    const { outages } = bench().store;
    const [home, work] = [outage('home'), outage('work')];
    for (const one of [home, work]) await outages.put(one);
    expect(await outages.all()).toEqual([home, work]);
    const told = { ...work, accounts: [], notice: { room: ROOM, event: '$notice' as EventId } };
    await outages.put(told);
    await outages.remove(home);
    expect(await outages.all()).toEqual([told]);
  });
}
