// What one login knows of its people: lists, names, presence. Turns news of the server into news for the core, and
// nothing else; knows no connection.

import type { Cancel, Clock } from '../../bridge/clock.ts';
import type { Contact, RemoteEvent } from '../../bridge/events.ts';
import type { ServerKey } from '../../bridge/ids.ts';
import { changeGrouping, changeList, MAX_GROUPS, withProperty } from '../../msnp/contacts.ts';
import type { ContactChange, Privacy, RosterContact, RosterGroup } from '../../msnp/contacts.ts';
import type { SessionEvent } from '../../msnp/notification-types.ts';
import { fromContact, isOn, OFFLINE, toContact, toName } from './convert-contact.ts';
import type { Standing } from './convert-contact.ts';
import { isAddress } from './ids.ts';

type Of<Type extends SessionEvent['type']> = Extract<SessionEvent, { type: Type }>;

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
  /** A sentence for the user. */
  readonly say: (text: string) => void;
  /** Somebody waits to be let in; called again for the same person at each sign-in. */
  readonly onRequest: (address: string, name: string) => void;
}

/** One on the list, as it is now. */
export interface Listed {
  readonly known: RosterContact;
  readonly standing: Standing;
}

/** On all lists together; more than any server allows. */
const MAX_PEOPLE = 10_000;
/** In one session; the rest is asked about at the next. */
const MAX_REQUESTS = 100;
/** The whole list is not told more often: a server may remove one contact after the other. */
const TELL_ALL_EVERY_MS = 1_000;

export class Roster {
  readonly #server: ServerKey;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #emit: (event: RemoteEvent) => void;
  readonly #say: RosterParts['say'];
  readonly #onRequest: RosterParts['onRequest'];
  #groups: readonly RosterGroup[] = [];
  #privacy: Privacy = {};
  #properties: Readonly<Record<string, string>> = {};
  #requests = 0;
  #people: Map<string, Person>;
  /** The list was told just now. */
  #told: Cancel | undefined;
  #changedSince = false;

  constructor({ server, cached, clock, emit, say, onRequest }: RosterParts) {
    this.#server = server;
    this.#clock = clock;
    this.#emit = emit;
    this.#say = say;
    this.#onRequest = onRequest;
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

  get groups(): readonly RosterGroup[] {
    return this.#groups;
  }

  get privacy(): Privacy {
    return this.#privacy;
  }

  /** Our own telephone numbers and flags. */
  get properties(): Readonly<Record<string, string>> {
    return this.#properties;
  }

  get listed(): readonly Listed[] {
    return [...this.#people.values()].filter(({ known }) => isOn('forward', known));
  }

  find(address: string): RosterContact | undefined {
    return this.#people.get(address.toLowerCase())?.known;
  }

  onRoster({ unchanged, contacts, groups, privacy, properties }: Of<'roster'>): void {
    this.#requests = 0;
    if (unchanged) {
      for (const person of this.#people.values()) person.standing = OFFLINE;
    } else {
      this.#people = peopleOf(contacts);
      this.#groups = groups;
      this.#privacy = privacy ?? {};
      this.#properties = properties ?? {};
    }
    this.#tellAll();
    for (const { known } of this.#people.values()) if (asksToBeLetIn(known)) this.#request(known);
  }

  onChange(change: Exclude<ContactChange, { type: 'list-changed' }>): void {
    switch (change.type) {
      case 'contact-grouped':
        return this.#update(change.address, (known) => changeGrouping(known, change));
      case 'contact-renamed':
        return this.#update(change.address, (known) => ({ ...known, nick: change.nick }));
      case 'contact-property-changed':
        return this.#update(change.address, (known) => ({
          ...known,
          properties: withProperty(known.properties, change.name, change.value),
        }));
      case 'own-property-changed':
        this.#properties = withProperty(this.#properties, change.name, change.value);
        return;
      case 'group-added':
        this.#addGroup({ id: change.group, name: change.name });
        return;
      case 'group-renamed':
        this.#groups = this.#groups.map((one) => (one.id === change.group ? { ...one, name: change.name } : one));
        return;
      case 'group-removed':
        this.#groups = this.#groups.filter(({ id }) => id !== change.group);
        return;
      case 'privacy-changed':
        this.#privacy = { ...this.#privacy, ...change.privacy };
    }
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

  onListChange(change: Of<'list-changed'>): void {
    const { list, address, nick } = change;
    const key = address.toLowerCase();
    const found = this.#people.get(key);
    if (!isAddress(key) || (found === undefined && this.#people.size >= MAX_PEOPLE)) return;
    const wasKnown = isOn('forward', found?.known) || isOn(list, found?.known);
    const known = changeList(found?.known, { ...change, address: key });
    if (known === undefined) this.#people.delete(key);
    else this.#people.set(key, { known, standing: found?.standing ?? OFFLINE });
    if (list === 'forward' && change.change === 'removed') this.#tellAllSoon();
    else if (isOn('forward', known)) this.#update(key, (same) => same);
    if (change.change !== 'added' || (list !== 'reverse' && list !== 'pending') || known === undefined) return;
    if (asksToBeLetIn(known)) this.#request(known);
    else if (!wasKnown) this.#announce(key, nick);
  }

  #addGroup(group: RosterGroup): void {
    const others = this.#groups.filter(({ id }) => id !== group.id);
    if (others.length < MAX_GROUPS) this.#groups = [...others, group];
  }

  #update(address: string, update: (known: RosterContact) => RosterContact): void {
    const person = this.#people.get(address.toLowerCase());
    if (person === undefined) return;
    person.known = update(person.known);
    if (isOn('forward', person.known)) this.#tell(person);
  }

  #request({ address, nick }: RosterContact): void {
    this.#requests += 1;
    if (this.#requests <= MAX_REQUESTS) this.#onRequest(address, toName(nick) || address);
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
    this.#say(`${who} has added you to their contact list.`);
  }
}

function peopleOf(contacts: readonly RosterContact[]): Map<string, Person> {
  const people = contacts.filter(({ address }) => isAddress(address));
  return new Map(people.map((known) => [known.address, { known, standing: OFFLINE }]));
}

function sameStanding(one: Standing, other: Standing): boolean {
  return one.status === other.status && (one.message ?? '') === (other.message ?? '');
}

/** On our list of those who have us, or waiting there, and neither let in nor shut out. */
function asksToBeLetIn(known: RosterContact): boolean {
  return (isOn('reverse', known) || isOn('pending', known)) && !isOn('allow', known) && !isOn('block', known);
}
