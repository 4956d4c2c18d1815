// `rename`: under which name the list keeps somebody.

import { BridgeError } from '../../../bridge/errors.ts';
import { say } from '../../../bridge/say.ts';
import { contactIn, type MsnCommand } from './command.ts';

export const RENAME: MsnCommand = {
  name: 'rename',
  args: '<address> <name>',
  summary: 'changes under which name your list keeps somebody',
  example: 'rename bob@example.com Bobby',
  run: async (client, args) => {
    const { address } = contactIn(client, args, 'rename bob@example.com Bobby');
    const nick = args.slice(1).join(' ');
    if (nick === '') throw new BridgeError('bad-input', 'Which name? Say for example “rename bob@example.com Bobby”.');
    await client.ask({ type: 'rename-contact', address, nick });
    return say(`Your list keeps ${address} as ${nick}.`);
  },
};
