// `rescan`: looks for messages of the user that the homeserver never handed over.

import type { Rescan } from '../rescan.ts';
import { say } from '../say.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';

export function rescanCommand(rescan: Pick<Rescan, 'look'>): Command {
  return {
    name: 'rescan',
    args: '[account]',
    summary: 'looks through your chats of the last day for messages of yours that never came to me',
    run: async (context) =>
      withLogin(context, 'The search', context.args[0], async (login) => {
        const { rooms, messages } = await rescan.look(login);
        const where = rooms === 1 ? 'one chat' : `${rooms} chats`;
        const what =
          messages === 0
            ? 'all of your messages have come to me.'
            : `${messages === 1 ? 'one message of yours' : `${messages} messages of yours`} had not come to me, and I carry them now.`;
        await context.reply(say(`I looked through ${where}: ${what}`));
        return undefined;
      }),
  };
}
