// `playing`: what the user listens to.

import { say } from '../say.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';
import { soon } from './presence.ts';

export const playingCommand: Command = {
  name: 'playing',
  args: '[artist – title]',
  summary: 'shows your contacts what you listen to; without it you listen to nothing',
  example: 'playing The Beatles – Help!',
  run: async (context) =>
    withLogin(context, 'What you listen to', undefined, async (login) => {
      const what = context.args.join(' ');
      const { playing: _, ...others } = login.profile.wishes;
      await login.profile.choose(what === '' ? others : { ...others, playing: what });
      await context.reply(
        say(what === '' ? 'You listen to nothing any more.' : `Your contacts see${soon(login)}: ♫ ${what}`),
      );
      return undefined;
    }),
};
