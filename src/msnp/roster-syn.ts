// The contact list as SYN sends it, up to MSNP12. Knows the burst's lines; not when it is asked for.

import { normalizeAddress } from './address.ts';
import { LISTS } from './contacts.ts';
import type { RosterContact, RosterGroup } from './contacts.ts';
import type { Dialect } from './dialect.ts';
import { percentDecode } from './encoding.ts';
import { MsnpProtocolError } from './errors.ts';

export interface Roster {
  readonly unchanged: boolean;
  readonly serial: string;
  readonly contacts: readonly RosterContact[];
  readonly groups: readonly RosterGroup[];
}

/** More than any server allows; whoever promises more means harm. */
const MAX_ENTRIES = 10_000;
const MAX_PROPERTIES = 32;

type Entry = Omit<RosterContact, 'properties'> & { readonly properties: Record<string, string> };

/** The arguments of SYN: the serial we know, or "I know nothing" if it is of another dialect. */
export function synArguments(dialect: Dialect, serial: string | undefined): string[] {
  const parts = serial?.split(' ') ?? [];
  const usable = parts.length === dialect.serials && parts.every((part) => part !== '');
  return usable ? parts : Array.from({ length: dialect.serials }, () => '0');
}

/** Collects one burst: `begin` with SYN's answer, then its lines; whole when both totals are reached. */
export class SynReader {
  readonly #dialect: Dialect;
  readonly #contacts = new Map<string, Entry>();
  readonly #groups: RosterGroup[] = [];
  #serial = '';
  #unchanged = false;
  #contactsToCome = 0;
  #groupsToCome = 0;
  #last: Entry | undefined;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  get whole(): boolean {
    return this.#contactsToCome <= 0 && this.#groupsToCome <= 0;
  }

  /** How many lines are still to come. */
  get missing(): number {
    return Math.max(this.#contactsToCome, 0) + Math.max(this.#groupsToCome, 0);
  }

  /** What stands after SYN's transaction number: serials, and two totals unless nothing has changed. */
  begin(args: readonly string[]): void {
    const { serials } = this.#dialect;
    this.#serial = args.slice(0, serials).join(' ');
    const [contacts, groups] = args.slice(serials);
    this.#unchanged = contacts === undefined || contacts === '';
    if (this.#unchanged) return;
    this.#contactsToCome = readTotal(contacts);
    this.#groupsToCome = readTotal(groups ?? '0');
  }

  group(args: readonly string[]): void {
    this.#groupsToCome -= 1;
    const [first = '', second = ''] = args;
    const [id, name] = this.#dialect.groupIds === 'number' ? [first, second] : [second, first];
    if (id !== '' && this.#groups.length < MAX_ENTRIES) this.#groups.push({ id, name: percentDecode(name) });
  }

  contact(args: readonly string[]): void {
    this.#contactsToCome -= 1;
    const entry = this.#dialect.contactLine === 'positional' ? readPositional(args) : readPrefixed(args, this.#dialect);
    this.#last = entry;
    if (entry !== undefined && this.#contacts.size < MAX_ENTRIES) this.#contacts.set(entry.address, entry);
  }

  /** Belongs to the contact just before it, even to the last one when all else is there. */
  property(name: string, value: string): void {
    if (this.#last === undefined || Object.keys(this.#last.properties).length >= MAX_PROPERTIES) return;
    this.#last.properties[name] = percentDecode(value);
  }

  roster(): Roster {
    return {
      unchanged: this.#unchanged,
      serial: this.#serial,
      contacts: [...this.#contacts.values()],
      groups: this.#groups,
    };
  }
}

function readTotal(text: string | undefined): number {
  const total = /^\d{1,6}$/.test(text ?? '') ? Number(text) : MAX_ENTRIES + 1;
  if (total > MAX_ENTRIES) throw new MsnpProtocolError('SYN: not a list size');
  return total;
}

function readPositional(args: readonly string[]): Entry | undefined {
  const [address = '', nick = '', lists = '', groups = ''] = args;
  return toEntry(address, nick, lists, groups, undefined);
}

function readPrefixed(args: readonly string[], dialect: Dialect): Entry | undefined {
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
): Entry | undefined {
  if (address === '') return undefined;
  const lists = /^\d{1,3}$/.test(bits) ? Number(bits) : 0;
  const inGroups = (lists & LISTS.forward) === 0 ? [] : groups.split(',').filter((id) => id !== '');
  return {
    address: normalizeAddress(address),
    nick: nick === '' ? address : percentDecode(nick),
    lists,
    ...(guid === undefined || guid === '' ? {} : { guid }),
    groups: inGroups,
    properties: Object.create(null) as Record<string, string>,
  };
}
