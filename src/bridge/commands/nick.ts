// `nick`: the name that the user's contacts see.

import { BridgeError } from '../errors.ts';
import type { Following } from '../following.ts';
import { say } from '../say.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';
import { AUTOMATIC, soon } from './presence.ts';

export function nickCommand(following: Pick<Following, 'followName'>): Command {
  return {
    name: 'nick',
    args: '<name>',
    summary: 'changes the name that your contacts see; “auto” keeps it the same as your name in Matrix',
    example: 'nick Alice in Wonderland',
    run: async (context) =>
      withLogin(context, 'The nick', undefined, async (login) => {
        const nick = context.args.join(' ');
        if (nick === '') throw new BridgeError('bad-input', 'Which name? Say for example “nick Alice”.');
        if (nick.toLowerCase() === AUTOMATIC) {
          const name = await following.followName(login);
          await context.reply(say(`From now on your name in Matrix counts: ${name}.`));
          return undefined;
        }
        const { followName: _, ...others } = login.profile.wishes;
        await login.profile.choose({ ...others, nick });
        await context.reply(say(`Your contacts see you as ${nick}${soon(login)}.`));
        return undefined;
      }),
  };
}
