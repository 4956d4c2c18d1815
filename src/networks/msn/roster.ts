// What one login knows of its people: lists, names, presence. Turns news of the server into news for the core, and
// nothing else; knows no connection.

import type { Cancel, Clock } from '../../bridge/clock.ts';
import type { Contact, RemoteEvent } from '../../bridge/events.ts';
import type { ServerKey } from '../../bridge/ids.ts';
import type { RequestStanding } from '../../bridge/network.ts';
import { ContactBook } from '../../msnp/contact-book.ts';
import { isOn, NO_GROUP } from '../../msnp/contacts.ts';
import type { ContactChange, ContactList, Privacy, RosterContact, RosterGroup } from '../../msnp/contacts.ts';
import type { SessionEvent } from '../../msnp/notification-types.ts';
import { OFFLINE, toContact, toName } from './convert-contact.ts';
import type { Standing } from './convert-contact.ts';
import { isAddress } from './ids.ts';

type Of<Type extends SessionEvent['type']> = Extract<SessionEvent, { type: Type }>;

export interface RosterParts {
  readonly server: ServerKey;
  /** The list as it was when last seen. */
  readonly known: ContactList;
  readonly clock: Pick<Clock, 'after'>;
  readonly emit: (event: RemoteEvent) => void;
  /** A sentence for the user. */
  readonly say: (text: string) => void;
  /** Somebody waits to be let in; called again for the same person at each sign-in. */
  readonly onRequest: (address: string, name: string) => void;
}

/** Somebody on one list or several, as they are now. */
export interface Listed {
  readonly known: RosterContact;
  readonly standing: Standing;
}

