// One person's account as the server stores it: name, lists, groups, settings. Knows the rules of the lists; not how they are written.
import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';

export const LIST_BITS = { FL: 1, AL: 2, BL: 4, RL: 8, PL: 16 } as const;
export type ListName = keyof typeof LIST_BITS;

export interface ContactSpec {
  readonly address: string;
  /** FL and AL, if not said. RL comes by itself from the other side's FL. */
  readonly lists?: readonly ListName[];
  /** Names of groups in `AccountSpec.groups`. */
  readonly groups?: readonly string[];
}

export interface AccountSpec {
  readonly address: string;
  /** `secret` if not said. */
  readonly password?: string;
  /** The part before the @ if not said. */
  readonly name?: string;
  readonly groups?: readonly string[];
  /** An address alone is a contact on FL and AL. */
  readonly contacts?: readonly (ContactSpec | string)[];
  /** Has a mailbox, and so many unread; none, if not said. */
  readonly mail?: { readonly inboxUnread?: number; readonly foldersUnread?: number };
  /** Telephones and the like: PHH, PHW, PHM, MOB, MBE. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Who is on neither AL nor BL may, or may not, see and call. */
  readonly privacy?: 'AL' | 'BL';
}

export interface Group {
  readonly id: number;
  readonly guid: string;
  name: string;
}

export interface Contact {
  readonly address: string;
  readonly guid: string;
  readonly lists: Set<ListName>;
  readonly groups: Set<number>;
  /** False while it only came to be by the other side adding us: then it goes by its address. */
  known: boolean;
}

export class Account {
  readonly address: string;
  readonly password: string;
  readonly guid: string;
  /** What is hashed with the password; the same at every sign-in. */
  readonly salt = randomBytes(8).toString('hex').slice(1);
  readonly memberId = { high: randomInt(2 ** 32), low: randomInt(2 ** 32) };
  readonly groups = new Map<number, Group>();
  readonly properties: Map<string, string>;
  readonly mail: { inboxUnread: number; foldersUnread: number } | undefined;
  name: string;
  /** Unset until the user sets it, so that the first setting is never "already so". */
  privacy: 'AL' | 'BL' | undefined;
  prompt: 'A' | 'N' | undefined;
  /** Grows with every change of the lists. */
  version = 1;
  readonly #contacts = new Map<string, Contact>();

  constructor(spec: AccountSpec) {
    this.address = spec.address;
    this.guid = guidOf(spec.address);
    this.password = spec.password ?? 'secret';
    this.name = spec.name ?? spec.address.split('@')[0] ?? spec.address;
    this.privacy = spec.privacy;
    this.properties = new Map(Object.entries(spec.properties ?? {}));
    this.mail = spec.mail && { inboxUnread: 0, foldersUnread: 0, ...spec.mail };
    for (const name of spec.groups ?? []) this.addGroup(name);
    for (const entry of spec.contacts ?? []) {
      const { address, lists = ['FL', 'AL'], groups = [] } = typeof entry === 'string' ? { address: entry } : entry;
      const contact = this.contactOrNew(address);
      for (const list of lists) contact.lists.add(list);
      contact.known = lists.some((list) => list !== 'RL' && list !== 'PL');
      for (const group of this.groups.values()) if (groups.includes(group.name)) contact.groups.add(group.id);
    }
  }

  get contacts(): Iterable<Contact> {
    return [...this.#contacts.values()].filter(({ lists }) => lists.size > 0);
  }

  contact(address: string): Contact | undefined {
    const contact = this.#contacts.get(address.toLowerCase());
    return contact && contact.lists.size > 0 ? contact : undefined;
  }

  contactByGuid(guid: string): Contact | undefined {
    return [...this.#contacts.values()].find((contact) => contact.guid === guid && contact.lists.has('FL'));
  }

  /** Whoever has that GUID, on whatever list or on none any more. */
  hasMet(guid: string): boolean {
    return [...this.#contacts.values()].some((contact) => contact.guid === guid);
  }

  contactOrNew(address: string): Contact {
    const known = this.#contacts.get(address.toLowerCase());
    if (known) return known;
    const guid = guidOf(address);
    const contact: Contact = { address, guid, lists: new Set(), groups: new Set(), known: false };
    this.#contacts.set(address.toLowerCase(), contact);
    return contact;
  }

  has(list: ListName, address: string): boolean {
    return this.contact(address)?.lists.has(list) ?? false;
  }

  /** What AL, BL and BLP say of this person together. On both lists, the block wins. */
  allows(address: string): boolean {
    if (this.has('BL', address)) return false;
    return this.has('AL', address) || this.privacy !== 'BL';
  }

  bump(): number {
    this.version += 1;
    return this.version;
  }

  addGroup(name: string): Group {
    const id = 1 + Math.max(0, ...this.groups.keys());
    const group: Group = { id, guid: randomUUID(), name };
    this.groups.set(id, group);
    return group;
  }

  /** By number or by GUID, as the dialect has it. */
  group(key: string): Group | undefined {
    return [...this.groups.values()].find(({ id, guid }) => String(id) === key || guid === key.toLowerCase());
  }

  removeGroup(group: Group): void {
    this.groups.delete(group.id);
    for (const contact of this.#contacts.values()) contact.groups.delete(group.id);
  }
}

/** A person has one GUID, in whosever list it stands. */
function guidOf(address: string): string {
  const hex = createHash('md5').update(address.toLowerCase()).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/u, '$1-$2-$3-$4-');
}
