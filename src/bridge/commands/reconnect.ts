// `reconnect`: signs in again now, also after another client had taken the account over.

import { say } from '../say.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';

export const reconnectCommand: Command = {
  name: 'reconnect',
  args: '[account]',
  summary: 'signs in again now, with the password you gave',
  run: async (context) =>
    withLogin(context, 'The sign-in', context.args[0], async (login) => {
      if (login.connected) {
        await context.reply(say(`${login.address} is signed in.`));
        return undefined;
      }
      await context.operations.reconnect(login);
      await context.reply(say(`Signing in as ${login.address} on ${login.serverName}…`));
      return undefined;
    }),
};
