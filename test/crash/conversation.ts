// A chat of one who uses the bridge with one contact or several: what can be said and done in it, and what was. Knows both
// sides; not when anybody speaks.

import type { Random } from '../msnp/support/random.ts';
import type { Person } from '../support/homeserver/person.ts';
import type { Room } from '../support/homeserver/room.ts';
import type { Contact } from './contact.ts';
import { words } from './history.ts';
import { offersIn } from './matrix-log.ts';
import type { Move, Talker } from './traffic.ts';

/** One of those who use the bridge. */
export interface User {
  readonly person: Person;
  /** On MSN. */
  readonly address: string;
}

/** What a conversation needs of the world. */
export interface Surroundings {
  readonly ghostOf: (address: string) => string;
  readonly rooms: () => readonly Room[];
  readonly isSignedIn: (address: string) => boolean;
  readonly random: Random;
}

export interface ConversationOptions {
  readonly id: string;
  readonly user: User;
  readonly contacts: readonly Contact[];
  /** Whether the contacts come and go. */
  readonly restless?: boolean;
}

/** Words: some pieces. */
const LONG = 130;
const SHORTEST_ABSENCE_MS = 300;
const LONGEST_ABSENCE_MS = 1_500;

export class Conversation implements Talker {
  readonly id: string;
  readonly user: User;
  readonly contacts: readonly Contact[];
  readonly ghosts: readonly string[];
  readonly #restless: boolean;
  readonly #surroundings: Surroundings;
  /** Once the user is in it. */
  #room: Room | undefined;
  #said = 0;
  #spoken = 0;
  #departures = 0;
  /** A contact is about to say something, or to come back. */
  #isBusy = false;
  /** As far as the room was looked through for offers. */
  #seen = 0;

  constructor({ id, user, contacts, restless = false }: ConversationOptions, surroundings: Surroundings) {
    this.id = id;
    this.user = user;
    this.contacts = contacts;
    this.ghosts = contacts.map(({ address }) => surroundings.ghostOf(address));
    this.#restless = restless;
    this.#surroundings = surroundings;
  }

  /** How often the contacts went off. */
  get departures(): number {
    return this.#departures;
  }

  get moves(): readonly Move[] {
    const room = this.#room;
    const moves: Move[] = [];
    if (!room) moves.push({ weight: 10, make: async () => this.#enter() });
    if (room) {
      moves.push(
        { weight: 10, make: async () => this.#say(room, 1) },
        { weight: 1, make: async () => this.#say(room, LONG) },
        { weight: 2, make: async () => this.#tap(room) },
      );
    }
    moves.push({ weight: 10, make: async () => this.#busily(async () => this.#speak()) });
    if (this.#restless) moves.push({ weight: 1, make: async () => this.#busily(async () => this.#go()) });
    return moves;
  }

  /** A room with just these people. */
  owns(room: Room): boolean {
    const ghosts = [...room.members().keys()].filter((member) => member.startsWith('@msn_'));
    return ghosts.length === this.ghosts.length && this.ghosts.every((ghost) => room.members().has(ghost));
  }

  /** The user goes into the room, as soon as there is one. */
  async #enter(): Promise<void> {
    const { person } = this.user;
    const room = this.#surroundings.rooms().find((one) => one.membership(person.id) === 'invite' && this.owns(one));
    if (!room) return;
    await person.join(room.id);
    this.#room = room;
  }

  async #say(room: Room, length: number): Promise<void> {
    this.#said += 1;
    await this.user.person.say(room.id, words('m2n', this.id, this.#said, length));
  }

  /** Has one of the messages sent again that were not carried, or perhaps not. */
  async #tap(room: Room): Promise<void> {
    const news = room.timeline.slice(this.#seen);
    this.#seen = room.timeline.length;
    const offers = offersIn(news).filter(() => this.#surroundings.random(2) === 0);
    for (const { notice, key } of offers) await this.user.person.react(room.id, notice, key);
  }

  async #speak(): Promise<void> {
    if (!this.#surroundings.isSignedIn(this.user.address)) return;
    const speaker = this.contacts[this.#surroundings.random(this.contacts.length)]!;
    const others = this.contacts.filter((contact) => contact !== speaker);
    this.#spoken += 1;
    const text = words('n2m', this.id, this.#spoken);
    await speaker.say([this.user.address, ...others.map(({ address }) => address)], text);
  }

  async #go(): Promise<void> {
    this.#departures += 1;
    const ms = SHORTEST_ABSENCE_MS + this.#surroundings.random(LONGEST_ABSENCE_MS - SHORTEST_ABSENCE_MS);
    await Promise.all(this.contacts.map(async (contact) => contact.goAway(ms)));
  }

  /** One thing at a time. */
  async #busily(work: () => Promise<void>): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      await work();
    } finally {
      this.#isBusy = false;
    }
  }
}
