// `requests` and `answer`: people who ask to be let in, for those whose client shows no reactions.

import { BridgeError } from '../errors.ts';
import type { Requests } from '../requests.ts';
import { bold, lines, say } from '../say.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';

export function requestCommands(requests: Pick<Requests, 'answer' | 'ofLogin'>): readonly Command[] {
  return [
    {
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
    },
    {
      name: 'answer',
      args: '<address> accept|add|block|later',
      summary: 'answers somebody who asks to be let in',
      example: 'answer bob@example.com accept',
      run: async (context) => {
        const [address, answer] = context.args;
        if (address === undefined || answer === undefined) {
          throw new BridgeError('bad-input', 'Say for example “answer bob@example.com accept”.');
        }
        return withLogin(context, 'The answer', undefined, async (login) => {
          await context.reply(say(await requests.answer(login, address, answer)));
          return undefined;
        });
      },
    },
  ];
}
