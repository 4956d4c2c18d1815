// `help`: what can be said here, in a room for commands or in one of a chat; all of it, or one command.

import { BridgeError } from '../errors.ts';
import type { Content } from '../events.ts';
import { bold, code, lines, say } from '../say.ts';
import { type Command, prefixOf } from './command.ts';

export function helpCommand(commands: () => readonly Command[]): Command {
  return {
    name: 'help',
    args: '[command]',
    summary: 'shows this list, or what is to be known about one command',
    inChats: true,
    run: async ({ args, here, isAdmin, reply }) => {
      const prefix = here ? `${prefixOf(here.login.network)} ` : '';
      const sayable = commands().filter((one) => (isAdmin || one.forAdmins !== true) && (one.inChats || !here));
      const [wanted] = args;
      if (wanted === undefined) {
        const described = sayable.map((command) => describe(command, prefix, here === undefined));
        await reply(lines(say(bold('What you can say here:')), ...described));
        return undefined;
      }
      const command = sayable.find(({ name }) => name === wanted.toLowerCase());
      if (!command) throw new BridgeError('bad-input', `There is no “${wanted}” here. “help” shows what you can say.`);
      await reply(describe(command, prefix, here === undefined));
      return undefined;
    },
  };
}

function describe({ name, args, summary, example }: Command, prefix: string, withExample: boolean): Content {
  return say(
    code(`${prefix}${name}${args && ` ${args}`}`),
    ` – ${summary}`,
    ...(example && withExample ? [', for example ', code(example)] : []),
  );
}
