// `phone`: the telephone numbers that contacts see.

import { BridgeError } from '../../../bridge/errors.ts';
import { lines, say } from '../../../bridge/say.ts';
import type { PropertyName } from '../../../msnp/contact-types.ts';
import type { MsnCommand } from './command.ts';

const PHONES = new Map<string, PropertyName>([
  ['home', 'PHH'],
  ['work', 'PHW'],
  ['mobile', 'PHM'],
]);

export const PHONE: MsnCommand = {
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
};
