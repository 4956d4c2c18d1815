// `logins`: every account of the bridge and how it is doing, for those who look after it. It only shows.

import type { Overview } from '../overview.ts';
import { bold, lines, say } from '../say.ts';
import type { Command } from './command.ts';
import { loginWords } from './login-words.ts';

/** A message holds only so much; the others are found by a part of their name. */
const MOST = 100;

export function loginsCommand(overview: Pick<Overview, 'logins'>): Command {
  return {
    name: 'logins',
    args: '[part of a name]',
    summary: 'shows all accounts of the bridge and how they are doing',
    example: 'logins @alice',
    forAdmins: true,
    run: async ({ args, reply }) => {
      const wanted = args.join(' ').toLowerCase();
      const found = overview
        .logins()
        .filter(({ matrixUser, address }) => `${matrixUser} ${address}`.toLowerCase().includes(wanted));
      const more = found.length - MOST;
      await reply(
        found.length === 0
          ? say('There are no such accounts.')
          : lines(
              ...found
                .slice(0, MOST)
                .map((login) => say(bold(login.matrixUser), ` – ${login.address}${loginWords(login)}`)),
              ...(more > 0 ? [say(`and ${more} more`)] : []),
            ),
      );
      return undefined;
    },
  };
}
