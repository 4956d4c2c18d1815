// `help`: what can be said here.

import { bold, code, lines, say } from '../say.ts';
import type { Command } from './command.ts';

export function helpCommand(commands: () => readonly Command[]): Command {
  return {
    name: 'help',
    args: '',
    summary: 'shows this list',
    run: async ({ isAdmin, reply }) => {
      const sayable = commands().filter(({ forAdmins }) => isAdmin || forAdmins !== true);
      await reply(
        lines(
          say(bold('What you can say here:')),
          ...sayable.map((command) =>
            say(
              code(`${command.name}${command.args && ` ${command.args}`}`),
              ` – ${command.summary}`,
              ...(command.example ? [', for example ', code(command.example)] : []),
            ),
          ),
        ),
      );
      return undefined;
    },
  };
}
