// Commands that networks contribute: each for a login of its network. Knows whose they are, not what they do.

import type { Network, NetworkCommand } from '../network.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';

/** One command for each name; two networks may have the same name for it. */
export function networkCommands(networks: readonly Network[]): readonly Command[] {
  const byName = Map.groupBy(
    networks.flatMap((network) => network.commands.map((command) => ({ network, command }))),
    ({ command }) => command.name,
  );
  return [...byName.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    return [toCommand(first.command, new Map([first, ...others].map(({ network, command }) => [network, command])))];
  });
}

function toCommand(shown: NetworkCommand, ofNetwork: ReadonlyMap<Network, NetworkCommand>): Command {
  const { name, args, summary, example } = shown;
  return {
    name,
    args,
    summary,
    ...(example !== undefined && { example }),
    run: async (context) => {
      const logins = context.logins.filter((login) => ofNetwork.has(login.network));
      return withLogin({ ...context, logins }, `The command “${name}”`, undefined, async (login) => {
        const command = ofNetwork.get(login.network);
        if (command) await context.reply(await command.run(login.client, context.args));
        return undefined;
      });
    },
  };
}
