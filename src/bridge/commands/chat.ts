// `chat`: the room for a conversation with somebody, found or made.

import { BridgeError } from '../errors.ts';
import { roomLink, say } from '../say.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';

export const chatCommand: Command = {
  name: 'chat',
  args: '<address>',
  summary: 'opens the room for talking with somebody',
  example: 'chat bob@example.com',
  run: async (context) => {
    const [typed] = context.args;
    if (typed === undefined) throw new BridgeError('bad-input', 'With whom? Say for example “chat bob@example.com”.');
    return withLogin(context, 'The chat', undefined, async (login) => {
      const { room, name, fresh } = await context.operations.openChat(login, typed);
      await context.reply(
        fresh
          ? say('Here you can talk with ', roomLink(name, room), '.')
          : say('You already have a room with ', roomLink(name, room), '.'),
      );
      return undefined;
    });
  },
};
