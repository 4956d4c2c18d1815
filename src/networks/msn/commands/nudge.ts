// `nudge`: shakes somebody’s window.

import { say } from '../../../bridge/say.ts';
import { type MsnCommand, personIn } from './command.ts';

export const NUDGE: MsnCommand = {
  name: 'nudge',
  args: '<address>',
  summary: 'shakes somebody’s window',
  example: 'nudge bob@example.com',
  run: async (client, args) => {
    const { address } = personIn(client, args, 'nudge bob@example.com');
    await client.nudge(address);
    return say(`You nudged ${client.roster.nameOf(address)}.`);
  },
};
