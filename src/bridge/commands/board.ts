// `board`: being shown who is there.

import type { Boards } from '../board.ts';
import { BridgeError } from '../errors.ts';
import { say } from '../say.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';
import { readSwitch } from './words.ts';

export function boardCommand(boards: Pick<Boards, 'on' | 'choose'>): Command {
  return {
    name: 'board',
    args: 'on|off',
    summary: 'keeps a room with one message that says who is there',
    example: 'board on',
    run: async (context) => {
      if (!boards.on) throw new BridgeError('unsupported', 'Boards are switched off here.');
      const on = readSwitch(context.args[0]);
      if (on === undefined) throw new BridgeError('bad-input', 'Say “board on” or “board off”.');
      return withLogin(context, 'The board', undefined, async (login) => {
        await boards.choose(login, on);
        await context.reply(
          say(
            on
              ? `I invite you to a room that shows who is there on ${login.address}.`
              : `The board of ${login.address} is taken away.`,
          ),
        );
        return undefined;
      });
    },
  };
}
