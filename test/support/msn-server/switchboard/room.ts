// One conversation: who is in it, and passing things on. Knows its members; not commands, tickets or accounts.
import type { Connection } from '../connection.ts';
import type { Dialect } from '../dialects.ts';
import { encodeName } from '../wire.ts';

export interface Member {
  readonly connection: Connection;
  readonly address: string;
  readonly name: () => string;
  readonly dialect: Dialect;
  readonly capabilities: string;
}

export class Room {
  readonly id: string;
  readonly #members = new Set<Member>();

  constructor(id: string) {
    this.id = id;
  }

  has(address: string): boolean {
    return [...this.#members].some((member) => isSame(member.address, address));
  }

  /** The connections of everybody else: somebody in twice is his own neighbour. */
  othersThan(sender: Member): Member[] {
    return [...this.#members].filter((member) => member !== sender);
  }

  /** Everybody else counted once, whichever connection came first. */
  peopleBesides(newcomer: Member): Member[] {
    const people = new Map<string, Member>();
    for (const member of this.#members) {
      const key = member.address.toLowerCase();
      if (!isSame(member.address, newcomer.address) && !people.has(key)) people.set(key, member);
    }
    return [...people.values()];
  }

  /** The others hear JOI, unless they have that person already. */
  join(newcomer: Member): void {
    const isNew = !this.has(newcomer.address);
    this.#members.add(newcomer);
    if (!isNew) return;
    for (const member of this.othersThan(newcomer)) {
      member.connection.send(['JOI', ...introduction(newcomer, member.dialect)].join(' '));
    }
  }

  /** The others hear BYE when the last connection of that person has gone. */
  leave(member: Member): void {
    if (!this.#members.delete(member) || this.has(member.address)) return;
    for (const other of this.#members) other.connection.send(`BYE ${member.address}`);
  }

  /** Nobody has said anything for too long: everybody is put out, and told that this is why. */
  idleOut(): void {
    const members = [...this.#members];
    this.#members.clear();
    for (const { connection, address } of members) {
      for (const other of members) if (other.address !== address) connection.send(`BYE ${other.address} 1`);
      connection.close();
    }
  }

  /** The bytes as they came, to every other connection; how many that were. */
  pass(sender: Member, payload: Buffer): number {
    const others = this.othersThan(sender);
    const line = `MSG ${sender.address} ${encodeName(sender.name())} ${payload.length}`;
    for (const member of others) member.connection.send(line, payload);
    return others.length;
  }
}

/** Address, name and, where the reader's dialect has them, capabilities. */
export function introduction(member: Member, reader: Dialect): string[] {
  const words = [member.address, encodeName(member.name())];
  if (reader.capabilitiesInChat) words.push(member.capabilities);
  return words;
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
