// `space`: where all rooms of an account are gathered, and whether its groups have spaces of their own.

import { BridgeError } from '../errors.ts';
import { roomLink, say } from '../say.ts';
import type { Spaces } from '../spaces.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';

export function spaceCommand(spaces: Pick<Spaces, 'on' | 'show' | 'chooseGroups'>): Command {
  return {
    name: 'space',
    args: '[groups on|off]',
    summary: 'shows the way to the space with all your chats; groups of contacts can have spaces in it',
    example: 'space groups on',
    run: async (context) => {
      if (!spaces.on) throw new BridgeError('unsupported', 'Spaces are switched off here.');
      const [what, choice] = context.args.map((arg) => arg.toLowerCase());
      if (what !== undefined && (what !== 'groups' || (choice !== 'on' && choice !== 'off')))
        throw new BridgeError('bad-input', 'Say “space”, “space groups on” or “space groups off”.');
      return withLogin(context, 'The space', undefined, async (login) => {
        if (what === undefined) {
          const room = await spaces.show(login);
          const name = `${login.network.name} (${login.address})`;
          await context.reply(
            room === undefined
              ? say('Your space is made together with your first chat.')
              : say('Your chats are in the space ', roomLink(name, room), '.'),
          );
          return undefined;
        }
        await spaces.chooseGroups(login, choice === 'on');
        const told = login.roster().contacts.some(({ groups }) => groups !== undefined);
        await context.reply(
          choice === 'off'
            ? say('Your groups have no spaces of their own any more.')
            : say(
                told
                  ? 'Each of your groups gets a space of its own, as soon as there is a chat in it.'
                  : `You have no groups on ${login.network.name} so far. Each that you make gets a space of its own.`,
              ),
        );
        return undefined;
      });
    },
  };
}
