// What one login knows of its people: lists, names, presence. Turns news of the server into news for the core, and
// nothing else; knows no connection.

import type { Cancel, Clock } from '../../bridge/clock.ts';
import type { Contact, RemoteEvent } from '../../bridge/events.ts';
import type { ServerKey } from '../../bridge/ids.ts';
import { LISTS } from '../../msnp/contacts.ts';
import type { ListName, RosterContact } from '../../msnp/contacts.ts';
import type { NotificationEvent } from '../../msnp/notification-types.ts';
import { fromContact, isOn, OFFLINE, toContact, toName } from './convert-contact.ts';
import type { Standing } from './convert-contact.ts';
import { isAddress } from './ids.ts';

type Of<Type extends NotificationEvent['type']> = Extract<NotificationEvent, { type: Type }>;

interface Person {
  known: RosterContact;
  standing: Standing;
}

export interface RosterParts {
  readonly server: ServerKey;
  /** The contacts as the core kept them, for a server that says that nothing has changed. */
  readonly cached: readonly Contact[];
  readonly clock: Pick<Clock, 'after'>;
  readonly emit: (event: RemoteEvent) => void;
}

/** On all lists together; more than any server allows. */
const MAX_PEOPLE = 10_000;
/** The whole list is not told more often: a server may remove one contact after the other. */
const TELL_ALL_EVERY_MS = 1_000;

export class Roster {
  readonly #server: ServerKey;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #emit: (event: RemoteEvent) => void;
  #people: Map<string, Person>;
  /** The list was told just now. */
  #told: Cancel | undefined;
  #changedSince = false;

  constructor({ server, cached, clock, emit }: RosterParts) {
    this.#server = server;
    this.#clock = clock;
    this.#emit = emit;
    this.#people = peopleOf(cached.map(fromContact));
  }

  /** The session is over: nothing more is told of it. */
  rest(): void {
    this.#told?.();
    this.#told = undefined;
    this.#changedSince = false;
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
    const found = this.#people.get(key);
    if (!isAddress(key) || (found === undefined && this.#people.size >= MAX_PEOPLE)) return;
    const person = found ?? stranger(key, nick);
    const wasKnown = isOn('forward', person.known) || isOn(list, person.known);
    person.known = { ...person.known, lists: changed(person.known.lists, list, change) };
    if (person.known.lists === 0) this.#people.delete(key);
    else this.#people.set(key, person);
    if (list === 'forward' && change === 'removed') this.#tellAllSoon();
    else if (isOn('forward', person.known)) this.#tell(person);
    else if (list === 'reverse' && change === 'added' && !wasKnown) this.#announce(key, nick);
  }

  #change(address: string, change: (person: Person) => void): void {
    const person = this.#people.get(address.toLowerCase());
    // Presence of people who are not on the list, ourselves among them, is nobody's news.
    if (!isOn('forward', person?.known) || person === undefined) return;
    const { known, standing } = person;
    change(person);
    // Servers repeat themselves: what was told already is not told again.
    if (person.known.nick === known.nick && sameStanding(person.standing, standing)) return;
    this.#tell(person);
  }

  #tell({ known, standing }: Person): void {
    this.#emit({ type: 'contact', contact: toContact(this.#server, known, standing) });
  }

  #tellAll(): void {
    const listed = [...this.#people.values()].filter(({ known }) => isOn('forward', known));
    const contacts = listed.map(({ known, standing }) => toContact(this.#server, known, standing));
    this.#emit({ type: 'roster', contacts });
  }

  #tellAllSoon(): void {
    if (this.#told) {
      this.#changedSince = true;
      return;
    }
    this.#tellAll();
    this.#told = this.#clock.after(TELL_ALL_EVERY_MS, () => {
      const again = this.#changedSince;
      this.rest();
      if (again) this.#tellAllSoon();
    });
  }

  #announce(address: string, nick: string | undefined): void {
    const name = toName(nick ?? '');
    const who = name === '' || name === address ? address : `${name} (${address})`;
    this.#emit({ type: 'notice', text: `${who} has added you to their contact list.` });
  }
}

function peopleOf(contacts: readonly RosterContact[]): Map<string, Person> {
  const people = contacts.filter(({ address }) => isAddress(address));
  return new Map(people.map((known) => [known.address, { known, standing: OFFLINE }]));
}

function sameStanding(one: Standing, other: Standing): boolean {
  return one.status === other.status && (one.message ?? '') === (other.message ?? '');
}

function stranger(address: string, nick: string | undefined): Person {
  return { known: { address, nick: nick ?? '', lists: 0, groups: [], properties: {} }, standing: OFFLINE };
}

function changed(lists: number, list: ListName, change: 'added' | 'removed'): number {
  return change === 'added' ? lists | LISTS[list] : lists & ~LISTS[list];
}
