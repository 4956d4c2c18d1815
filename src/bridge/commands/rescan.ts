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
        const { rooms, unseen, messages, cutOff } = await rescan.look(login);
        const all = cutOff === 0 ? 'all of your messages have' : 'all of your messages that I saw have';
        const what =
          messages === 0
            ? `${all} come to me.`
            : `${messages === 1 ? 'one message of yours' : `${messages} messages of yours`} had not come to me, and I carry them now.`;
        const limit = ` In ${chats(cutOff)} so much was said that I saw only the newest of it: look there yourself whether your older messages were delivered.`;
        const closed = ` Into ${chats(unseen)} I could not look.`;
        const ends = `${cutOff === 0 ? '' : limit}${unseen === 0 ? '' : closed}`;
        await context.reply(say(`I looked through ${chats(rooms)}: ${what}${ends}`));
        return undefined;
      }),
  };
}

function chats(count: number): string {
  return count === 1 ? 'one chat' : `${count} chats`;
}
