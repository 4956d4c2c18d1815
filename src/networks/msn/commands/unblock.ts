// `unblock`: somebody is let in again.

import { say } from '../../../bridge/say.ts';
import { type MsnCommand, personIn } from './command.ts';

export const UNBLOCK: MsnCommand = {
  name: 'unblock',
  args: '<address>',
  summary: 'somebody may see you and write to you again',
  example: 'unblock bob@example.com',
  run: async (client, args) => {
    const { address } = personIn(client, args, 'unblock bob@example.com');
    await client.ask({ type: 'allow-contact', address });
    return say(`${address} may see you and write to you.`);
  },
};
