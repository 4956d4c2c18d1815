// What a contact list is while it is being told: the shape that its readers share, what they collect, and how it is
// asked for. Knows no form of LST or LSG.

import { MAX_PROPERTIES, withProperty } from './contacts.ts';
import type { ContactList, Privacy, RosterContact, RosterGroup } from './contacts.ts';
import type { Dialect, DialectName } from './dialect.ts';
import { readPrivacy } from './privacy.ts';
import { readProperty } from './properties.ts';

export interface Roster extends ContactList {
  /** The list that was known beforehand is still right. */
  readonly unchanged: boolean;
  readonly serial: string;
}

/** A contact list as it was told before, and what to show for it; a serial means something in its own version only. */
export interface CachedRoster {
  readonly dialect: DialectName;
  readonly serial: string;
  readonly list: ContactList;
}

/** More than any server allows; whoever promises more means harm. */
export const MAX_ENTRIES = 10_000;

/** Reads one burst: `begin` with what stands after SYN's number, then its lines. */
export interface RosterReader {
  readonly draft: RosterDraft;
  /** Nothing but properties of the last contact can follow. */
  readonly whole: boolean;
  /** How many lines are still to come; changes while they come. */
  readonly missing: number;
  begin(args: readonly string[]): void;
  /** LSG */
  group(args: readonly string[]): void;
  /** LST */
  contact(args: readonly string[]): void;
  roster(): Roster;
}

/** Its properties still come in. */
export interface DraftedContact extends RosterContact {
  readonly properties: Record<string, string>;
}

export class RosterDraft {
  readonly #contacts = new Map<string, DraftedContact>();
  readonly #groups: RosterGroup[] = [];
  #privacy: Privacy = {};
  #properties: Readonly<Record<string, string>> = {};
  #last = '';

  find(address: string): DraftedContact | undefined {
    return this.#contacts.get(address);
  }

  contact(contact: DraftedContact): void {
    this.#last = contact.address;
    if (this.#contacts.size < MAX_ENTRIES || this.#contacts.has(contact.address)) {
      this.#contacts.set(contact.address, contact);
    }
  }

  group(group: RosterGroup): void {
    if (group.id !== '' && this.#groups.length < MAX_ENTRIES) this.#groups.push(group);
  }

  /** BPR: without an address it belongs to the contact just before it, even to the last one when all else is there. */
  contactProperty(args: readonly string[]): void {
    const property = readProperty(args);
    const contact = this.#contacts.get(property?.address ?? this.#last);
    if (contact === undefined || property === undefined) return;
    const { name, value } = property;
    // in place: a copy for each line would cost more than reading it
    if (value === '') delete contact.properties[name];
    else if (Object.keys(contact.properties).length < MAX_PROPERTIES) contact.properties[name] = value;
  }

  /** PRP */
  ownProperty(args: readonly string[]): void {
    const property = readProperty(args);
    if (property !== undefined) this.#properties = withProperty(this.#properties, property.name, property.value);
  }

  privacy(verb: 'BLP' | 'GTC', args: readonly string[]): void {
    this.#privacy = { ...this.#privacy, ...readPrivacy(verb, args) };
  }

  get list(): ContactList {
    return {
      contacts: [...this.#contacts.values()],
      groups: this.#groups,
      privacy: this.#privacy,
      properties: this.#properties,
    };
  }
}

/** The arguments of SYN: the serial we know, or "I know nothing" if there is none or it has another form. */
export function synArguments(dialect: Dialect, serial: string | undefined): string[] {
  const parts = serial?.split(' ') ?? [];
  const usable = parts.length === dialect.serials && parts.every((part) => part !== '');
  return usable ? parts : Array.from({ length: dialect.serials }, () => '0');
}
