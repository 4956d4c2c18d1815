// `leave`: the user out of a chat of several people.

import type { Conversations } from '../conversations.ts';
import { say } from '../say.ts';
import { chatMeant } from './chat-meant.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';

export function leaveCommand(chats: Pick<Conversations, 'leave' | 'named'>): Command {
  return {
    name: 'leave',
    args: '[chat]',
    summary: 'takes you out of a chat of several people; its room stays',
    inChats: true,
    run: async (context) =>
      withLogin(context, 'Leaving', undefined, async (login) => {
        const chat = await chatMeant(chats, context, login, context.args);
        chats.leave(chat);
        const sentence = `You are out of your chat with ${chat.record.name}. What you say in its room takes you back in, and so does somebody who calls you.`;
        await context.reply(say(sentence));
        return undefined;
      }),
  };
}
