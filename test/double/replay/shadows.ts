// Those whose connections a recording does not show, but of whom the shown ones hear. Knows how to sign in, call, answer and speak;
// not when.
import { fetchTicket } from '../../support/msn-person/passport.ts';
import type { MsnServerDouble } from '../../support/msn-server/msn-server-double.ts';
import { Wire } from '../wire.ts';

export interface Cast {
  /** Address by the name in the recording. */
  readonly addressOf: (user: string) => string;
  readonly password: string;
  /** What each one's CHG says after the status. */
  readonly presence: Readonly<Record<string, string>>;
}

export interface Ring {
  readonly session: string;
  readonly ticket: string;
}

export class Shadows {
  readonly #server: MsnServerDouble;
  readonly #cast: Cast;
  readonly #notification = new Map<string, Wire>();
  readonly #members = new Map<string, Wire>();
  readonly wires: Wire[] = [];
  #trid = 1_000;

  constructor(server: MsnServerDouble, cast: Cast) {
    this.#server = server;
    this.#cast = cast;
  }

  async ticketOf(user: string, policy: string): Promise<string> {
    return fetchTicket(this.#server, this.#cast.addressOf(user), this.#cast.password, policy);
  }

  /** A notification connection, signed in and online; the one there is, if there is one. */
  async online(user: string): Promise<Wire> {
    const known = this.#notification.get(user);
    if (known) return known;
    const wire = await this.#open(`${user} on the notification server`, this.#server.notificationPort);
    const address = this.#cast.addressOf(user);
    await wire.ask('VER 1 MSNP9 CVR0');
    await wire.ask(`CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS ${address}`);
    const { args } = await wire.ask(`USR 3 TWN I ${address}`);
    await wire.ask(`USR 4 TWN S ${await this.ticketOf(user, args[3] ?? '')}`);
    const { args: totals } = await wire.ask('SYN 5 0');
    await wire.ask(`CHG 6 NLN ${this.#cast.presence[user] ?? '0'}`);
    this.adopt(user, wire);
    // What signing in brought is nobody's concern.
    await wire.takeVerb('MSG');
    for (const verb of ['GTC', 'BLP']) await wire.takeVerb(verb);
    for (let group = 0; group < Number(totals[3]); group += 1) await wire.takeVerb('LSG');
    for (let contact = 0; contact < Number(totals[2]); contact += 1) await wire.takeVerb('LST');
    return wire;
  }

  /** A connection of the recording that has signed in by itself. */
  adopt(user: string, wire: Wire): void {
    this.#notification.set(user, wire);
  }

  async setStatus(user: string, rest: string): Promise<void> {
    const wire = await this.online(user);
    await wire.ask(`CHG ${this.#next()} ${rest}`);
  }

  async switchboardTicket(user: string): Promise<string> {
    const wire = await this.online(user);
    const { args } = await wire.ask(`XFR ${this.#next()} SB`);
    return args[4] ?? '';
  }

  /** Opens a room and calls; the room's number. */
  async call(room: string, caller: string, callee: string): Promise<string> {
    const wire = await this.createRoom(room, caller);
    const { args } = await wire.ask(`CAL ${this.#next()} ${this.#cast.addressOf(callee)}`);
    return args[2] ?? '';
  }

  async createRoom(room: string, owner: string): Promise<Wire> {
    const ticket = await this.switchboardTicket(owner);
    const wire = await this.#open(`${owner} in ${room}`, this.#server.switchboardPort);
    await wire.ask(`USR ${this.#next()} ${this.#cast.addressOf(owner)} ${ticket}`);
    this.#members.set(`${room}/${owner}`, wire);
    return wire;
  }

  /** The ring that waits for somebody. */
  async ringOf(user: string): Promise<Ring> {
    const { args } = await (await this.online(user)).takeVerb('RNG');
    return { session: args[0] ?? '', ticket: args[3] ?? '' };
  }

  /** Answers the ring that waits. */
  async answer(room: string, user: string): Promise<Wire> {
    const ring = await this.ringOf(user);
    const wire = await this.#open(`${user} in ${room}`, this.#server.switchboardPort);
    wire.write(`ANS 1 ${this.#cast.addressOf(user)} ${ring.ticket} ${ring.session}`);
    await wire.takeVerb('ANS');
    this.#members.set(`${room}/${user}`, wire);
    return wire;
  }

  member(room: string, user: string): Wire | undefined {
    return this.#members.get(`${room}/${user}`);
  }

  async speak(wire: Wire, payload: Buffer): Promise<void> {
    const letter = payload.includes('application/x-msnmsgrp2p') ? 'D' : 'A';
    await wire.ask(`MSG ${this.#next()} ${letter} ${payload.length}`, payload);
  }

  async #open(name: string, port: number): Promise<Wire> {
    const wire = await Wire.open(name, port);
    this.wires.push(wire);
    return wire;
  }

  #next(): number {
    this.#trid += 1;
    return this.#trid;
  }
}
