// `presence`: the status that the user's contacts see.

import { BridgeError } from '../errors.ts';
import type { Login } from '../login.ts';
import { lines, say } from '../say.ts';
import { withLogin } from './choose.ts';
import type { Command } from './command.ts';

export const AUTOMATIC = 'auto';

export const presenceCommand: Command = {
  name: 'presence',
  args: '[status]',
  summary: 'shows or chooses how your contacts see you; “auto” follows your Matrix presence',
  example: 'presence busy',
  run: async (context) =>
    withLogin(context, 'The presence', undefined, async (login) => {
      const wanted = context.args.join(' ').toLowerCase();
      const labels = login.network.statuses.map(({ label }) => label);
      if (wanted === '') {
        await context.reply(
          lines(
            say(`You are seen as: ${login.profile.wishes.status ?? 'your Matrix presence says'}.`),
            say(`You can choose ${labels.join(', ')}, or ${AUTOMATIC}.`),
          ),
        );
        return undefined;
      }
      const label = labels.find((one) => one.toLowerCase() === wanted);
      if (label === undefined && wanted !== AUTOMATIC) {
        throw new BridgeError(
          'bad-input',
          `There is no such status. You can choose ${labels.join(', ')}, or ${AUTOMATIC}.`,
        );
      }
      const { status: _, ...others } = login.profile.wishes;
      await login.profile.choose(label === undefined ? others : { ...others, status: label });
      await context.reply(
        say(
          label === undefined ? 'From now on your Matrix presence counts.' : `You are seen as: ${label}${soon(login)}.`,
        ),
      );
      return undefined;
    }),
};

/** What was chosen is kept, and counts from the next sign-in on. */
export function soon({ connected }: Login): string {
  return connected ? '' : ', as soon as you are signed in';
}
