// The contact list of one login as it stands now: what the server sent, and every change since. Knows no wire.

import { changeGrouping, changeList, EMPTY_LIST, MAX_GROUPS, withProperty } from './contacts.ts';
import type { ContactChange, ContactList, Privacy, RosterContact, RosterGroup } from './contacts.ts';

/** More than any server allows; whoever sends more means harm. */
const MAX_CONTACTS = 10_000;

export class ContactBook {
  readonly #contacts = new Map<string, RosterContact>();
  /** By GUID; made when the first is asked for, which is not while a long list comes in. */
  #addresses: Map<string, string> | undefined;
  readonly #groups = new Map<string, RosterGroup>();
  #privacy: Privacy = {};
  #properties: Readonly<Record<string, string>> = {};

  constructor(list: ContactList = EMPTY_LIST) {
    for (const contact of list.contacts) {
      if (this.#contacts.size >= MAX_CONTACTS) break;
      this.#contacts.set(contact.address, contact);
    }
    for (const group of list.groups) this.#groups.set(group.id, group);
    this.#privacy = list.privacy;
    this.#properties = list.properties;
  }

  get contacts(): Iterable<RosterContact> {
    return this.#contacts.values();
  }

  get groups(): readonly RosterGroup[] {
    return [...this.#groups.values()];
  }

  get privacy(): Privacy {
    return this.#privacy;
  }

  /** Our own. */
  get properties(): Readonly<Record<string, string>> {
    return this.#properties;
  }

  get list(): ContactList {
    return {
      contacts: [...this.#contacts.values()],
      groups: this.groups,
      privacy: this.#privacy,
      properties: this.#properties,
    };
  }

  contact(address: string): RosterContact | undefined {
    return this.#contacts.get(address);
  }

  /** Whom a GUID stands for: removals from the forward list name the GUID alone. */
  addressOf(guid: string): string | undefined {
    this.#addresses ??= indexOf(this.#contacts.values());
    return this.#addresses.get(guid.toLowerCase());
  }

  hasGroup(id: string): boolean {
    return this.#groups.has(id);
  }

  apply(change: ContactChange): void {
    switch (change.type) {
      case 'list-changed':
        this.#replace(change.address, changeList(this.#contacts.get(change.address), change));
        return;
      case 'contact-grouped':
        this.#update(change.address, (contact) => changeGrouping(contact, change));
        return;
      case 'contact-renamed':
        this.#update(change.address, (contact) => ({ ...contact, nick: change.nick }));
        return;
      case 'contact-property-changed':
        this.#update(change.address, (contact) => ({
          ...contact,
          properties: withProperty(contact.properties, change.name, change.value),
        }));
        return;
      case 'own-property-changed':
        this.#properties = withProperty(this.#properties, change.name, change.value);
        return;
      case 'group-added':
      case 'group-renamed':
        if (this.#groups.has(change.group) || this.#groups.size < MAX_GROUPS) {
          this.#groups.set(change.group, { id: change.group, name: change.name });
        }
        return;
      case 'group-removed':
        this.#removeGroup(change.group);
        return;
      case 'privacy-changed':
        this.#privacy = { ...this.#privacy, ...change.privacy };
    }
  }

  #removeGroup(group: string): void {
    if (!this.#groups.delete(group)) return;
    for (const contact of this.#contacts.values()) {
      if (!contact.groups.includes(group)) continue;
      const { address } = contact;
      this.#keep(changeGrouping(contact, { type: 'contact-grouped', change: 'removed', address, group }));
    }
  }

  #update(address: string, change: (contact: RosterContact) => RosterContact): void {
    const contact = this.#contacts.get(address);
    if (contact !== undefined) this.#keep(change(contact));
  }

  #replace(address: string, contact: RosterContact | undefined): void {
    const guid = this.#contacts.get(address)?.guid;
    if (guid !== undefined && guid !== contact?.guid) this.#addresses?.delete(guid.toLowerCase());
    if (contact === undefined) this.#contacts.delete(address);
    else this.#keep(contact);
  }

  #keep(contact: RosterContact): void {
    if (this.#contacts.size < MAX_CONTACTS || this.#contacts.has(contact.address)) this.#set(contact);
  }

  #set(contact: RosterContact): void {
    this.#contacts.set(contact.address, contact);
    if (contact.guid !== undefined) this.#addresses?.set(contact.guid.toLowerCase(), contact.address);
  }
}

function indexOf(contacts: Iterable<RosterContact>): Map<string, string> {
  const addresses = new Map<string, string>();
  for (const { guid, address } of contacts) if (guid !== undefined) addresses.set(guid.toLowerCase(), address);
  return addresses;
}
