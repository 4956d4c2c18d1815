// `answer`: answers somebody who asks to be let in, for those whose client shows no reactions.

import { BridgeError } from '../errors.ts';
import type { Requests } from '../requests.ts';
import { say } from '../say.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';

export function answerCommand(requests: Pick<Requests, 'answer'>): Command {
  return {
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
  };
}
