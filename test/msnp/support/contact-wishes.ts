// What our client is asked when a recorded one changed its contact list. Knows which wish stands for which command.

import type { ContactChange } from '../../../src/msnp/contacts.ts';
import { isOn, LIST_CODES } from '../../../src/msnp/contacts.ts';
import type { PropertyName } from '../../../src/msnp/contact-types.ts';
import { percentDecode } from '../../../src/msnp/encoding.ts';
import type { Frame } from '../../../src/msnp/frame.ts';
import type { NotificationCommand } from '../../../src/msnp/notification-types.ts';
import { readPersonalMessage } from '../../../src/msnp/personal-message.ts';
import type { Circumstances } from './differences.ts';

type OwnList = 'forward' | 'allow' | 'block';

/** `next`: the recorded client's following line. */
export function contactWish(
  { verb, args, payload }: Frame,
  { book, own }: Circumstances,
  next: string,
): NotificationCommand | undefined {
  const [request = '', first = '', second = '', third = '', fourth] = args;
  const list = (LIST_CODES.get(first) ?? 'forward') as OwnList;
  switch (verb) {
    case 'ADD': {
      const group = fourth === undefined ? {} : { group: fourth };
      return { type: 'add-to-list', request, list, address: second, nick: percentDecode(third), ...group };
    }
    case 'ADC': {
      if (first === 'RL') return undefined;
      if (second.startsWith('C=')) {
        return { type: 'add-to-group', request, address: book.addressOf(second.slice(2)) ?? '', group: third };
      }
      const address = second.slice(2);
      if (first === 'AL' && /^ADC \d+ RL /.test(next)) return { type: 'allow-contact', request, address };
      const nick = third.startsWith('F=') ? { nick: percentDecode(third.slice(2)) } : {};
      return { type: 'add-to-list', request, list, address, ...nick };
    }
    case 'REM': {
      const address = book.addressOf(second) ?? second;
      if (third !== '') return { type: 'remove-from-group', request, address, group: third };
      const from = LIST_CODES.get(first) as OwnList | 'pending';
      // whoever was allowed goes from the pending list by itself, by way of the reverse list
      if (from === 'pending' && isOn('reverse', book.contact(address))) return undefined;
      return { type: 'remove-from-list', request, list: from, address };
    }
    case 'ADG':
      return { type: 'add-group', request, name: percentDecode(first) };
    case 'REG':
      return { type: 'rename-group', request, group: first, name: percentDecode(second) };
    case 'RMG':
      return { type: 'remove-group', request, group: first };
    case 'BLP':
      return { type: 'set-unlisted', request, unlisted: first === 'AL' ? 'allow' : 'block' };
    case 'GTC':
      return { type: 'set-newcomers', request, newcomers: first === 'A' ? 'ask' : 'add' };
    case 'REA':
      return first === own
        ? { type: 'set-nick', request, nick: percentDecode(second) }
        : { type: 'rename-contact', request, address: first, nick: percentDecode(second) };
    case 'SBP':
      return { type: 'rename-contact', request, address: book.addressOf(first) ?? '', nick: percentDecode(third) };
    case 'PRP':
      return first === 'MFN'
        ? { type: 'set-nick', request, nick: percentDecode(second) }
        : { type: 'set-property', request, name: first as PropertyName, value: percentDecode(second) };
    case 'UUX':
      return { type: 'set-personal-message', request, ...readPersonalMessage(payload) };
    default:
      return undefined;
  }
}

export function isContactChange(event: { readonly type: string }): event is ContactChange {
  return /^(?:list|contact|group|privacy|own-property)-/.test(event.type);
}
