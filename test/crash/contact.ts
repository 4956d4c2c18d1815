// Somebody on MSN with whom one who uses the bridge talks: speaks in chats, comes and goes. Knows the person; not when.

import { setTimeout as delay } from 'node:timers/promises';
import { MsnPerson, type MsnPersonOptions } from '../support/msn-person.ts';

type Place = Omit<MsnPersonOptions, 'address' | 'dialect' | 'patienceMs'>;

/** Whoever is called by somebody who has just died does not wait long. */
const PATIENCE_MS = 3_000;

export class Contact {
  readonly address: string;
  readonly #place: Place;
  #person: MsnPerson;
  #isThere = true;

  static async signIn(address: string, place: Place): Promise<Contact> {
    return new Contact(address, place, await enter(address, place));
  }

  private constructor(address: string, place: Place, person: MsnPerson) {
    this.address = address;
    this.#place = place;
    this.#person = person;
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  /** To just these, in a chat that there is or in a new one. */
  async say(people: readonly string[], text: string): Promise<void> {
    const open = this.#person.chats.find(
      (chat) => chat.people.length === people.length && people.every((one) => chat.has(one)),
    );
    const chat = open ?? (await this.#person.startChat(people));
    await chat.say(text);
  }

  /** The other side of the line is dead: leaves every chat in which this one is not. */
  hangUp(other: string): void {
    for (const chat of this.#person.chats) if (!chat.has(other)) chat.destroy();
  }

  /** Signs off, and comes back after a while. */
  async goAway(ms: number): Promise<void> {
    this.#isThere = false;
    await this.#person.signOut().catch(() => this.#person.vanish());
    await delay(ms);
    this.#person = await enter(this.address, this.#place);
    this.#isThere = true;
  }

  vanish(): void {
    this.#person.vanish();
  }
}

async function enter(address: string, place: Place): Promise<MsnPerson> {
  return MsnPerson.signIn({ ...place, address, dialect: 'MSNP7', patienceMs: PATIENCE_MS });
}
