// `message`: the personal message.

import { say } from '../../../bridge/say.ts';
import type { MsnCommand } from './command.ts';

export const MESSAGE: MsnCommand = {
  name: 'message',
  args: '[text]',
  summary: 'changes your personal message; without a text it is taken away',
  example: 'message gone fishing',
  run: async (client, args) => {
    const message = args.join(' ');
    await client.ask({ type: 'set-personal-message', message });
    return say(message === '' ? 'Your personal message is gone.' : `Your contacts read: ${message}`);
  },
};
