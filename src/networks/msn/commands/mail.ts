// The command about mail. Knows its words; counting is the services'.

import { say } from '../../../bridge/say.ts';
import type { MsnCommand } from './command.ts';

export const MAIL: MsnCommand = {
  name: 'mail',
  args: '',
  summary: 'shows how much unread mail there is',
  run: async ({ services }) => say(services.mailSummary),
};
