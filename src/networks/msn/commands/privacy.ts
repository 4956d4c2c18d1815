// `privacy`: what holds for people on neither the allow nor the block list, and for those who add us.

import { BridgeError } from '../../../bridge/errors.ts';
import { lines, say } from '../../../bridge/say.ts';
import type { Question } from '../asking.ts';
import type { MsnCommand } from './command.ts';

const QUESTIONS = new Map<string, Question>([
  ['open', { type: 'set-unlisted', unlisted: 'allow' }],
  ['closed', { type: 'set-unlisted', unlisted: 'block' }],
  ['ask', { type: 'set-newcomers', newcomers: 'ask' }],
  ['silent', { type: 'set-newcomers', newcomers: 'add' }],
]);

export const PRIVACY: MsnCommand = {
  name: 'privacy',
  args: '[open|closed] [ask|silent]',
  summary: 'who may see you that you have neither allowed nor blocked, and whether you are asked about newcomers',
  example: 'privacy closed',
  run: async (client, args) => {
    for (const word of args) {
      const question = QUESTIONS.get(word.toLowerCase());
      if (!question)
        throw new BridgeError('bad-input', 'Say “privacy open”, “privacy closed”, “privacy ask” or “privacy silent”.');
      await client.ask(question);
    }
    const { unlisted, newcomers } = client.roster.privacy;
    return lines(
      say(
        unlisted === 'block'
          ? 'Only people whom you have allowed see you and can write to you (closed).'
          : 'Everybody whom you have not blocked sees you and can write to you (open).',
      ),
      say(
        newcomers === 'add'
          ? 'Who adds you is let in by other clients without a question (silent).'
          : 'Who adds you is a question to you (ask).',
      ),
    );
  },
};
