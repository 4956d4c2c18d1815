// Which chat a command is about. Knows names and rooms, not what is done in the chat.

import type { Conversations } from '../conversations.ts';
import { BridgeError } from '../errors.ts';
import type { Login } from '../login.ts';
import type { Portal } from '../portal.ts';
import { type CommandContext, prefixOf } from './command.ts';

/** The chat that is named, else the one in whose room this is said. */
export async function chatMeant(
  chats: Pick<Conversations, 'named'>,
  context: CommandContext,
  login: Login,
  words: readonly string[],
): Promise<Portal> {
  if (words.length > 0) return chats.named(login, words.join(' '));
  if (context.here) return context.here;
  throw new BridgeError(
    'bad-input',
    `Which chat? Name it by an address, by the name of its room or a link to it; or go to its room and begin with “${prefixOf(login.network)}”.`,
  );
}
