// Decides which events concern one application service and puts them into its queue. Knows namespaces, rooms and
// accounts; not how a transaction is sent.

import type { Accounts } from './accounts.ts';
import type { AppserviceLink } from './appservice-link.ts';
import type { AppserviceQueue } from './appservice-queue.ts';
import type { EphemeralNews } from './ephemeral.ts';
import type { RoomEvent } from './event.ts';
import type { Registration } from './registration.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';

export class AppserviceFeed {
  readonly registration: Registration;
  readonly queue: AppserviceQueue;
  readonly link: AppserviceLink;
  readonly #rooms: Rooms;
  readonly #accounts: Accounts;
  /** How many joined members of a room are ours; counted at first need, then kept. */
  readonly #ours = new WeakMap<Room, number>();
  /** Set while a question about an unknown user is open: what comes later waits behind it. */
  #gate: Promise<void> | undefined;

  constructor(parts: {
    registration: Registration;
    queue: AppserviceQueue;
    link: AppserviceLink;
    rooms: Rooms;
    accounts: Accounts;
  }) {
    this.registration = parts.registration;
    this.queue = parts.queue;
    this.link = parts.link;
    this.#rooms = parts.rooms;
    this.#accounts = parts.accounts;
  }

  /** Nothing waits, here or in the queue. */
  get isIdle(): boolean {
    return this.#gate === undefined && this.queue.isIdle;
  }

  /** Must hear of every event of every room, right after it happened. */
  handleEvent(event: RoomEvent, room: Room): void {
    this.#count(event, room);
    if (!this.#concerns(event, room)) return;
    const unknown = this.#unknownUser(event);
    if (unknown === undefined && !this.#gate) {
      this.queue.push(this.#text(event, room));
      return;
    }
    // as Synapse: the question is asked before the event is pushed, and the answer changes nothing
    const gate = this.#pushAfter(this.#gate, unknown, event, room);
    this.#gate = gate;
    void gate.finally(() => {
      if (this.#gate === gate) this.#gate = undefined;
    });
  }

  async #pushAfter(gate: Promise<void> | undefined, unknown: string | undefined, event: RoomEvent, room: Room) {
    await gate;
    if (unknown !== undefined && !this.#accounts.get(unknown)) await this.askForUser(unknown);
    this.queue.push(this.#text(event, room));
  }

  handleEphemeral(news: EphemeralNews): void {
    switch (news.type) {
      case 'typing':
        if (this.#concernsRoom(news.room)) this.queue.pushEphemeral(JSON.stringify(news.edu));
        return;
      case 'receipt':
        if (news.receipt.type === 'm.read.private' || !this.#concernsRoom(news.room)) return;
        this.queue.pushEphemeral(JSON.stringify(news.edu));
        return;
      case 'presence':
        if (this.#concernsPresence(news.presence.user)) this.queue.pushEphemeral(JSON.stringify(news.edu));
        return;
    }
  }

  /** Whether the application service answers for this user; it may have registered him meanwhile. */
  async askForUser(user: string): Promise<boolean> {
    const answer = await this.link.ask({ method: 'GET', path: `/_matrix/app/v1/users/${encodeURIComponent(user)}` });
    return answer.type === 'answered' && answer.status === 200;
  }

  async askForAlias(alias: string): Promise<boolean> {
    const answer = await this.link.ask({ method: 'GET', path: `/_matrix/app/v1/rooms/${encodeURIComponent(alias)}` });
    return answer.type === 'answered' && answer.status === 200;
  }

  #count(event: RoomEvent, room: Room): void {
    if (event.type !== 'm.room.member' || event.stateKey === undefined) return;
    const before = this.#ours.get(room);
    if (before === undefined || !this.registration.ownsUser(event.stateKey)) return;
    const was = event.replaces?.membership === 'join' ? 1 : 0;
    const is = event.membership === 'join' ? 1 : 0;
    this.#ours.set(room, before + is - was);
  }

  #concerns(event: RoomEvent, room: Room): boolean {
    if (this.registration.ownsUser(event.sender)) return true;
    const target = event.type === 'm.room.member' ? event.stateKey : undefined;
    if (target !== undefined && this.registration.ownsUser(target)) return true;
    return this.#concernsRoom(room);
  }

  #concernsRoom(room: Room): boolean {
    let ours = this.#ours.get(room);
    if (ours === undefined) {
      ours = 0;
      for (const user of room.joined) if (this.registration.ownsUser(user)) ours += 1;
      this.#ours.set(room, ours);
    }
    if (ours > 0 || this.registration.ownsRoom(room.id)) return true;
    for (const alias of this.#rooms.aliasesOf(room)) if (this.registration.ownsAlias(alias)) return true;
    return false;
  }

  #concernsPresence(user: string): boolean {
    if (this.registration.ownsUser(user)) return true;
    for (const room of this.#rooms.roomsOf(user).values()) {
      if (room.joined.has(user) && this.#concernsRoom(room)) return true;
    }
    return false;
  }

  #unknownUser(event: RoomEvent): string | undefined {
    const target = event.type === 'm.room.member' ? event.stateKey : undefined;
    if (target === undefined || target === this.registration.sender) return undefined;
    return this.registration.ownsUser(target) && !this.#accounts.get(target) ? target : undefined;
  }

  #text(event: RoomEvent, room: Room): string {
    const target = event.type === 'm.room.member' ? event.stateKey : undefined;
    if (event.membership !== 'invite' || target === undefined || !this.registration.ownsUser(target))
      return event.textForAppservices;
    return JSON.stringify(event.toAppservice({ invite_room_state: room.strippedState(event.sender) }));
  }
}
