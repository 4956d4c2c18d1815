// `contacts`: everybody on any list, in one table, with all that is known of each.

import { bold, lines, say, table } from '../../../bridge/say.ts';
import { isOn } from '../../../msnp/contacts.ts';
import { toPresence } from '../convert-contact.ts';
import type { Listed } from '../roster.ts';
import type { CommandClient, MsnCommand } from './command.ts';

const HEAD = ['Name', 'Address', 'Status', 'Groups', 'Notes'] as const;

/** The telephone numbers of a contact, in the order that people look for them. */
const PHONES = [
  ['PHM', 'mobile'],
  ['PHH', 'home'],
  ['PHW', 'work'],
] as const;

export const CONTACTS: MsnCommand = {
  name: 'contacts',
  args: '',
  summary: 'shows everybody on your lists in one table: groups, who is blocked, who has you on theirs, telephones',
  run: async (client) => {
    const name = ({ known }: Listed): string => client.nameFor(known.address);
    const people = client.roster.everybody.toSorted((a, b) => name(a).localeCompare(name(b), 'en'));
    const [listed, others] = [people.filter(isListed), people.filter((one) => !isListed(one))];
    if (people.length === 0) return say('Your contact list is empty.');
    return lines(
      say(bold('Your contacts:')),
      say(table([HEAD, ...[...listed, ...others].map((one) => rowOf(client, one))])),
      say(`${count(listed.length)} on your list${others.length === 0 ? '' : `, and ${others.length} beside it`}.`),
    );
  },
};

function isListed({ known }: Listed): boolean {
  return isOn('forward', known);
}

function rowOf(client: CommandClient, one: Listed): readonly string[] {
  const { known, standing } = one;
  const { label, message } = toPresence(standing);
  const status = message === undefined ? label : `${label}: ${message}`;
  return [
    client.nameFor(known.address),
    known.address,
    // of others one hears nothing
    isListed(one) ? status : '',
    (client.roster.groupsOf(known) ?? []).join(', '),
    notesOn(client, one).join(', '),
  ];
}

function notesOn(client: CommandClient, { known }: Listed): readonly string[] {
  const { properties } = known;
  const isMine = isOn('forward', known);
  const waits = client.roster.requestStanding(known.address) === 'waiting';
  const notes: readonly (readonly [boolean, string])[] = [
    [!isMine, 'not on your list'],
    [isOn('block', known), 'blocked'],
    [!isMine && isOn('allow', known), 'allowed'],
    [waits, 'waits for your answer'],
    [isMine && !isOn('reverse', known), 'does not have you'],
    [!isMine && !waits && isOn('reverse', known), 'has you'],
    [properties['MOB'] === 'Y', 'takes messages on the mobile'],
  ];
  return [
    ...notes.flatMap(([holds, note]) => (holds ? [note] : [])),
    ...PHONES.flatMap(([key, what]) => (properties[key] ? [`${what} ${properties[key]}`] : [])),
  ];
}

function count(people: number): string {
  return people === 1 ? 'One person' : `${people} people`;
}
