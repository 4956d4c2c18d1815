// Asks for one of several things. Knows lists and numbers, not what is chosen.

import { BridgeError } from '../errors.ts';
import type { Login } from '../login.ts';
import { lines, say } from '../say.ts';
import type { CommandContext, Dialogue } from './command.ts';

export interface Choice<T> {
  readonly value: T;
  readonly label: string;
  /** What may be typed besides the number. */
  readonly key: string;
}

/** Goes on with the only choice, else asks first. */
export async function choose<T>(
  context: Pick<CommandContext, 'reply'>,
  question: { readonly what: string; readonly prompt: string; readonly choices: readonly Choice<T>[] },
  then: (value: T) => Promise<Dialogue | undefined>,
): Promise<Dialogue | undefined> {
  const [only] = question.choices;
  if (only && question.choices.length === 1) return then(only.value);
  await context.reply(
    lines(
      say(question.prompt),
      ...question.choices.map((choice, index) => say(`${index + 1}. ${choice.label}`)),
      say('Please answer with the number.'),
    ),
  );
  const dialogue: Dialogue = {
    what: question.what,
    secret: false,
    answer: async (text) => {
      const wanted = text.trim().toLowerCase();
      const choice =
        question.choices[Number(wanted) - 1] ?? question.choices.find(({ key }) => key.toLowerCase() === wanted);
      if (choice) return then(choice.value);
      await context.reply(say(`Please answer with a number from 1 to ${question.choices.length}, or “cancel”.`));
      return dialogue;
    },
  };
  return dialogue;
}

/** Goes on with the login that is meant: the only one, the one named by its address, else it asks. */
export async function withLogin(
  context: CommandContext,
  what: string,
  address: string | undefined,
  then: (login: Login) => Promise<Dialogue | undefined>,
): Promise<Dialogue | undefined> {
  if (context.logins.length === 0) {
    throw new BridgeError('not-connected', 'You are not signed in anywhere yet. Send “login” to begin.');
  }
  const wanted = address?.toLowerCase();
  const candidates =
    wanted === undefined ? context.logins : context.logins.filter((login) => login.address.toLowerCase() === wanted);
  if (candidates.length === 0)
    throw new BridgeError('bad-input', `You have no account ${address} here. “status” shows your accounts.`);
  return choose(
    context,
    {
      what,
      prompt: 'Which account do you mean?',
      choices: candidates.map((login) => ({
        value: login,
        key: login.address,
        label: `${login.address} on ${login.serverName}`,
      })),
    },
    then,
  );
}
