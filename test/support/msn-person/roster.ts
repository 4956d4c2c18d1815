// What a person knows of the others and has set: lists, groups, phones, privacy, presence, as the server told it.
// Knows the lines of every dialect; not who reads them, nor how lists are edited.
import type { Frame } from './frames.ts';
import type { DialectHabits } from './habits.ts';

export const LIST_BITS = { FL: 1, AL: 2, BL: 4, RL: 8, PL: 16 } as const;
export type ListName = keyof typeof LIST_BITS;

export interface KnownContact {
  readonly address: string;
  readonly name: string;
  /** The sum of `LIST_BITS`. */
  readonly lists: number;
  readonly guid: string | undefined;
  /** Numbers or GUIDs of groups. */
  readonly groups: readonly string[];
  /** Telephones and the like, by key. */
  readonly properties: ReadonlyMap<string, string>;
}

export interface KnownGroup {
  /** A number, or a GUID. */
  readonly id: string;
  readonly name: string;
}

export interface KnownPresence {
  /** `FLN` while the contact is not seen. */
  readonly status: string;
  readonly name: string;
  readonly capabilities: string | undefined;
  readonly picture: string | undefined;
  /** The whole UBX document. */
  readonly personalMessage: string | undefined;
}

const ABSENT: KnownPresence = {
  status: 'FLN',
  name: '',
  capabilities: undefined,
  picture: undefined,
  personalMessage: undefined,
};

export class Roster {
  readonly groups = new Map<string, KnownGroup>();
  /** One's own: privacy (BLP), prompt (GTC), telephones, and from MSNP10 on the name (MFN). */
  readonly settings = new Map<string, string>();
  readonly #habits: DialectHabits;
  readonly #contacts = new Map<string, KnownContact>();
  readonly #presences = new Map<string, KnownPresence>();
  /** Whom properties without an address belong to. */
  #latest = '';
  #reverseListIsWhole = false;

  constructor(habits: DialectHabits) {
    this.#habits = habits;
  }

