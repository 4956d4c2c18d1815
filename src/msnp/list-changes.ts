// Lines that tell of a change of a list: ADD, ADC, REM. Knows their forms in all dialects; asks for none.

import { normalizeAddress } from './address.ts';
import type { ListName } from './contacts.ts';
import type { Dialect } from './dialect.ts';
import { percentDecode } from './encoding.ts';
import type { NotificationEvent } from './notification-types.ts';

type ListChanged = Extract<NotificationEvent, { type: 'list-changed' }>;

/** More than any server allows on a list. */
const MAX_KNOWN = 10_000;

const LIST_NAMES = new Map<string, ListName>([
  ['FL', 'forward'],
  ['AL', 'allow'],
  ['BL', 'block'],
  ['RL', 'reverse'],
  ['PL', 'pending'],
]);

/** Remembers which address a GUID stands for: removals from the forward list name the GUID alone. */
export class ListChanges {
  readonly #dialect: Dialect;
  readonly #addresses = new Map<string, string>();

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  know(guid: string, address: string): void {
    if (this.#addresses.size < MAX_KNOWN) this.#addresses.set(guid.toLowerCase(), address);
  }

  /** `ADD trid list version address nick [group]`. */
  added(args: readonly string[]): ListChanged | undefined {
    const [, list = '', , address = '', nick] = args;
    return change(list, 'added', address, nick);
  }

  /** `ADC trid list N=address [F=nick] [C=guid]`; without an address it puts a contact into a group. */
  addedByName(args: readonly string[]): ListChanged | undefined {
    const [, list = '', ...fields] = args;
    const field = (name: string): string | undefined =>
      fields.find((candidate) => candidate.startsWith(name))?.slice(name.length);
    const address = field('N=') ?? '';
    const guid = field('C=');
    if (guid !== undefined && address !== '') this.know(guid, normalizeAddress(address));
    return change(list, 'added', address, field('F='));
  }

  /** `REM trid list [version] who [group]`; with a group only that group loses the contact. */
  removed(args: readonly string[]): ListChanged | undefined {
    const [, list = '', ...rest] = args;
    const [who = '', group = ''] = this.#dialect.listVersions ? rest.slice(1) : rest;
    if (group !== '') return undefined;
    return change(list, 'removed', this.#addresses.get(who.toLowerCase()) ?? who, undefined);
  }
}

function change(
  listCode: string,
  what: ListChanged['change'],
  address: string,
  nick: string | undefined,
): ListChanged | undefined {
  const list = LIST_NAMES.get(listCode);
  if (list === undefined || !address.includes('@')) return undefined;
  return {
    type: 'list-changed',
    list,
    change: what,
    address: normalizeAddress(address),
    ...(nick === undefined || nick === '' ? {} : { nick: percentDecode(nick) }),
  };
}
