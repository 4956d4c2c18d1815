// `contacts`: the whole contact list, with all that is known of each.

import { bold, lines, say } from '../../../bridge/say.ts';
import { isOn } from '../../../msnp/contacts.ts';
import type { RosterGroup } from '../../../msnp/contacts.ts';
import { toName, toPresence } from '../convert-contact.ts';
import type { Listed } from '../roster.ts';
import type { MsnCommand } from './command.ts';

/** The telephone numbers of a contact, in the order that people look for them. */
const PHONES = [
  ['PHM', 'mobile'],
  ['PHH', 'home'],
  ['PHW', 'work'],
] as const;

export const CONTACTS: MsnCommand = {
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
};

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
