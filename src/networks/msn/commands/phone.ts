// `phone`: the telephone numbers that contacts see, and whether they may send messages there.

import { BridgeError } from '../../../bridge/errors.ts';
import { lines, say } from '../../../bridge/say.ts';
import type { PropertyName } from '../../../msnp/contact-types.ts';
import type { CommandClient, MsnCommand } from './command.ts';

const NUMBERS = new Map<string, PropertyName>([
  ['home', 'PHH'],
  ['work', 'PHW'],
  ['mobile', 'PHM'],
]);

/** Each is on or off. */
const SWITCHES = new Map<string, { readonly name: PropertyName; readonly on: string; readonly off: string }>([
  ['messages', { name: 'MOB', on: 'contacts may send messages to your mobile', off: 'contacts may not send any' }],
  ['device', { name: 'MBE', on: 'you have a mobile that takes messages', off: 'you have none that takes messages' }],
]);

const USAGE =
  'Say for example “phone mobile 555 0100”, “phone home” to take the number away, “phone messages on” or “phone device off”.';

export const PHONE: MsnCommand = {
  name: 'phone',
  args: '[home|work|mobile [number]] | [messages|device on|off]',
  summary: 'shows or changes your telephone numbers, and whether contacts may send messages to your mobile',
  example: 'phone mobile 555 0100',
  run: async (client, [which, ...words]) => {
    if (which !== undefined) await change(client, which.toLowerCase(), words);
    const { properties } = client.roster;
    return lines(
      ...[...NUMBERS].map(([label, name]) => say(`${label}: ${properties[name] ?? 'none'}`)),
      ...[...SWITCHES].map(([label, { name, on, off }]) => say(`${label}: ${properties[name] === 'Y' ? on : off}`)),
    );
  },
};

async function change(client: CommandClient, which: string, words: readonly string[]): Promise<void> {
  const number = NUMBERS.get(which);
  if (number) return client.ask({ type: 'set-property', name: number, value: words.join(' ') });
  const name = SWITCHES.get(which)?.name;
  const value = words.length === 1 ? YES_OR_NO.get(words[0]?.toLowerCase() ?? '') : undefined;
  if (!name || value === undefined) throw new BridgeError('bad-input', USAGE);
  return client.ask({ type: 'set-property', name, value });
}

const YES_OR_NO = new Map([
  ['on', 'Y'],
  ['off', 'N'],
]);
