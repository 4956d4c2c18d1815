// What only MSN can do, as commands of the management room: the list of them.

import { BridgeError } from '../../../bridge/errors.ts';
import type { NetworkClient, NetworkCommand } from '../../../bridge/network.ts';
import { MsnClient } from '../client.ts';
import { CONTACT_COMMANDS } from './contacts.ts';
import { GROUP_COMMANDS } from './groups.ts';
import { MAIL } from './mail.ts';
import { SETTING_COMMANDS } from './settings.ts';

export const MSN_COMMANDS: readonly NetworkCommand[] = [
  ...CONTACT_COMMANDS,
  ...GROUP_COMMANDS,
  ...SETTING_COMMANDS,
  MAIL,
].map((command): NetworkCommand => ({
  ...command,
  run: async (client: NetworkClient, args) => {
    if (!(client instanceof MsnClient)) throw new BridgeError('bug', 'That is not an account of this network.');
    return command.run(client, args);
  },
}));
