// `invite` and `leave`: people into a chat, and the user out of one of several.

import type { Conversations } from '../conversations.ts';
import { BridgeError } from '../errors.ts';
import type { Login } from '../login.ts';
import type { Portal } from '../portal.ts';
import { roomLink, say } from '../say.ts';
import { withLogin } from './choose.ts';
import { type Command, type CommandContext, prefixOf } from './command.ts';

type Chats = Pick<Conversations, 'invite' | 'leave' | 'named'>;

export function conversationCommands(chats: Chats): readonly Command[] {
  return [
    {
      name: 'invite',
      args: '<address> [to <chat>]',
      summary: 'brings somebody into a chat; a chat with one person becomes another one, of several',
      example: 'invite carol@example.com to bob@example.com',
      inChats: true,
      run: async (context) => {
        const [typed, ...words] = context.args;
        if (typed === undefined)
          throw new BridgeError('bad-input', 'Whom? Say for example “invite carol@example.com”.');
        return withLogin(context, 'The invitation', undefined, async (login) => {
          const chat = await chatIn(chats, context, login, words[0]?.toLowerCase() === 'to' ? words.slice(1) : words);
          const { guest, name, room } = await chats.invite(chat, login.client.resolve(typed).user);
          await context.reply(say(`${guest} is in your chat with `, roomLink(name, room), '.'));
          return undefined;
        });
      },
    },
    {
      name: 'leave',
      args: '[chat]',
      summary: 'takes you out of a chat of several people; its room stays',
      inChats: true,
      run: async (context) =>
        withLogin(context, 'Leaving', undefined, async (login) => {
          const chat = await chatIn(chats, context, login, context.args);
          chats.leave(chat);
          const sentence = `You are out of your chat with ${chat.record.name}. What you say in its room takes you back in, and so does somebody who calls you.`;
          await context.reply(say(sentence));
          return undefined;
        }),
    },
  ];
}

/** The chat that is named, else the one in whose room this is said. */
async function chatIn(chats: Chats, context: CommandContext, login: Login, words: readonly string[]): Promise<Portal> {
  if (words.length > 0) return chats.named(login, words.join(' '));
  if (context.here) return context.here;
  throw new BridgeError(
    'bad-input',
    `Which chat? Name it by an address, by the name of its room or a link to it; or go to its room and begin with “${prefixOf(login.network)}”.`,
  );
}
