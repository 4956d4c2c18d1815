// `status`: how each account is doing.

import type { LoginStateKind } from '../events.ts';
import { bold, lines, say } from '../say.ts';
import type { Command } from './command.ts';

const WORDS: Readonly<Record<LoginStateKind, string>> = {
  connecting: 'signing in',
  connected: 'signed in',
  disconnected: 'connection lost, trying again',
  'server-down': 'server not reachable, trying again',
  'bad-credentials': 'address or password refused',
  'signed-in-elsewhere': 'signed in elsewhere',
  refused: 'not let in, and not trying again',
  'logged-out': 'signed out',
};

export const statusCommand: Command = {
  name: 'status',
  args: '',
  summary: 'shows your accounts and how they are doing',
  run: async ({ logins, reply }) => {
    if (logins.length === 0) {
      await reply(say('You are not signed in anywhere yet. Send “login” to begin.'));
      return undefined;
    }
    await reply(
      lines(
        ...logins.map((login) => {
          const { kind, sentence, at } = login.state;
          const since = `since ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
          const protocol = login.protocol && kind === 'connected' ? ` with ${login.protocol}` : '';
          return say(
            bold(login.address),
            ` on ${login.serverName}: ${WORDS[kind]}${protocol}, ${since}. ${sentence}`.trimEnd(),
          );
        }),
      ),
    );
    return undefined;
  },
};
