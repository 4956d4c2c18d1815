// `message`: the line of text that contacts read beside the user's name.

import { say } from '../say.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';
import { AUTOMATIC, soon } from './presence.ts';

export const messageCommand: Command = {
  name: 'message',
  args: '[text]',
  summary:
    'changes your personal message; without a text there is none, “auto” takes the status message of your Matrix account',
  example: 'message gone fishing',
  run: async (context) =>
    withLogin(context, 'The personal message', undefined, async (login) => {
      const message = context.args.join(' ');
      if (message.toLowerCase() === AUTOMATIC) {
        const { message: _, ...others } = login.profile.wishes;
        await login.profile.choose(others);
        await context.reply(say('From now on the status message of your Matrix account counts.'));
        return undefined;
      }
      await login.profile.choose({ ...login.profile.wishes, message });
      await context.reply(
        say(message === '' ? 'Your personal message is gone.' : `Your contacts read${soon(login)}: ${message}`),
      );
      return undefined;
    }),
};
