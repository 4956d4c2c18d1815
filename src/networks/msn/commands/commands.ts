// What only MSN can do, as commands of the management room: the list of them.

import { BridgeError } from '../../../bridge/errors.ts';
import type { NetworkClient, NetworkCommand } from '../../../bridge/network.ts';
import { MsnClient } from '../client.ts';
import { ADD } from './add.ts';
import { BLOCK } from './block.ts';
import { CONTACTS } from './contacts.ts';
import { GROUP } from './group.ts';
import { GROUPS } from './groups.ts';
import { MAIL } from './mail.ts';
import { NUDGE } from './nudge.ts';
import { PHONE } from './phone.ts';
import { PRIVACY } from './privacy.ts';
import { REMOVE } from './remove.ts';
import { UNBLOCK } from './unblock.ts';

export const MSN_COMMANDS: readonly NetworkCommand[] = [
  CONTACTS,
  ADD,
  REMOVE,
  BLOCK,
  UNBLOCK,
  NUDGE,
  GROUPS,
  GROUP,
  PRIVACY,
  PHONE,
  MAIL,
].map((command): NetworkCommand => ({
  ...command,
  run: async (client: NetworkClient, args, aids) => {
    if (!(client instanceof MsnClient)) throw new BridgeError('bug', 'That is not an account of this network.');
    return command.run(client, args, aids);
  },
}));
