// `rename`: what the user calls somebody, seen by nobody else.

import { BridgeError } from '../errors.ts';
import { bold, say } from '../say.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';

export const renameCommand: Command = {
  name: 'rename',
  args: '<address> [name]',
  summary: 'gives somebody a name that only you see; without a name it is taken away',
  example: 'rename bob@example.com Bobby',
  run: async (context) => {
    const [typed, ...words] = context.args;
    if (typed === undefined)
      throw new BridgeError('bad-input', 'Whom? Say for example “rename bob@example.com Bobby”.');
    const name = words.length === 0 ? undefined : words.join(' ');
    return withLogin(context, 'The name', undefined, async (login) => {
      const { user, address } = login.client.resolve(typed);
      await login.names.give(user, name);
      await context.reply(
        name === undefined
          ? say(bold(address), ' is called again as they call themselves.')
          : say('You see ', bold(address), ` as ${name}. Nobody else does.`),
      );
      return undefined;
    });
  },
};
