// The contact list as SYN sends it from MSNP8 to MSNP12: a line a person. Knows the burst's lines; not when it is asked
// for.

import { normalizeAddress } from './address.ts';
import { LISTS } from './contacts.ts';
import type { ContactList } from './contacts.ts';
import type { Dialect } from './dialect.ts';
import { percentDecode } from './encoding.ts';
import { MsnpProtocolError } from './errors.ts';
import { MAX_ENTRIES, RosterDraft } from './roster.ts';
import type { DraftedContact, Roster, RosterReader } from './roster.ts';

const MAX_SERIALS = 2;

/** Whole when both totals are reached. */
export class SynReader implements RosterReader {
  readonly draft = new RosterDraft();
  readonly #dialect: () => Dialect;
  readonly #known: ContactList;
  /** Undefined: the server has not answered yet. */
  #serial: string | undefined;
  #unchanged = false;
  #contactsToCome = 0;
  #groupsToCome = 0;

  /** @param dialect asked at each line: the profile may come among them, and say that the account's lists are old. */
  constructor(dialect: () => Dialect, known: ContactList) {
    this.#dialect = dialect;
    this.#known = known;
  }

  get whole(): boolean {
    return this.#serial !== undefined && this.#contactsToCome <= 0 && this.#groupsToCome <= 0;
  }

  get missing(): number {
    return Math.max(this.#contactsToCome, 0) + Math.max(this.#groupsToCome, 0);
  }

  /** One serial or two, and two totals unless nothing has changed. */
  begin(args: readonly string[]): void {
    const words = args.filter((word) => word !== '');
    const [contacts, groups] = words.length > MAX_SERIALS ? words.splice(-2) : [];
    this.#serial = words.join(' ');
    this.#unchanged = contacts === undefined;
    if (this.#unchanged) return;
    this.#contactsToCome = readTotal(contacts);
    this.#groupsToCome = readTotal(groups);
  }

  /** `LSG id name 0` or `LSG name guid`. */
  group([first = '', second = '']: readonly string[]): void {
    this.#groupsToCome -= 1;
    const [id, name] = this.#dialect().groupIds === 'number' ? [first, second] : [second, first];
    this.draft.group({ id, name: percentDecode(name) });
  }

  contact(args: readonly string[]): void {
    this.#contactsToCome -= 1;
    const dialect = this.#dialect();
    const contact = dialect.contactLine === 'positional' ? readPositional(args) : readPrefixed(args, dialect);
    if (contact !== undefined) this.draft.contact(contact);
  }

  roster(): Roster {
    const list = this.#unchanged ? this.#known : this.draft.list;
    return { ...list, unchanged: this.#unchanged, serial: this.#serial ?? '' };
  }
}

function readTotal(text: string | undefined): number {
  const total = /^\d{1,6}$/.test(text ?? '') ? Number(text) : MAX_ENTRIES + 1;
  if (total > MAX_ENTRIES) throw new MsnpProtocolError('SYN: not a list size');
  return total;
}

function readPositional(args: readonly string[]): DraftedContact | undefined {
  const [address = '', nick = '', lists = '', groups = ''] = args;
  return toEntry(address, nick, lists, groups, '');
}

/** `N=address F=nick C=guid bits [network] groups`; what is labelled may lack or come in another order. */
function readPrefixed(args: readonly string[], dialect: Dialect): DraftedContact | undefined {
  let [address, nick, guid] = ['', '', ''];
  let at = 0;
  // where a label lacks there may be an empty word
  for (let word = args[at]; word === '' || word?.charAt(1) === '='; word = args[++at]) {
    if (word.startsWith('N')) address = word.slice(2);
    else if (word.startsWith('F')) nick = word.slice(2);
    else if (word.startsWith('C')) guid = word.slice(2);
  }
  const groups = args[at + (dialect.contactNetwork ? 2 : 1)] ?? '';
  return toEntry(address, nick, args[at] ?? '', groups, guid);
}

function toEntry(
  address: string,
  nick: string,
  bits: string,
  groups: string,
  guid: string,
): DraftedContact | undefined {
  if (address === '') return undefined;
  const lists = /^\d{1,3}$/.test(bits) ? Number(bits) : 0;
  const inGroups = (lists & LISTS.forward) === 0 || groups === '' ? [] : readGroups(groups);
  const person = normalizeAddress(address);
  const name = nick === '' ? address : percentDecode(nick);
  return guid === ''
    ? { address: person, nick: name, lists, groups: inGroups, properties: {} }
    : { address: person, nick: name, lists, guid, groups: inGroups, properties: {} };
}

function readGroups(ids: string): readonly string[] {
  return ids.includes(',') ? ids.split(',').filter((id) => id !== '') : [ids]; // few people are in several
}
