// `login`: asks for what the network wants to know, step by step, and begins to sign in.

import { BridgeError } from '../errors.ts';
import { readAnswer } from '../login-fields.ts';
import type { LoginField, Network } from '../network.ts';
import { say } from '../say.ts';
import { choose } from './choose.ts';
import type { Command, CommandContext, Dialogue } from './command.ts';

const WHAT = 'The sign-in';

export const loginCommand: Command = {
  name: 'login',
  args: '',
  summary: 'signs you in to an account, step by step',
  holdsSecret: (args) => args.length > 0,
  run: async (context) => {
    if (context.args.length > 0) {
      throw new BridgeError('bad-input', 'Please send “login” alone; I then ask for what I need, one thing at a time.');
    }
    return choose(
      context,
      {
        what: WHAT,
        prompt: 'Which network?',
        choices: context.networks.map((network) => ({ value: network, key: network.id, label: network.name })),
      },
      async (network) => nextStep(context, network, new Map()),
    );
  },
};

async function nextStep(
  context: CommandContext,
  network: Network,
  values: ReadonlyMap<string, string>,
): Promise<Dialogue | undefined> {
  const field = network.loginFields.find(({ id }) => !values.has(id));
  if (!field) return finish(context, network, values);
  const go = async (value: string): Promise<Dialogue | undefined> =>
    nextStep(context, network, new Map([...values, [field.id, value]]));
  if (field.kind === 'choice') {
    const choices = (field.options ?? []).map((option) => ({ ...option, key: option.value }));
    return choose(context, { what: WHAT, prompt: field.prompt, choices }, go);
  }
  await context.reply(say(field.prompt));
  return new FieldDialogue(context, field, go);
}

/** Asks until the answer will do. */
export class FieldDialogue implements Dialogue {
  readonly what = WHAT;
  readonly secret: boolean;
  readonly #context: CommandContext;
  readonly #field: LoginField;
  readonly #then: (value: string) => Promise<Dialogue | undefined>;

  constructor(context: CommandContext, field: LoginField, then: (value: string) => Promise<Dialogue | undefined>) {
    this.#context = context;
    this.#field = field;
    this.#then = then;
    this.secret = field.kind === 'password';
  }

  async answer(text: string): Promise<Dialogue | undefined> {
    const answer = readAnswer(this.#field, text);
    if (answer.type === 'good') return this.#then(answer.value);
    await this.#context.reply(say(answer.objection));
    return this;
  }
}

async function finish(
  context: CommandContext,
  network: Network,
  values: ReadonlyMap<string, string>,
): Promise<undefined> {
  const login = await context.operations.signIn(context.user, network, values);
  await context.reply(say(`Signing in as ${login.address} on ${login.serverName}…`));
}
