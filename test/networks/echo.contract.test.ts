// The tiny second network keeps the same contract as the first.

import { BridgeError } from '../../src/bridge/errors.ts';
import { EchoNetwork } from '../support/echo-network.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { networkContract } from '../support/network-contract.ts';

networkContract('Echo', async () => {
  const clock = new FakeClock();
  const network = new EchoNetwork({ password: 'open sesame', now: () => clock.now() });
  const ours = () => {
    const client = network.clients.get('alice');
    if (client === undefined) throw new BridgeError('bug', 'There is no client yet.');
    return client;
  };
  return {
    network,
    answers: { server: 'cave', address: 'alice', password: 'open sesame' },
    wrongAnswers: { server: 'cave', address: 'alice', password: 'close sesame' },
    friend: 'wall',
    other: 'bat',
    absent: 'nobody',
    friendSays: async (words) => ours().says('wall', words),
    friendHeard: () => ours().heard,
    breakConnection: async () => ours().drop(),
  };
});
