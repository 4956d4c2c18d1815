// The command about mail. Knows words and sentences; counting is the mailbox's.

import { say } from '../../../bridge/say.ts';
import type { MsnCommand } from './command.ts';

export const MAIL: MsnCommand = {
  name: 'mail',
  args: '',
  summary: 'shows how much unread mail there is',
  run: async ({ mailbox }) => say(mailbox.summary),
};
