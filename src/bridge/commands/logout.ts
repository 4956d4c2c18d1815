// `logout`: signs off and forgets the account with its password.

import { say } from '../say.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';

export const logoutCommand: Command = {
  name: 'logout',
  args: '[account]',
  summary: 'signs you out and forgets your password',
  example: 'logout alice@example.com',
  run: async (context) =>
    withLogin(context, 'The sign-out', context.args[0], async (login) => {
      await context.operations.signOut(login);
      await context.reply(say(`You are signed out of ${login.address}. Your password is forgotten here.`));
      return undefined;
    }),
};
