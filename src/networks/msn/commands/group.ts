// `group`: changes the groups of the contact list, and who is in them.

import { BridgeError } from '../../../bridge/errors.ts';
import type { Content } from '../../../bridge/events.ts';
import { say } from '../../../bridge/say.ts';
import { type CommandClient, contactIn, groupNamed, type MsnCommand } from './command.ts';

const USAGE =
  'Say “group add Friends”, “group rename Friends to Old friends”, “group delete Friends”, or “group move bob@example.com Friends”.';

export const GROUP: MsnCommand = {
  name: 'group',
  args: 'add|rename|delete|move …',
  summary: 'changes the groups of your contact list',
  example: 'group move bob@example.com Friends',
  run: async (client, [verb = '', ...args]) => {
    const run = VERBS.get(verb.toLowerCase());
    if (!run) throw new BridgeError('bad-input', USAGE);
    return run(client, args);
  },
};

const VERBS = new Map<string, (client: CommandClient, args: readonly string[]) => Promise<Content>>([
  ['add', add],
  ['rename', rename],
  ['delete', remove],
  ['move', move],
]);

async function add(client: CommandClient, args: readonly string[]): Promise<Content> {
  const name = args.join(' ');
  if (name === '') throw new BridgeError('bad-input', USAGE);
  await client.ask({ type: 'add-group', name });
  return say(`You have a group “${name}”.`);
}

async function rename(client: CommandClient, args: readonly string[]): Promise<Content> {
  const [before = '', name = ''] = args.join(' ').split(/\s+to\s+/u, 2);
  if (name === '') throw new BridgeError('bad-input', USAGE);
  await client.ask({ type: 'rename-group', group: groupNamed(client, before).id, name });
  return say(`The group “${before}” is now called “${name}”.`);
}

async function remove(client: CommandClient, args: readonly string[]): Promise<Content> {
  const group = groupNamed(client, args.join(' '));
  await client.ask({ type: 'remove-group', group: group.id });
  return say(`The group “${group.name}” is gone. Who was in it is still on your list.`);
}

/** Into this group and out of all others; without a name out of all. */
async function move(client: CommandClient, args: readonly string[]): Promise<Content> {
  const { address, groups } = contactIn(client, args, 'group move bob@example.com Friends');
  const name = args.slice(1).join(' ');
  const target = name === '' ? undefined : groupNamed(client, name);
  if (target && !groups.includes(target.id)) await client.ask({ type: 'add-to-group', address, group: target.id });
  for (const group of groups) {
    if (group !== target?.id) await client.ask({ type: 'remove-from-group', address, group });
  }
  return say(target ? `${address} is in “${target.name}”.` : `${address} is in no group.`);
}
