// `add`: somebody comes onto the contact list.

import { say } from '../../../bridge/say.ts';
import { type MsnCommand, personIn } from './command.ts';

export const ADD: MsnCommand = {
  name: 'add',
  args: '<address> [name]',
  summary: 'puts somebody on your contact list and lets them see you',
  example: 'add bob@example.com',
  run: async (client, args) => {
    const { address } = personIn(client, args, 'add bob@example.com');
    const nick = args.slice(1).join(' ');
    // allowed first: so the server tells at once whether they are there
    await client.ask({ type: 'allow-contact', address });
    await client.ask({ type: 'add-to-list', list: 'forward', address, ...(nick !== '' && { nick }) });
    return say(`${address} is on your contact list.`);
  },
};
