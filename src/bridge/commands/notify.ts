// `notify`: being told who comes.

import { BridgeError } from '../errors.ts';
import { bold, lines, say } from '../say.ts';
import type { SignInNotices } from '../sign-in-notices.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';
import { readSwitch } from './words.ts';

export function notifyCommand(notices: Pick<SignInNotices, 'choose' | 'ofLogin'>): Command {
  return {
    name: 'notify',
    args: '[<address> on|off]',
    summary: 'tells you when a contact signs in',
    example: 'notify bob@example.com on',
    run: async (context) => {
      const [address, choice] = context.args;
      const on = readSwitch(choice);
      if (address !== undefined && on === undefined)
        throw new BridgeError('bad-input', 'Say for example “notify bob@example.com on”, or “… off”.');
      return withLogin(context, 'The notice', undefined, async (login) => {
        if (address === undefined || on === undefined) {
          const watched = await notices.ofLogin(login);
          await context.reply(
            watched.length === 0
              ? say('You are told of nobody who signs in.')
              : lines(
                  say('You are told when they sign in:'),
                  ...watched.map((contact) => say(bold(login.nameFor(contact)))),
                ),
          );
          return undefined;
        }
        const contact = await notices.choose(login, address, on);
        await context.reply(
          say(on ? 'You are told when ' : 'You are no longer told when ', bold(login.nameFor(contact)), ' signs in.'),
        );
        return undefined;
      });
    },
  };
}
