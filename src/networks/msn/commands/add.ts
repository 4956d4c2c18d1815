// `add`: somebody comes onto the contact list.

import { say } from '../../../bridge/say.ts';
import { type MsnCommand, personIn } from './command.ts';

export const ADD: MsnCommand = {
  name: 'add',
  args: '<address> [name]',
  summary: 'puts somebody on your contact list and lets them see you; the name is for you only',
  example: 'add bob@example.com',
  run: async (client, args) => {
    const { user, address } = personIn(client, args, 'add bob@example.com');
    const name = args.slice(1).join(' ');
    await client.ask({ type: 'add-contact', address });
    // what the list calls them is what others read, too
    if (name !== '') await client.names.give(user, name);
    return say(`${address} is on your contact list.`);
  },
};
