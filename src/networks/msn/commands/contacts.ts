// Commands about people: onto and off the list, their names, blocking, nudging, and the whole list as a table.

import { BridgeError } from '../../../bridge/errors.ts';
import { bold, lines, say } from '../../../bridge/say.ts';
import type { RosterGroup } from '../../../msnp/contacts.ts';
import { isOn, toName, toPresence } from '../convert-contact.ts';
import type { Listed } from '../roster.ts';
import { contactIn, type MsnCommand, personIn } from './command.ts';

/** The telephone numbers of a contact, in the order that people look for them. */
const PHONES = [
  ['PHM', 'mobile'],
  ['PHH', 'home'],
  ['PHW', 'work'],
] as const;

export const CONTACT_COMMANDS: readonly MsnCommand[] = [
  {
    name: 'contacts',
    args: '',
    summary: 'shows your whole contact list, with groups, who is blocked, and who has you on theirs',
    run: async ({ roster }) => {
      const people = roster.listed.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b), 'en'));
      if (people.length === 0) return say('Your contact list is empty.');
      return lines(
        say(bold('Your contacts:')),
        ...people.map((one) => say(bold(nameOf(one)), ` ${describe(one, roster.groups)}`)),
      );
    },
  },
  {
    name: 'add',
    args: '<address> [name]',
    summary: 'puts somebody on your contact list and lets them see you',
    example: 'add bob@example.com',
    run: async (client, args) => {
      const { address } = personIn(client, args, 'add bob@example.com');
      const nick = args.slice(1).join(' ');
      // allowed first: so the server tells at once whether they are there
      await client.ask({ type: 'allow-contact', address });
      await client.ask({ type: 'add-to-list', list: 'forward', address, ...(nick !== '' && { nick }) });
      return say(`${address} is on your contact list.`);
    },
  },
  {
    name: 'remove',
    args: '<address>',
    summary: 'takes somebody off your contact list',
    example: 'remove bob@example.com',
    run: async (client, args) => {
      const { address } = contactIn(client, args, 'remove bob@example.com');
      await client.ask({ type: 'remove-from-list', list: 'forward', address });
      return say(`${address} is off your contact list. They may still see you and write to you; “block” ends that.`);
    },
  },
  {
    name: 'rename',
    args: '<address> <name>',
    summary: 'changes under which name your list keeps somebody',
    example: 'rename bob@example.com Bobby',
    run: async (client, args) => {
      const { address } = contactIn(client, args, 'rename bob@example.com Bobby');
      const nick = args.slice(1).join(' ');
      if (nick === '')
        throw new BridgeError('bad-input', 'Which name? Say for example “rename bob@example.com Bobby”.');
      await client.ask({ type: 'rename-contact', address, nick });
      return say(`Your list keeps ${address} as ${nick}.`);
    },
  },
  {
    name: 'block',
    args: '<address>',
    summary: 'somebody no longer sees you and cannot write to you',
    example: 'block bob@example.com',
    run: async (client, args) => {
      const { address } = personIn(client, args, 'block bob@example.com');
      await client.ask({ type: 'block-contact', address });
      return say(`${address} is blocked.`);
    },
  },
  {
    name: 'unblock',
    args: '<address>',
    summary: 'somebody may see you and write to you again',
    example: 'unblock bob@example.com',
    run: async (client, args) => {
      const { address } = personIn(client, args, 'unblock bob@example.com');
      await client.ask({ type: 'allow-contact', address });
      return say(`${address} may see you and write to you.`);
    },
  },
  {
    name: 'nudge',
    args: '<address>',
    summary: 'shakes somebody’s window',
    example: 'nudge bob@example.com',
    run: async (client, args) => {
      const { address } = personIn(client, args, 'nudge bob@example.com');
      await client.nudge(address);
      return say(`You nudged ${client.roster.nameOf(address)}.`);
    },
  },
];

function nameOf({ known }: Listed): string {
  return toName(known.nick) || known.address;
}

function describe({ known, standing }: Listed, groups: readonly RosterGroup[]): string {
  const { label, message } = toPresence(standing);
  const phones = PHONES.flatMap(([key, what]) => (known.properties[key] ? [`${what} ${known.properties[key]}`] : []));
  const inGroups = groups.filter(({ id }) => known.groups.includes(id)).map(({ name }) => name);
  return [
    known.address,
    message === undefined ? label : `${label}: ${message}`,
    ...(inGroups.length > 0 ? [`in ${inGroups.join(', ')}`] : []),
    ...(isOn('block', known) ? ['blocked'] : []),
    ...(isOn('reverse', known) ? [] : ['does not have you']),
    ...phones,
  ].join(' – ');
}