const NONE: readonly string[] = [];
/** Whoever is on one of these is no news when they come onto another. */
const HEARD_OF = ['forward', 'reverse', 'pending'] as const;
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
  #book: ContactBook;
  #edition = 0;
  /** By id, as people may read them: one, or none. Undefined: to be looked up. */
  #groupNames: ReadonlyMap<string, readonly string[]> | undefined;
  /** Of those who are there. */
  readonly #standings = new Map<string, Standing>();
  #requests = 0;
  /** The list was told just now. */
  #told: Cancel | undefined;
  #changedSince = false;

  constructor({ server, known, clock, emit, say, onRequest }: RosterParts) {
    this.#server = server;
    this.#clock = clock;
    this.#emit = emit;
    this.#say = say;
    this.#onRequest = onRequest;
    this.#book = bookOf(known);
  }

  /** The session is over: nothing more is told of it. */
  rest(): void {
    this.#told?.();
    this.#told = undefined;
    this.#changedSince = false;
  }

  /** What to call somebody: a nick, or the address. */
  nameOf(address: string): string {
    return toName(this.find(address)?.nick ?? '') || address;
  }

  isBlocked(address: string): boolean {
    return isOn('block', this.find(address));
  }

  /** May they call us? Where only those who were allowed may, servers hide us from the others, and let them call. */
  isWelcome(address: string): boolean {
    const known = this.find(address);
    if (isOn('block', known)) return false;
    return isOn('allow', known) || this.privacy.unlisted !== 'block';
  }

  /** How somebody stands who has asked to be let in. */
  requestStanding(address: string): RequestStanding {
    return standingOfRequest(this.find(address));
  }

  get groups(): readonly RosterGroup[] {
    return this.#book.groups;
  }

  get privacy(): Privacy {
    return this.#book.privacy;
  }

  /** Our own telephone numbers and flags. */
  get properties(): Readonly<Record<string, string>> {
    return this.#book.properties;
  }

  /** All that is worth keeping for the next session. */
  get list(): ContactList {
    return this.#book.list;
  }

  /** Another number for another list. */
  get edition(): number {
    return this.#edition;
  }

  /** Everybody on any list. */
  get everybody(): readonly Listed[] {
    return Array.from(this.#book.contacts, (known) => ({ known, standing: this.#standingOf(known) }));
  }

  /** Those on the contact list. */
  get listed(): readonly Listed[] {
    return this.everybody.filter(({ known }) => isOn('forward', known));
  }

  find(address: string): RosterContact | undefined {
    return this.#book.contact(address.toLowerCase());
  }

  /** The names of the groups that somebody is in; undefined if there are none at all. */
  groupsOf({ groups }: RosterContact): readonly string[] | undefined {
    this.#groupNames ??= new Map(this.groups.map(({ id, name }) => [id, id === NO_GROUP ? [] : [toName(name)]]));
    if (this.#groupNames.size === 0) return undefined;
    if (groups.length > 1) return groups.flatMap((id) => this.#groupNames?.get(id) ?? NONE);
    return this.#groupNames.get(groups[0] ?? NO_GROUP) ?? NONE;
  }

  onRoster({ unchanged, ...list }: Of<'roster'>): void {
    this.#requests = 0;
    this.#standings.clear();
    this.#book = bookOf(list);
    this.#groupNames = undefined;
    if (!unchanged) this.#edition += 1;
    this.#tellAll();
    for (const known of this.#book.contacts) if (asksToBeLetIn(known)) this.#request(known);
  }

  onChange(change: Exclude<ContactChange, { type: 'list-changed' }>): void {
    const touched = this.#isInUse(change);
    this.#apply(change);
    if (touched) this.#tellAllSoon();
    if ('address' in change) this.#tell(change.address);
  }

  onStatus({ address, status, nick }: Of<'status-changed'>): void {
    const known = this.find(address);
    // Presence of people who are not on the list, ourselves among them, is nobody's news.
    if (known === undefined || !isOn('forward', known)) return;
    const renamed = nick !== undefined && nick !== '' && nick !== known.nick;
    if (renamed) this.#apply({ type: 'contact-renamed', address: known.address, nick });
    // The personal message of somebody who left is no longer true; the next sign-in brings a new one.
    const moved = this.#place(known, status === 'FLN' ? OFFLINE : { ...this.#standingOf(known), status });
    if (renamed || moved) this.#tell(known.address);
  }

  onPersonalMessage({ address, message, media }: Of<'personal-message-changed'>): void {
    const known = this.find(address);
    if (known === undefined || !isOn('forward', known)) return;
    const { status } = this.#standingOf(known);
    if (this.#place(known, { status, message: toName(message), media })) this.#tell(known.address);
  }

  onListChange(change: Of<'list-changed'>): void {
    const { list, nick } = change;
    const address = change.address.toLowerCase();
    if (!isAddress(address)) return;
    const before = this.find(address);
    this.#apply({ ...change, address });
    const known = this.find(address);
    if (!isOn('forward', known)) this.#standings.delete(address);
    if (standingOfRequest(before) !== standingOfRequest(known)) this.#emit({ type: 'requests-changed' });
    if (list === 'forward' && change.change === 'removed') this.#tellAllSoon();
    else this.#tell(address);
    if (change.change !== 'added' || (list !== 'reverse' && list !== 'pending') || known === undefined) return;
    if (asksToBeLetIn(known)) this.#request(known);
    // of whoever was pending the user has heard
    else if (!HEARD_OF.some((one) => isOn(one, before))) this.#announce(address, nick);
  }

  #apply(change: ContactChange): void {
    this.#book.apply(change);
    if ('group' in change) this.#groupNames = undefined;
    this.#edition += 1;
  }

  /** Whether it is about a group that somebody is in. */
  #isInUse(change: ContactChange): boolean {
    if (change.type !== 'group-renamed' && change.type !== 'group-removed') return false;
    for (const { groups } of this.#book.contacts) if (groups.includes(change.group)) return true;
    return false;
  }

  #request({ address, nick }: RosterContact): void {
    this.#requests += 1;
    if (this.#requests <= MAX_REQUESTS) this.#onRequest(address, toName(nick) || address);
  }

  #standingOf({ address }: RosterContact): Standing {
    return this.#standings.get(address) ?? OFFLINE;
  }

  /** Servers repeat themselves: false if it was so already. */
  #place(known: RosterContact, standing: Standing): boolean {
    const before = this.#standingOf(known);
    const isSame = (what: 'message' | 'media'): boolean => (before[what] ?? '') === (standing[what] ?? '');
    if (before.status === standing.status && isSame('message') && isSame('media')) return false;
    this.#standings.set(known.address, standing);
    return true;
  }

  #tell(address: string): void {
    const known = this.find(address);
    if (known !== undefined && isOn('forward', known)) this.#emit({ type: 'contact', contact: this.#toContact(known) });
  }

  #tellAll(): void {
    const contacts: Contact[] = [];
    for (const known of this.#book.contacts) if (isOn('forward', known)) contacts.push(this.#toContact(known));
    this.#emit({ type: 'roster', contacts });
  }

  #toContact(known: RosterContact): Contact {
    return toContact(this.#server, known, this.#standingOf(known), this.groupsOf(known));
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

function bookOf(list: ContactList): ContactBook {
  return new ContactBook({ ...list, contacts: list.contacts.filter(({ address }) => isAddress(address)) });
}

/** The reverse list forgets people who are only moved from one group to another: who is off it need not have gone. */
function standingOfRequest(known: RosterContact | undefined): RequestStanding {
  if (known === undefined) return 'gone';
  if (isOn('allow', known) || isOn('block', known)) return 'answered';
  return asksToBeLetIn(known) ? 'waiting' : 'gone';
}

/** On our list of those who have us, or waiting there, and neither let in nor shut out. */
function asksToBeLetIn(known: RosterContact): boolean {
  return (isOn('reverse', known) || isOn('pending', known)) && !isOn('allow', known) && !isOn('block', known);
}
