// `group`: changes the groups of the contact list, and who is in them.

import { BridgeError } from '../../../bridge/errors.ts';
import type { Content } from '../../../bridge/events.ts';
import { say } from '../../../bridge/say.ts';
import { NO_GROUP } from '../../../msnp/contacts.ts';
import { type CommandClient, contactIn, findGroup, groupNamed, type MsnCommand } from './command.ts';
import { pairsIn, unquoted } from './quotes.ts';

const USAGE =
  'Say “group add Friends”, “group rename Friends to Old friends”, “group delete Friends”, “group move bob@example.com Friends”, or “group put” and “group take” for one group of several.';

export const GROUP: MsnCommand = {
  name: 'group',
  args: 'add|rename|delete|move|put|take …',
  summary: 'changes the groups of your contact list: “move” is into this group only, “put” and “take” leave the others',
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
  ['put', put],
  ['take', take],
]);

async function add(client: CommandClient, args: readonly string[]): Promise<Content> {
  const name = unquoted(args.join(' '));
  if (name === '') throw new BridgeError('bad-input', USAGE);
  await client.ask({ type: 'add-group', name });
  return say(`You have a group “${name}”.`);
}

/** Of both names together: every “to” may be the one between them, and each is tried. */
const LONGEST_RENAME = 500;

async function rename(client: CommandClient, args: readonly string[]): Promise<Content> {
  const typed = args.join(' ');
  if (typed.length > LONGEST_RENAME) throw new BridgeError('bad-input', 'No group may have so long a name.');
  const pairs = pairsIn(typed);
  const [first] = pairs;
  if (!first) throw new BridgeError('bad-input', USAGE);
  const [meant, ...others] = pairs.filter(([before]) => findGroup(client, before));
  if (others.length > 0) {
    const example = 'group rename "Back to school" to "School"';
    throw new BridgeError('bad-input', `Which group do you mean? Please put its name in quotes: ${example}`);
  }
  const [before, after] = meant ?? first;
  if (after === '') throw new BridgeError('bad-input', USAGE);
  const { id, name } = groupNamed(client, before);
  await client.ask({ type: 'rename-group', group: id, name: after });
  return say(`The group “${name}” is now called “${after}”.`);
}

async function remove(client: CommandClient, args: readonly string[]): Promise<Content> {
  const group = groupNamed(client, unquoted(args.join(' ')));
  await client.ask({ type: 'remove-group', group: group.id });
  return say(`The group “${group.name}” is gone. Who was in it is still on your list.`);
}

/** Into this group and out of all others; without a name out of all. */
async function move(client: CommandClient, args: readonly string[]): Promise<Content> {
  const { address, groups } = contactIn(client, args, 'group move bob@example.com Friends');
  const name = unquoted(args.slice(1).join(' '));
  const target = name === '' ? undefined : groupNamed(client, name);
  if (target && !groups.includes(target.id)) await client.ask({ type: 'add-to-group', address, group: target.id });
  for (const group of groups) {
    // whoever is in no group is in this one
    if (group === target?.id || (!target && group === NO_GROUP)) continue;
    await client.ask({ type: 'remove-from-group', address, group });
  }
  return say(target ? `${address} is in “${target.name}”.` : `${address} is in no group.`);
}

/** Into one group more. */
async function put(client: CommandClient, args: readonly string[]): Promise<Content> {
  const { address, groups } = contactIn(client, args, 'group put bob@example.com Friends');
  const target = groupNamed(client, unquoted(args.slice(1).join(' ')));
  if (!groups.includes(target.id)) await client.ask({ type: 'add-to-group', address, group: target.id });
  return say(`${address} is in “${target.name}”.`);
}

/** Out of one group. */
async function take(client: CommandClient, args: readonly string[]): Promise<Content> {
  const { address, groups } = contactIn(client, args, 'group take bob@example.com Friends');
  const { id, name } = groupNamed(client, unquoted(args.slice(1).join(' ')));
  if (!groups.includes(id)) throw new BridgeError('bad-input', `${address} is not in “${name}”.`);
  await client.ask({ type: 'remove-from-group', address, group: id });
  return say(`${address} is not in “${name}” any more.`);
}
