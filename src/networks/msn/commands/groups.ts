// `groups`: the groups of the contact list.

import { bold, lines, say } from '../../../bridge/say.ts';
import type { MsnCommand } from './command.ts';

export const GROUPS: MsnCommand = {
  name: 'groups',
  args: '',
  summary: 'shows the groups of your contact list',
  run: async ({ roster }) => {
    if (roster.groups.length === 0) return say('You have no groups.');
    const size = (id: string): number => roster.listed.filter(({ known }) => known.groups.includes(id)).length;
    return lines(...roster.groups.map(({ id, name }) => say(bold(name), ` – ${size(id)}`)));
  },
};
