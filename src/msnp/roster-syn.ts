// The contact list as SYN sends it from MSNP8 to MSNP12: a line a person. Knows the burst's lines; not when it is asked
// for.

import { normalizeAddress } from './address.ts';
import { LISTS } from './contacts.ts';
import type { ContactList, RosterContact } from './contacts.ts';
import type { Dialect } from './dialect.ts';
import { percentDecode } from './encoding.ts';
import { MsnpProtocolError } from './errors.ts';
import { MAX_ENTRIES, RosterDraft } from './roster.ts';
import type { Roster, RosterReader } from './roster.ts';

/** Whole when both totals are reached. */
export class SynReader implements RosterReader {
  readonly draft = new RosterDraft();
  readonly #dialect: Dialect;
  readonly #known: ContactList;
  #serial = '';
  #unchanged = false;
  #contactsToCome = 0;
  #groupsToCome = 0;

  constructor(dialect: Dialect, known: ContactList) {
    this.#dialect = dialect;
    this.#known = known;
  }

  get whole(): boolean {
    return this.#contactsToCome <= 0 && this.#groupsToCome <= 0;
  }

  get missing(): number {
    return Math.max(this.#contactsToCome, 0) + Math.max(this.#groupsToCome, 0);
  }

  /** Serials, and two totals unless nothing has changed. */
  begin(args: readonly string[]): void {
    const { serials } = this.#dialect;
    this.#serial = args.slice(0, serials).join(' ');
    const [contacts, groups] = args.slice(serials);
    this.#unchanged = contacts === undefined || contacts === '';
    if (this.#unchanged) return;
    this.#contactsToCome = readTotal(contacts);
    this.#groupsToCome = readTotal(groups ?? '0');
  }

  /** `LSG id name 0` or `LSG name guid`. */
  group([first = '', second = '']: readonly string[]): void {
    this.#groupsToCome -= 1;
    const [id, name] = this.#dialect.groupIds === 'number' ? [first, second] : [second, first];
    this.draft.group({ id, name: percentDecode(name) });
  }

  contact(args: readonly string[]): void {
    this.#contactsToCome -= 1;
    const contact =
      this.#dialect.contactLine === 'positional' ? readPositional(args) : readPrefixed(args, this.#dialect);
    if (contact !== undefined) this.draft.contact(contact);
  }

  roster(): Roster {
    const list = this.#unchanged ? this.#known : this.draft.list;
    return { ...list, unchanged: this.#unchanged, serial: this.#serial };
  }
}

function readTotal(text: string | undefined): number {
  const total = /^\d{1,6}$/.test(text ?? '') ? Number(text) : MAX_ENTRIES + 1;
  if (total > MAX_ENTRIES) throw new MsnpProtocolError('SYN: not a list size');
  return total;
}

function readPositional(args: readonly string[]): RosterContact | undefined {
  const [address = '', nick = '', lists = '', groups = ''] = args;
  return toEntry(address, nick, lists, groups, undefined);
}

function readPrefixed(args: readonly string[], dialect: Dialect): RosterContact | undefined {
  const named = new Map<string, string>();
  const rest: string[] = [];
  for (const argument of args) {
    const name = rest.length === 0 ? /^[A-Z]=/.exec(argument)?.[0] : undefined;
    if (name === undefined) rest.push(argument);
    else named.set(name, argument.slice(2));
  }
  const [lists = '', ...after] = rest;
  const groups = after[dialect.contactNetwork ? 1 : 0] ?? '';
  return toEntry(named.get('N=') ?? '', named.get('F=') ?? '', lists, groups, named.get('C='));
}

function toEntry(
  address: string,
  nick: string,
  bits: string,
  groups: string,
  guid: string | undefined,
): RosterContact | undefined {
  if (address === '') return undefined;
  const lists = /^\d{1,3}$/.test(bits) ? Number(bits) : 0;
  const inGroups = (lists & LISTS.forward) === 0 ? [] : groups.split(',').filter((id) => id !== '');
  return {
    address: normalizeAddress(address),
    nick: nick === '' ? address : percentDecode(nick),
    lists,
    ...(guid === undefined || guid === '' ? {} : { guid }),
    groups: inGroups,
    properties: {},
  };
}
