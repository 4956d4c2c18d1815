// `invite`: people into a chat.

import type { Conversations } from '../conversations.ts';
import { BridgeError } from '../errors.ts';
import { roomLink, say } from '../say.ts';
import { chatMeant } from './chat-meant.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';

export function inviteCommand(chats: Pick<Conversations, 'invite' | 'named'>): Command {
  return {
    name: 'invite',
    args: '<address> [to <chat>]',
    summary: 'brings somebody into a chat; a chat with one person becomes another one, of several',
    example: 'invite carol@example.com to bob@example.com',
    inChats: true,
    run: async (context) => {
      const [typed, ...words] = context.args;
      if (typed === undefined) throw new BridgeError('bad-input', 'Whom? Say for example “invite carol@example.com”.');
      return withLogin(context, 'The invitation', undefined, async (login) => {
        const chat = await chatMeant(chats, context, login, words[0]?.toLowerCase() === 'to' ? words.slice(1) : words);
        const { guest, name, room } = await chats.invite(chat, login.client.resolve(typed).user);
        await context.reply(say(`${guest} came in: the chat is `, roomLink(name, room), ' now.'));
        return undefined;
      });
    },
  };
}
