// `nudge`: shakes somebody’s window.

import { say } from '../../../bridge/say.ts';
import { NUDGE_WORD } from '../nudges.ts';
import { type MsnCommand, personIn } from './command.ts';

export const NUDGE: MsnCommand = {
  name: 'nudge',
  args: '<address>',
  summary: 'shakes somebody’s window; in a chat, say “!nudge”',
  example: 'nudge bob@example.com',
  run: async (client, args, { beforeWrite }) => {
    const { address, chat } = personIn(client, args, 'nudge bob@example.com');
    await client.send(chat, NUDGE_WORD, beforeWrite);
    return say(`You nudged ${client.nameFor(address)}.`);
  },
};
