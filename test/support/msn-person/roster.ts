// What a person knows of the others: contact list and presence, as the server told it. Knows the lines of both kinds of dialect;
// not who reads them.
import type { Frame } from './frames.ts';

export interface KnownContact {
  readonly address: string;
  readonly name: string;
  readonly lists: number;
  readonly guid: string | undefined;
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
  readonly #contacts = new Map<string, KnownContact>();
  readonly #presences = new Map<string, KnownPresence>();

  get contacts(): KnownContact[] {
    return [...this.#contacts.values()];
  }

  contact(address: string): KnownContact | undefined {
    return this.#contacts.get(address.toLowerCase());
  }

  presenceOf(address: string): KnownPresence {
    return this.#presences.get(address.toLowerCase()) ?? ABSENT;
  }

  handle({ verb, args, payload }: Frame): void {
    switch (verb) {
      case 'LST':
        return this.#list(args);
      case 'ADC':
        return this.#learnGuid(args);
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

  #list(args: readonly string[]): void {
    const named = readNamed(args);
    const [first = '', second = '', third = ''] = args;
    const address = named.N ?? first;
    const name = decodeURIComponentLeniently(named.F ?? second);
    const lists = Number(named.N === undefined ? third : args.find((word) => /^\d+$/u.test(word)));
    this.#contacts.set(address.toLowerCase(), { address, name, lists, guid: named.C });
  }

  #learnGuid(args: readonly string[]): void {
    const { N: address, C: guid, F: name = '' } = readNamed(args);
    if (address === undefined || guid === undefined) return;
    const lists = this.contact(address)?.lists ?? 0;
    this.#contacts.set(address.toLowerCase(), { address, name: decodeURIComponentLeniently(name), lists, guid });
  }

  #see([status = '', address = '', name = '', capabilities, picture]: readonly string[]): void {
    this.#change(address, { status, name: decodeURIComponentLeniently(name), capabilities, picture });
  }

  #change(address: string, news: Partial<KnownPresence>): void {
    this.#presences.set(address.toLowerCase(), { ...this.presenceOf(address), ...news });
  }
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

function decodeURIComponentLeniently(text: string): string {
  return /%(?![0-9a-f]{2})/iu.test(text) ? text : decodeURIComponent(text);
}
