// `help`: what can be said here, in a room for commands or in one of a chat.

import { bold, code, lines, say } from '../say.ts';
import { type Command, prefixOf } from './command.ts';

export function helpCommand(commands: () => readonly Command[]): Command {
  return {
    name: 'help',
    args: '',
    summary: 'shows this list',
    inChats: true,
    run: async ({ here, isAdmin, reply }) => {
      const prefix = here ? `${prefixOf(here.login.network)} ` : '';
      const sayable = commands().filter((one) => (isAdmin || one.forAdmins !== true) && (one.inChats || !here));
      await reply(
        lines(
          say(bold('What you can say here:')),
          ...sayable.map(({ name, args, summary, example }) =>
            say(
              code(`${prefix}${name}${args && ` ${args}`}`),
              ` – ${summary}`,
              ...(example && !here ? [', for example ', code(example)] : []),
            ),
          ),
        ),
      );
      return undefined;
    },
  };
}
