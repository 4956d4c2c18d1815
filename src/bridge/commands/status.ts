// `status`: how each account is doing; for those who look after the bridge, how it is doing itself.

import type { Content } from '../events.ts';
import type { Health, Overview } from '../overview.ts';
import { bold, lines, minutes, say } from '../say.ts';
import type { Command } from './command.ts';
import { loginWords, STATE_WORDS } from './login-words.ts';

export function statusCommand(overview: Pick<Overview, 'health'>): Command {
  return {
    name: 'status',
    args: '',
    summary: 'shows your accounts and how they are doing',
    run: async ({ logins, isAdmin, reply }) => {
      const own =
        logins.length === 0
          ? [say('You are not signed in anywhere yet. Send “login” to begin.')]
          : logins.map((login) => say(bold(login.address), loginWords(login)));
      await reply(lines(...own, ...(isAdmin ? healthWords(await overview.health()) : [])));
      return undefined;
    },
  };
}

function healthWords({ upSince, states, backlog }: Health): readonly Content[] {
  const accounts = [...states.values()].reduce((sum, count) => sum + count, 0);
  const each = [...states].map(([kind, count]) => `${count} ${STATE_WORDS[kind]}`).join('; ');
  // this question itself has not been answered yet
  const rows = backlog.rows - 1;
  return [
    say(bold('The bridge'), ` is up since ${minutes(upSince)}.`),
    say(`Accounts: ${accounts}${each && ` (${each})`}.`),
    say(
      rows > 0 && backlog.oldest ? `Waiting: ${rows}, the oldest since ${minutes(backlog.oldest)}.` : 'Nothing waits.',
    ),
  ];
}