  /** Whoever is on a list. */
  get contacts(): KnownContact[] {
    return [...this.#contacts.values()].filter(({ lists }) => lists > 0);
  }

  /** Where lists come one by one, the reverse list is the last. */
  get isReverseListWhole(): boolean {
    return this.#reverseListIsWhole;
  }

  /** Where contacts come one by one, they were counted before. */
  holds(contacts: number, groups: number): boolean {
    return this.contacts.length >= contacts && this.groups.size >= groups;
  }

  /** Before the roster comes anew. */
  forget(): void {
    this.#contacts.clear();
    this.groups.clear();
    this.settings.clear();
    this.#reverseListIsWhole = false;
  }

  contact(address: string): KnownContact | undefined {
    const contact = this.#contacts.get(address.toLowerCase());
    return contact && contact.lists > 0 ? contact : undefined;
  }

  presenceOf(address: string): KnownPresence {
    return this.#presences.get(address.toLowerCase()) ?? ABSENT;
  }

  dropGroup(id: string): void {
    this.groups.delete(id);
    for (const { address } of this.contacts) {
      this.#update(address, ({ groups }) => ({ groups: groups.filter((one) => one !== id) }));
    }
  }

  handle({ verb, args, payload }: Frame): void {
    switch (verb) {
      case 'LST':
        return this.#habits.roster === 'lists' ? this.#readListLine(args) : this.#readContact(args);
      case 'LSG':
        return this.#readGroup(args);
      case 'ADD':
        return this.#readAdded(args);
      case 'ADC':
        return this.#readAddedByGuid(args);
      case 'REM':
        return this.#readRemoved(args);
      case 'BPR':
        return this.#readProperty(args);
      case 'PRP':
        return this.#readSetting(args);
      case 'BLP':
      case 'GTC':
        this.settings.set(verb, args.at(-1) ?? '');
        return undefined;
      case 'ILN':
        return this.#see(args.slice(1));
      case 'NLN':
        return this.#see(args);
      case 'FLN':
        return this.#change(args[0] ?? '', { status: 'FLN' });
      case 'UBX':
        return this.#change(args[0] ?? '', { personalMessage: payload.toString('utf8') });
      default:
        return undefined;
    }
  }

  #update(address: string, news: (known: KnownContact) => Partial<KnownContact>): void {
    const key = address.toLowerCase();
    const known = this.#contacts.get(key) ?? {
      address,
      name: address,
      lists: 0,
      guid: undefined,
      groups: [],
      properties: new Map(),
    };
    this.#contacts.set(key, { ...known, ...news(known) });
  }

  /** `LST trid list version index total [address name [groups]]`. */
  #readListLine([, list = '', , index = '', total = '', address, name = '', groups]: readonly string[]): void {
    if (list === 'RL' && index === total) this.#reverseListIsWhole = true;
    if (address === undefined) return;
    this.#update(address, ({ lists, groups: before }) => ({
      name: decodeName(name),
      lists: lists | bitOf(list),
      groups: groups === undefined ? before : splitGroups(groups),
    }));
  }

  /** `LST address name bits [groups]`, or `LST N= F= [C=] bits [network] [groups]`. */
  #readContact(args: readonly string[]): void {
    const named = readNamed(args);
    const rest = named.N === undefined ? args.slice(2) : args.filter((word) => !/^[NFC]=/u.test(word));
    const [lists = '', ...others] = rest;
    const groups = others.findLast((word) => word !== '') ?? '';
    const address = named.N ?? args[0] ?? '';
    this.#latest = address;
    this.#update(address, () => ({
      name: decodeName(named.F ?? args[1] ?? ''),
      lists: Number(lists),
      guid: named.C,
      // The network's number may be the last word; a GUID it is not.
      groups: named.N === undefined || groups.includes('-') ? splitGroups(groups) : [],
    }));
  }

  #readGroup(args: readonly string[]): void {
    const [first = '', second = '', , , fifth = '', sixth = ''] = args;
    const [id, name] =
      this.#habits.roster === 'lists'
        ? [fifth, sixth]
        : this.#habits.edits === 'ADD'
          ? [first, second]
          : [second, first];
    this.groups.set(id, { id, name: decodeName(name) });
  }

  /** `ADD trid list version address name [group]`. */
  #readAdded([, list = '', , address = '', name = '', group]: readonly string[]): void {
    this.#update(address, ({ lists, groups }) => ({
      name: decodeName(name),
      lists: lists | bitOf(list),
      groups: group === undefined || group === '0' ? groups : [...new Set([...groups, group])],
    }));
  }

  /** `ADC trid list N= [F=] [C=]`, or `ADC trid FL C= group`. */
  #readAddedByGuid(args: readonly string[]): void {
    const [, list = '', , group] = args;
    const { N: address, C: guid, F: name } = readNamed(args);
    if (address === undefined) {
      const contact = this.contacts.find((one) => one.guid === guid);
      if (contact && group !== undefined)
        this.#update(contact.address, ({ groups }) => ({ groups: [...groups, group] }));
      return;
    }
    this.#update(address, (known) => ({
      name: name === undefined ? known.name : decodeName(name),
      lists: known.lists | bitOf(list),
      guid: guid ?? known.guid,
    }));
  }

  /** `REM trid list [version] address|guid [group]`. */
  #readRemoved(args: readonly string[]): void {
    const [, list = '', ...rest] = args;
    const [who = '', group] = this.#habits.edits === 'ADD' ? rest.slice(1) : rest;
    const contact = this.contact(who) ?? this.contacts.find(({ guid }) => guid === who);
    if (!contact) return;
    this.#update(contact.address, ({ lists, groups }) => {
      if (group !== undefined) return { groups: groups.filter((id) => id !== group) };
      return { lists: lists & ~bitOf(list), groups: list === 'FL' ? [] : groups };
    });
  }

  /** `BPR [version] [address] key [value]`: without an address it is the last contact's. */
  #readProperty(args: readonly string[]): void {
    const address = args.find((word) => word.includes('@')) ?? this.#latest;
    const [key = '', value] = args.slice(args.findIndex((word) => /^[A-Z]{3}$/u.test(word)));
    this.#update(address, ({ properties }) => {
      const next = new Map(properties);
      if (value === undefined) next.delete(key);
      else next.set(key, decodeName(value));
      return { properties: next };
    });
  }

  /** `PRP [trid] [version] key [value]`. */
  #readSetting(args: readonly string[]): void {
    const [key = '', value] = args.slice(args.findIndex((word) => /^[A-Z]{3}$/u.test(word)));
    if (value === undefined) this.settings.delete(key);
    else this.settings.set(key, decodeName(value));
  }

  #see([status = '', address = '', name = '', capabilities, picture]: readonly string[]): void {
    this.#change(address, { status, name: decodeName(name), capabilities, picture });
  }

  #change(address: string, news: Partial<KnownPresence>): void {
    this.#presences.set(address.toLowerCase(), { ...this.presenceOf(address), ...news });
  }
}

function bitOf(list: string): number {
  return Object.hasOwn(LIST_BITS, list) ? LIST_BITS[list as ListName] : 0;
}

/** Group 0 is for those who are in none. */
function splitGroups(text: string): string[] {
  return text.split(',').filter((id) => id !== '' && id !== '0');
}

function readNamed(args: readonly string[]): { N?: string; F?: string; C?: string } {
  const named: { N?: string; F?: string; C?: string } = {};
  for (const word of args) {
    if (word.startsWith('N=')) named.N = word.slice(2);
    if (word.startsWith('F=')) named.F = word.slice(2);
    if (word.startsWith('C=')) named.C = word.slice(2);
  }
  return named;
}

function decodeName(text: string): string {
  return /%(?![0-9a-f]{2})/iu.test(text) ? text : decodeURIComponent(text);
}
