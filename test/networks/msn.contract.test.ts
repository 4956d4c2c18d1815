// MSN as a network like any other, against the server double.

import type { MsnPerson } from '../support/msn-person.ts';
import { networkContract } from '../support/network-contract.ts';
import { textsIn } from '../support/msn-person/message.ts';
import { ALICE, BOB, CAROL, eventually, setStage, signInPerson } from './msn-stage.ts';

const DAVE = 'dave@example.com';

networkContract('MSN', async () => {
  const addresses = [ALICE, BOB, CAROL, DAVE];
  const accounts = addresses.map((address) => ({ address, contacts: addresses.filter((one) => one !== address) }));
  const stage = await setStage({ accounts });
  const bob: MsnPerson = await signInPerson(stage, BOB);
  await signInPerson(stage, DAVE);
  return {
    network: stage.network,
    answers: { server: 'double', address: ALICE, password: 'secret' },
    wrongAnswers: { server: 'double', address: ALICE, password: 'wrong' },
    friend: BOB,
    other: DAVE,
    absent: CAROL,
    friendSays: (words) => bob.say(ALICE, words),
    friendHeard: () => textsIn(bob.messages),
    breakConnection: async () => {
      stage.server.cut(ALICE);
      // Our client leaves its conversations then; somebody who talks on waits for that.
      await eventually(() => bob.chats.every(({ people }) => people.length === 0));
    },
  };
});
