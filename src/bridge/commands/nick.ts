// `nick`: the name that the user's contacts see.

import { BridgeError } from '../errors.ts';
import { say } from '../say.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';

export const nickCommand: Command = {
  name: 'nick',
  args: '<name>',
  summary: 'changes the name that your contacts see',
  example: 'nick Alice in Wonderland',
  run: async (context) =>
    withLogin(context, 'The nick', undefined, async (login) => {
      const nick = context.args.join(' ');
      if (nick === '') throw new BridgeError('bad-input', 'Which name? Say for example “nick Alice”.');
      await login.chooseNick(nick);
      await context.reply(say(`Your contacts see you as ${nick}.`));
      return undefined;
    }),
};
