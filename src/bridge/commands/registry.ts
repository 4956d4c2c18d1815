// All commands, in the order of `help`: those that every network has, and those that networks contribute.

import { BridgeError } from '../errors.ts';
import type { BuddyList } from '../buddy-list.ts';
import type { Conversations } from '../conversations.ts';
import type { Following } from '../following.ts';
import type { Network } from '../network.ts';
import type { Overview } from '../overview.ts';
import type { Pages } from '../pages.ts';
import type { Requests } from '../requests.ts';
import type { Rescan } from '../rescan.ts';
import type { ChoiceStore } from '../store.ts';
import { answerCommand } from './answer.ts';
import { boardCommand } from './board.ts';
import { chatCommand } from './chat.ts';
import type { Command } from './command.ts';
import { helpCommand } from './help.ts';
import { inviteCommand } from './invite.ts';
import { leaveCommand } from './leave.ts';
import { listCommand } from './list.ts';
import { loginCommand } from './login.ts';
import { loginsCommand } from './logins.ts';
import { logoutCommand } from './logout.ts';
import { networkCommands } from './network-commands.ts';
import { messageCommand } from './message.ts';
import { nickCommand } from './nick.ts';
import { notifyCommand } from './notify.ts';
import { playingCommand } from './playing.ts';
import { presenceCommand } from './presence.ts';
import { reconnectCommand } from './reconnect.ts';
import { reloginCommand } from './relogin.ts';
import { renameCommand } from './rename.ts';
import { requestsCommand } from './requests.ts';
import { rescanCommand } from './rescan.ts';
import { spaceCommand } from './space.ts';
import { statusCommand } from './status.ts';

/** `cancel` alone is understood by the management room itself, because it is about the dialogue there. */
const cancelCommand: Command = {
  name: 'cancel',
  args: '',
  summary: 'ends what we are in the middle of',
  run: async () => {
    throw new BridgeError('bad-input', 'Please send “cancel” alone.');
  },
};

/** What commands speak about besides logins. */
export interface CommandParts {
  readonly networks: readonly Network[];
  readonly choices: ChoiceStore;
  readonly requests: Requests;
  readonly list: BuddyList;
  readonly following: Pick<Following, 'followName'>;
  readonly pages: Pages | undefined;
  readonly overview: Overview;
  readonly conversations: Conversations;
  readonly rescan: Rescan;
}

export function commandRegistry(parts: CommandParts): ReadonlyMap<string, Command> {
  const { networks, choices, requests, list, following, pages, overview, conversations, rescan } = parts;
  const commands: readonly Command[] = [
    helpCommand(() => commands),
    loginCommand,
    listCommand,
    chatCommand,
    inviteCommand(conversations),
    leaveCommand(conversations),
    requestsCommand(requests),
    answerCommand(requests),
    ...networkCommands(networks, choices, pages),
    renameCommand,
    presenceCommand,
    nickCommand(following),
    messageCommand,
    playingCommand,
    boardCommand(list.boards),
    notifyCommand(list.notices),
    spaceCommand(list.spaces),
    statusCommand(overview),
    loginsCommand(overview),
    rescanCommand(rescan),
    reconnectCommand,
    reloginCommand,
    logoutCommand,
    cancelCommand,
  ];
  return new Map(commands.map((command) => [command.name, command]));
}
