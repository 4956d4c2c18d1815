// What one login knows of its people: lists, names, presence. Turns news of the server into news for the core, and
// nothing else; knows no connection.

import type { Contact, RemoteEvent } from '../../bridge/events.ts';
import type { ServerKey } from '../../bridge/ids.ts';
import { LISTS } from '../../msnp/contacts.ts';
import type { ListName, RosterContact } from '../../msnp/contacts.ts';
import type { NotificationEvent } from '../../msnp/notification-types.ts';
import { fromContact, isOn, OFFLINE, toContact, toName } from './convert-contact.ts';
import type { Standing } from './convert-contact.ts';

type Of<Type extends NotificationEvent['type']> = Extract<NotificationEvent, { type: Type }>;

interface Person {
  known: RosterContact;
  standing: Standing;
}

export class Roster {
  readonly #server: ServerKey;
  readonly #emit: (event: RemoteEvent) => void;
  #people: Map<string, Person>;

  /** `cached`: the contacts as the core kept them, for a server that says that nothing has changed. */
  constructor(server: ServerKey, cached: readonly Contact[], emit: (event: RemoteEvent) => void) {
    this.#server = server;
    this.#emit = emit;
    this.#people = peopleOf(cached.map(fromContact));
  }

  /** What to call somebody: a nick, or the address. */
  nameOf(address: string): string {
    return toName(this.#people.get(address.toLowerCase())?.known.nick ?? '') || address;
  }

  isBlocked(address: string): boolean {
    return isOn('block', this.#people.get(address.toLowerCase())?.known);
  }

  onRoster({ unchanged, contacts }: Of<'roster'>): void {
    if (unchanged) for (const person of this.#people.values()) person.standing = OFFLINE;
    else this.#people = peopleOf(contacts);
    this.#tellAll();
  }

  onStatus({ address, status, nick }: Of<'status-changed'>): void {
    this.#change(address, (person) => {
      // The personal message of somebody who left is no longer true; the next sign-in brings a new one.
      person.standing = status === 'FLN' ? OFFLINE : { ...person.standing, status };
      if (nick !== undefined && nick !== '') person.known = { ...person.known, nick };
    });
  }

  onPersonalMessage({ address, message }: Of<'personal-message-changed'>): void {
    this.#change(address, (person) => {
      person.standing = { status: person.standing.status, ...(message !== '' && { message: toName(message) }) };
    });
  }

  onListChange({ list, change, address, nick }: Of<'list-changed'>): void {
    const key = address.toLowerCase();
    const person = this.#people.get(key) ?? stranger(key, nick);
    const wasKnown = isOn('forward', person.known) || isOn(list, person.known);
    person.known = { ...person.known, lists: changed(person.known.lists, list, change) };
    this.#people.set(key, person);
    if (list === 'forward') this.#tellAll();
    else if (isOn('forward', person.known)) this.#tell(person);
    else if (list === 'reverse' && change === 'added' && !wasKnown) this.#announce(key, nick);
  }

  #change(address: string, change: (person: Person) => void): void {
    const person = this.#people.get(address.toLowerCase());
    // Presence of people who are not on the list, ourselves among them, is nobody's news.
    if (!isOn('forward', person?.known) || person === undefined) return;
    const before = JSON.stringify(toContact(this.#server, person.known, person.standing));
    change(person);
    // Servers repeat themselves: what was told already is not told again.
    if (JSON.stringify(toContact(this.#server, person.known, person.standing)) !== before) this.#tell(person);
  }

  #tell({ known, standing }: Person): void {
    this.#emit({ type: 'contact', contact: toContact(this.#server, known, standing) });
  }

  #tellAll(): void {
    const listed = [...this.#people.values()].filter(({ known }) => isOn('forward', known));
    const contacts = listed.map(({ known, standing }) => toContact(this.#server, known, standing));
    this.#emit({ type: 'roster', contacts });
  }

  #announce(address: string, nick: string | undefined): void {
    const name = toName(nick ?? '');
    const who = name === '' || name === address ? address : `${name} (${address})`;
    this.#emit({ type: 'notice', text: `${who} has added you to their contact list.` });
  }
}

function peopleOf(contacts: readonly RosterContact[]): Map<string, Person> {
  return new Map(contacts.map((known) => [known.address, { known, standing: OFFLINE }]));
}

function stranger(address: string, nick: string | undefined): Person {
  return { known: { address, nick: nick ?? '', lists: 0, groups: [], properties: {} }, standing: OFFLINE };
}

function changed(lists: number, list: ListName, change: 'added' | 'removed'): number {
  return change === 'added' ? lists | LISTS[list] : lists & ~LISTS[list];
}
