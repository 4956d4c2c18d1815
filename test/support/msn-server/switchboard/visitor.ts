// One connection to the switchboard server: USR or ANS, then CAL and MSG. Knows tickets and who may call whom; not who hears what in a room.
import type { Connection, Visitor } from '../connection.ts';
import { encodeName } from '../wire.ts';
import type { Command } from '../wire.ts';
import type { Surroundings } from '../notification/session.ts';
import { sees } from '../notification/presence.ts';
import { judgeMessage } from './message.ts';
import { introduction, type Member, type Room } from './room.ts';

/** `always`: ACK means the server took it, as observed; `truthful`: that somebody got it, as documented. */
export type Acknowledgements = 'always' | 'truthful';

export interface SwitchboardRules {
  readonly acknowledgements: Acknowledgements;
}

export class SwitchboardVisitor implements Visitor {
  readonly #surroundings: Surroundings;
  readonly #connection: Connection;
  readonly #rules: SwitchboardRules;
  #seat: { readonly room: Room; readonly member: Member } | undefined;

  constructor(surroundings: Surroundings, connection: Connection, rules: SwitchboardRules) {
    this.#surroundings = surroundings;
    this.#connection = connection;
    this.#rules = rules;
  }

  handle(command: Command): void {
    const { verb, args } = command;
    if (verb === 'OUT') return this.#connection.close();
    if (verb === 'PNG') return this.#connection.violate('PNG on a switchboard', command.line);
    if (!/^\d{1,10}$/u.test(args[0] ?? '')) return this.#expel('a transaction number that is none', command);
    if (!this.#seat) {
      if (verb === 'USR') return this.#handleUser(command);
      if (verb === 'ANS') return this.#handleAnswer(command);
      return this.#expel('a command before USR or ANS', command);
    }
    if (verb === 'CAL') return this.#handleCall(command, this.#seat);
    if (verb === 'MSG') return this.#handleMessage(command, this.#seat);
    return this.#connection.violate('a command that does not exist here', command.line);
  }

  gone(): void {
    const seat = this.#seat;
    this.#seat = undefined;
    seat?.room.leave(seat.member);
  }

  #expel(rule: string, command: Command): void {
    this.#connection.violate(rule, command.line);
    this.#connection.close();
  }

  #refuseTicket(command: Command): void {
    this.#connection.violate(`${command.verb}: a ticket that is not good`, command.line);
    this.#connection.send(`911 ${command.args[0]}`);
    this.#connection.close();
  }

  #handleUser(command: Command): void {
    const [trid = '', address = '', text = ''] = command.args;
    this.#connection.user = address;
    const ticket = this.#surroundings.world.redeemSwitchboardTicket(text);
    if (!ticket || ticket.room || ticket.address !== address) return this.#refuseTicket(command);
    const room = this.#surroundings.world.newRoom();
    const member = this.#memberOf(ticket);
    this.#seat = { room, member };
    room.join(member);
    return this.#connection.send(`USR ${trid} OK ${address} ${encodeName(member.name())}`);
  }

  #handleAnswer(command: Command): void {
    const [trid = '', address = '', text = '', roomId] = command.args;
    this.#connection.user = address;
    const ticket = this.#surroundings.world.redeemSwitchboardTicket(text);
    if (!ticket?.room || ticket.address !== address) return this.#refuseTicket(command);
    if (ticket.room.id !== roomId) return this.#expel('ANS: a session that is not the ticket’s', command);
    const member = this.#memberOf(ticket);
    const people = ticket.room.peopleBesides(member);
    for (const [index, other] of people.entries()) {
      const words = introduction(other, member.dialect);
      this.#connection.send(`IRO ${trid} ${index + 1} ${people.length} ${words.join(' ')}`);
    }
    this.#connection.send(`ANS ${trid} OK`);
    this.#seat = { room: ticket.room, member };
    return ticket.room.join(member);
  }

  #memberOf(ticket: Pick<Member, 'address' | 'dialect' | 'capabilities'>): Member {
    const { address, dialect, capabilities } = ticket;
    const name = () => this.#surroundings.world.account(address)?.name ?? address;
    return { connection: this.#connection, address, name, dialect, capabilities };
  }

  #handleCall(command: Command, { room, member }: { room: Room; member: Member }): void {
    const [trid = '', address] = command.args;
    if (command.args.length !== 2 || address === undefined) return this.#expel('CAL: not one address', command);
    const refused = this.#refusalOfCall(address, room, member);
    if (refused) return this.#connection.send(`${refused} ${trid}`);
    const callee = this.#surroundings.world.session(address);
    if (!callee?.presence) return this.#connection.send(`217 ${trid}`);
    const ticket = this.#surroundings.world.issueSwitchboardTicket({
      address: callee.account.address,
      dialect: callee.dialect,
      capabilities: callee.presence.capabilities,
      room,
    });
    const host = this.#surroundings.switchboardAddress(callee.account.address);
    callee.send('RNG', room.id, host, 'CKI', ticket, member.address, encodeName(member.name()));
    return this.#connection.send(`CAL ${trid} RINGING ${room.id}`);
  }

  #refusalOfCall(address: string, room: Room, { address: caller }: Member): number | undefined {
    const { world, blockedCall } = this.#surroundings;
    if (!address.includes('@')) return 208;
    if (room.has(address)) return 215;
    const callee = world.session(address);
    if (!callee?.isVisible || callee.deaf) return 217;
    if (callee.account.has('BL', caller)) return blockedCall;
    if (this.#surroundings.documented && !callee.account.allows(caller)) return blockedCall;
    // A stranger may call even where only those on AL may look, as observed; who lists the callee sees it offline.
    const watcher = world.session(caller);
    const listed = world.account(caller)?.has('FL', address) ?? false;
    return listed && watcher && !sees(watcher, callee) ? 217 : undefined;
  }

  #handleMessage(command: Command, { room, member }: { room: Room; member: Member }): void {
    const [trid = '', acknowledgement = ''] = command.args;
    const verdict = judgeMessage(acknowledgement, command.payload);
    if (verdict.type === 'close') return this.#expel(verdict.rule, command);
    if (verdict.type === 'drop') return this.#connection.violate(verdict.rule, command.line);
    const reached = room.pass(member, command.payload);
    const isTaken = this.#rules.acknowledgements === 'always' || reached > 0;
    const wantsAck = acknowledgement === 'A' || acknowledgement === 'D';
    if (wantsAck && isTaken) return this.#connection.send(`ACK ${trid}`);
    if (!isTaken && acknowledgement !== 'U') return this.#connection.send(`NAK ${trid}`);
    return undefined;
  }
}
