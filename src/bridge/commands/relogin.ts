// `relogin`: a new password for an account that is here already; its rooms and settings stay.

import { BridgeError } from '../errors.ts';
import { passwordField } from '../login-fields.ts';
import { say } from '../say.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';
import { FieldDialogue } from './login.ts';

export const reloginCommand: Command = {
  name: 'relogin',
  args: '[account]',
  summary: 'takes a new password for an account; its rooms stay',
  example: 'relogin alice@example.com',
  holdsSecret: (args) => args.length > 1,
  run: async (context) => {
    if (context.args.length > 1)
      throw new BridgeError('bad-input', 'Please send “relogin” and your address alone; I then ask for the password.');
    return withLogin(context, 'The sign-in', context.args[0], async (login) => {
      const field = passwordField(login.network);
      await context.reply(say(`${login.address} on ${login.serverName}. ${field.prompt}`));
      return new FieldDialogue(context, field, async (password) => {
        const next = await context.operations.signInAgain(login, password);
        await context.reply(say(`Signing in as ${next.address} on ${next.serverName}…`));
        return undefined;
      });
    });
  },
};
