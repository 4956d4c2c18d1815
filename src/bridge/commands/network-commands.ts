// Commands that networks contribute, each for a login of its network: what it can do, and what it leaves to its users.
// Knows whose they are, not what they do.

import { BridgeError } from '../errors.ts';
import type { Content } from '../events.ts';
import type { Login } from '../login.ts';
import type { CommandAids, Network, NetworkChoice, NetworkCommand } from '../network.ts';
import type { Pages } from '../pages.ts';
import { say } from '../say.ts';
import type { ChoiceStore } from '../store.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';

interface OfNetwork extends Omit<NetworkCommand, 'run'> {
  run(login: Login, args: readonly string[], beforeWrite: CommandAids['beforeWrite']): Promise<Content>;
}

/** One command for each name; two networks may have the same name for it. */
export function networkCommands(
  networks: readonly Network[],
  choices: Pick<ChoiceStore, 'switchedOn' | 'switch'>,
  pages: Pages | undefined,
): readonly Command[] {
  const all = networks.flatMap((network) =>
    [
      ...network.commands.map((command): OfNetwork => ({
        ...command,
        run: async (login, args, beforeWrite) => command.run(login.client, args, { pages, beforeWrite }),
      })),
      ...network.choices.map((choice) => switchOf(choice, choices)),
    ].map((command) => ({ network, command })),
  );
  return [...Map.groupBy(all, ({ command }) => command.name).values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const ofNetwork = new Map([first, ...others].map(({ network, command }) => [network, command]));
    return [toCommand(first.command, ofNetwork)];
  });
}

function toCommand(shown: OfNetwork, ofNetwork: ReadonlyMap<Network, OfNetwork>): Command {
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
        if (command) await context.reply(await command.run(login, context.args, context.beforeWrite));
        return undefined;
      });
    },
  };
}

/** `name on`, `name off`, and `name` alone, which says how it is. */
function switchOf(
  { name, summary, on, off }: NetworkChoice,
  choices: Pick<ChoiceStore, 'switchedOn' | 'switch'>,
): OfNetwork {
  return {
    name,
    args: '[on|off]',
    summary,
    example: `${name} on`,
    run: async (login, [word]) => {
      const wanted = word?.toLowerCase();
      if (wanted !== undefined && wanted !== 'on' && wanted !== 'off')
        throw new BridgeError('bad-input', `Say “${name} on” or “${name} off”.`);
      if (wanted !== undefined) {
        await choices.switch(login.id, name, wanted === 'on');
        login.client.choose?.(name, wanted === 'on');
      }
      return say((await choices.switchedOn(login.id)).has(name) ? on : off);
    },
  };
}
