// `requests`: who asks to be let in.

import type { Requests } from '../requests.ts';
import { bold, lines, say } from '../say.ts';
import type { Command } from './command.ts';

export function requestsCommand(requests: Pick<Requests, 'ofLogin'>): Command {
  return {
    name: 'requests',
    args: '',
    summary: 'shows who asks to be let in',
    run: async (context) => {
      const open = (await Promise.all(context.logins.map(async (login) => requests.ofLogin(login)))).flat();
      await context.reply(
        open.length === 0
          ? say('Nobody waits for an answer.')
          : lines(
              ...open.map(({ name, address }) => say(bold(name), name === address ? '' : ` (${address})`)),
              say('Answer with “answer <address> accept”, “… add”, “… block” or “… later”.'),
            ),
      );
      return undefined;
    },
  };
}
