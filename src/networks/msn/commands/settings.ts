// Commands about oneself: privacy, telephone numbers, the personal message.

import { BridgeError } from '../../../bridge/errors.ts';
import { lines, say } from '../../../bridge/say.ts';
import type { PropertyName } from '../../../msnp/contact-types.ts';
import type { Question } from '../asking.ts';
import type { MsnCommand } from './command.ts';

const PHONES = new Map<string, PropertyName>([
  ['home', 'PHH'],
  ['work', 'PHW'],
  ['mobile', 'PHM'],
]);

export const SETTING_COMMANDS: readonly MsnCommand[] = [
  {
    name: 'privacy',
    args: '[open|closed] [ask|silent]',
    summary: 'who may see you that you have neither allowed nor blocked, and whether you are asked about newcomers',
    example: 'privacy closed',
    run: async (client, args) => {
      for (const word of args) {
        const question = PRIVACY.get(word.toLowerCase());
        if (!question)
          throw new BridgeError(
            'bad-input',
            'Say “privacy open”, “privacy closed”, “privacy ask” or “privacy silent”.',
          );
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
  },
  {
    name: 'phone',
    args: '[home|work|mobile] [number]',
    summary: 'shows or changes the telephone numbers that your contacts see; without a number it is taken away',
    example: 'phone mobile 555 0100',
    run: async (client, [which, ...number]) => {
      if (which !== undefined) {
        const name = PHONES.get(which.toLowerCase());
        if (!name) throw new BridgeError('bad-input', 'Say “phone home …”, “phone work …” or “phone mobile …”.');
        await client.ask({ type: 'set-property', name, value: number.join(' ') });
      }
      const { properties } = client.roster;
      return lines(...[...PHONES].map(([label, name]) => say(`${label}: ${properties[name] ?? 'none'}`)));
    },
  },
  {
    name: 'message',
    args: '[text]',
    summary: 'changes your personal message; without a text it is taken away',
    example: 'message gone fishing',
    run: async (client, args) => {
      const message = args.join(' ');
      await client.ask({ type: 'set-personal-message', message });
      return say(message === '' ? 'Your personal message is gone.' : `Your contacts read: ${message}`);
    },
  },
];

const PRIVACY = new Map<string, Question>([
  ['open', { type: 'set-unlisted', unlisted: 'allow' }],
  ['closed', { type: 'set-unlisted', unlisted: 'block' }],
  ['ask', { type: 'set-newcomers', newcomers: 'ask' }],
  ['silent', { type: 'set-newcomers', newcomers: 'add' }],
]);
