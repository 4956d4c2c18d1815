// `remove`: somebody is taken off the contact list.

import { say } from '../../../bridge/say.ts';
import { contactIn, type MsnCommand } from './command.ts';

export const REMOVE: MsnCommand = {
  name: 'remove',
  args: '<address>',
  summary: 'takes somebody off your contact list',
  example: 'remove bob@example.com',
  run: async (client, args) => {
    const { address } = contactIn(client, args, 'remove bob@example.com');
    await client.ask({ type: 'remove-from-list', list: 'forward', address });
    return say(`${address} is off your contact list. They may still see you and write to you; “block” ends that.`);
  },
};
