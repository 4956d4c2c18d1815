// `block`: somebody is shut out.

import { say } from '../../../bridge/say.ts';
import { type MsnCommand, personIn } from './command.ts';

export const BLOCK: MsnCommand = {
  name: 'block',
  args: '<address>',
  summary: 'somebody no longer sees you and cannot write to you',
  example: 'block bob@example.com',
  run: async (client, args) => {
    const { address } = personIn(client, args, 'block bob@example.com');
    await client.ask({ type: 'block-contact', address });
    return say(`${address} is blocked.`);
  },
};
