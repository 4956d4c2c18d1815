// `list`: the contacts and what they are doing, from memory: it asks nobody and answers at once.

import type { Availability, Contact, Content } from '../events.ts';
import type { Login } from '../login.ts';
import { bold, lines, minutes, say } from '../say.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';

const ORDER: Readonly<Record<Availability, number>> = { online: 0, busy: 1, away: 2, offline: 3 };

export const listCommand: Command = {
  name: 'list',
  args: '[account]',
  summary: 'shows your contacts and who is there',
  run: async (context) =>
    withLogin(context, 'The list', context.args[0], async (login) => {
      await context.reply(rosterText(login));
      return undefined;
    }),
};

function rosterText(login: Login): Content {
  const { contacts, asOf } = login.roster();
  const when = asOf ? `, as of ${minutes(asOf)}` : '';
  if (contacts.length === 0) {
    return say(
      login.connected ? `${login.address} has no contacts yet.` : `The contacts of ${login.address} are not known yet.`,
    );
  }
  return lines(
    say(bold(`Contacts of ${login.address}${when}`)),
    ...contacts
      .map((contact) => ({ ...contact, name: login.nameFor(contact) }))
      .toSorted(byPresenceAndName)
      .map(contactLine),
  );
}

function contactLine(contact: Contact): Content {
  const { label, message } = contact.presence;
  const name = contact.name === contact.address ? '' : ` (${contact.address})`;
  return say(bold(contact.name), `${name} – ${label}${message ? `: ${message}` : ''}`);
}

function byPresenceAndName(a: Contact, b: Contact): number {
  return ORDER[a.presence.availability] - ORDER[b.presence.availability] || a.name.localeCompare(b.name, 'en');
}
