// What all servers of the double share: accounts, who is signed in, tickets, rooms. Knows no command and no socket.
import { randomBytes } from 'node:crypto';

import { Account, type AccountSpec, type Contact } from './account.ts';
import type { Dialect } from './dialects.ts';
import type { Session } from './notification/session.ts';
import { Room } from './switchboard/room.ts';

/** How long a login ticket and a switchboard ticket are good for, as observed. */
const LOGIN_TICKET_MS = 30_000;
const SWITCHBOARD_TICKET_MS = 120_000;

export interface SwitchboardTicket {
  readonly address: string;
  readonly dialect: Dialect;
  readonly capabilities: string;
  /** The room rung for; a ticket without one opens a new room. */
  readonly room: Room | undefined;
  readonly until: number;
}

export class World {
  readonly rooms = new Map<string, Room>();
  /** In so many minutes the server goes down; 0 while it is down for everybody who would sign in. */
  shutDownIn: number | undefined;
  readonly #accounts = new Map<string, Account>();
  readonly #sessions = new Map<string, Session>();
  readonly #loginTickets = new Map<string, { address: string; until: number }>();
  readonly #switchboardTickets = new Map<string, SwitchboardTicket>();
  readonly #now: () => number;
  /** Who was added last while offline, by whom, and when. */
  readonly #lastAdded = new Map<Account, { readonly by: string; readonly at: number }>();

  constructor(accounts: readonly AccountSpec[], now: () => number) {
    this.#now = now;
    for (const spec of accounts) this.addAccount(spec);
    for (const account of this.#accounts.values()) this.#reflect(account);
  }

  addAccount(spec: AccountSpec): Account {
    const account = new Account(spec);
    this.#accounts.set(spec.address.toLowerCase(), account);
    return account;
  }

  account(address: string): Account | undefined {
    return this.#accounts.get(address.toLowerCase());
  }

  get accounts(): Iterable<Account> {
    return this.#accounts.values();
  }

  nameOf(contact: Contact): string {
    return contact.known ? (this.account(contact.address)?.name ?? contact.address) : contact.address;
  }

  session(address: string): Session | undefined {
    return this.#sessions.get(address.toLowerCase());
  }

  get sessions(): Iterable<Session> {
    return [...this.#sessions.values()];
  }

  enter(session: Session): void {
    this.#sessions.set(session.account.address.toLowerCase(), session);
  }

  leave(session: Session): void {
    const key = session.account.address.toLowerCase();
    if (this.#sessions.get(key) === session) this.#sessions.delete(key);
  }

  issueLoginTicket(address: string): string {
    const ticket = randomBytes(10).toString('hex');
    this.#loginTickets.set(ticket, { address, until: this.#now() + LOGIN_TICKET_MS });
    return ticket;
  }

  /** Whose ticket it is, in the spelling of the account. It may be shown again until it has run out. */
  redeemLoginTicket(text: string): string | undefined {
    const ticket = this.#loginTickets.get(/^(?:t=)?([^&]*)/u.exec(text)?.[1] ?? '');
    return ticket && ticket.until > this.#now() ? ticket.address : undefined;
  }

  issueSwitchboardTicket(ticket: Omit<SwitchboardTicket, 'until'>): string {
    const text = randomBytes(10).toString('hex');
    this.#switchboardTickets.set(text, { ...ticket, until: this.#now() + SWITCHBOARD_TICKET_MS });
    return text;
  }

  /** A ticket is used up by being shown, by whomever. */
  redeemSwitchboardTicket(text: string): SwitchboardTicket | undefined {
    const ticket = this.#switchboardTickets.get(text);
    this.#switchboardTickets.delete(text);
    return ticket && ticket.until > this.#now() ? ticket : undefined;
  }

  /** Every ticket out there has run out. */
  expireTickets(): void {
    this.#loginTickets.clear();
    this.#switchboardTickets.clear();
  }

  newRoom(): Room {
    // 31 hexadecimal digits, as observed: nobody may take it for a number.
    const room = new Room(randomBytes(16).toString('hex').slice(1));
    this.rooms.set(room.id, room);
    return room;
  }

  /** Who else has added this one within the last second: their entry gets lost on a server that writes once a second. */
  addedJustBefore(account: Account, by: string): string | undefined {
    const before = this.#lastAdded.get(account);
    this.#lastAdded.set(account, { by, at: this.#now() });
    return before && before.by !== by && this.#now() - before.at < 1_000 ? before.by : undefined;
  }

  /** Whoever has somebody on FL stands on that somebody's RL, and on PL while that somebody has decided nothing. */
  #reflect(account: Account): void {
    for (const { address, lists } of account.contacts) {
      const other = this.account(address);
      if (!other || !lists.has('FL')) continue;
      const mirror = other.contactOrNew(account.address);
      if (!mirror.lists.has('AL') && !mirror.lists.has('BL')) mirror.lists.add('PL');
      mirror.lists.add('RL');
    }
  }
}
