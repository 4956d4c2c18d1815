// One connection to the notification or dispatch server, from VER to its end.
// Knows the order of sign-in and whom a command is for; not what the commands of a signed-in user do.
import type { Connection, Visitor } from '../connection.ts';
import { chooseDialect, type Dialect } from '../dialects.ts';
import { encodeName } from '../wire.ts';
import type { Command } from '../wire.ts';
import { groupHandlers } from './groups.ts';
import { listHandlers } from './lists.ts';
import { presenceHandlers, signOff } from './presence.ts';
import { profileOf } from './profile.ts';
import { rosterHandlers } from './roster.ts';
import { serviceHandlers } from './services.ts';
import { Session, type SignedInHandler, type Surroundings } from './session.ts';
import { settingsHandlers } from './settings.ts';

const handlers: ReadonlyMap<string, SignedInHandler> = new Map([
  ...rosterHandlers,
  ...presenceHandlers,
  ...listHandlers,
  ...groupHandlers,
  ...settingsHandlers,
  ...serviceHandlers,
]);

const PING_SECONDS = 60;
const DOWNLOAD = 'https://messenger.example.com';

export interface SignInRules {
  readonly dialects: readonly string[];
  /** The words of USR TWN S, to be echoed at the login server. */
  readonly policy: string;
  /** Set on a dispatch server: where it sends everybody. */
  readonly redirectTo: (() => string) | undefined;
  readonly ownAddress: () => string;
}

export class NotificationVisitor implements Visitor {
  readonly #surroundings: Surroundings;
  readonly #connection: Connection;
  readonly #rules: SignInRules;
  #dialect: Dialect | undefined;
  #claimed: string | undefined;
  #session: Session | undefined;

  constructor(surroundings: Surroundings, connection: Connection, rules: SignInRules) {
    this.#surroundings = surroundings;
    this.#connection = connection;
    this.#rules = rules;
  }

  handle(command: Command): void {
    const { verb, args } = command;
    if (verb === 'OUT') return this.#connection.close();
    if (verb === 'PNG') return this.#handlePing(command);
    if (!/^\d{1,10}$/u.test(args[0] ?? '')) return this.#expel('a transaction number that is none', command);
    if (verb === 'VER') return this.#handleVersion(command);
    if (verb === 'INF') return this.#expel('INF: not in this dialect', command);
    if (!this.#dialect) return this.#expel('a command before VER', command);
    if (verb === 'CVR') return this.#handleClientVersion(command);
    if (verb === 'USR') return this.#handleUser(command, this.#dialect);
    if (!this.#session) return this.#connection.violate('a command before sign-in', command.line);
    const handler = handlers.get(verb);
    if (!handler) return this.#connection.violate('a command that does not exist', command.line);
    return handler(this.#session, command);
  }

  gone(): void {
    const session = this.#session;
    this.#session = undefined;
    if (!session) return;
    signOff(session);
    session.world.leave(session);
  }

  #expel(rule: string, command: Command): void {
    this.#connection.violate(rule, command.line);
    this.#connection.close();
  }

  #handlePing(command: Command): void {
    if (!this.#session) return this.#expel('PNG before sign-in', command);
    return this.#connection.send(this.#session.dialect.pingInterval ? `QNG ${PING_SECONDS}` : 'QNG');
  }

  #handleVersion({ args: [trid = '', ...offered], line }: Command): void {
    if (this.#dialect) {
      this.#connection.violate('VER twice', line);
      this.#connection.send(`715 ${trid}`);
      return this.#connection.close();
    }
    this.#dialect = chooseDialect(offered, this.#rules.dialects);
    this.#connection.send(`VER ${trid} ${this.#dialect?.name ?? '0'}`);
    return this.#dialect ? undefined : this.#connection.close();
  }

  #handleClientVersion(command: Command): void {
    const [trid = '', , , , , , version] = command.args;
    if (version === undefined) return this.#connection.violate('CVR: too few arguments', command.line);
    return this.#connection.send(`CVR ${trid} ${version} ${version} ${version} ${DOWNLOAD} ${DOWNLOAD}`);
  }

  #handleUser(command: Command, dialect: Dialect): void {
    const [trid = '', method, step, text = ''] = command.args;
    if (this.#session) {
      this.#connection.violate('USR twice', command.line);
      return this.#connection.send(`205 ${trid}`);
    }
    if (method !== 'TWN') return this.#expel('USR: a method of another dialect', command);
    if (step === 'I') return this.#handleClaim(trid, text);
    if (step !== 'S' || this.#claimed === undefined) return this.#expel('USR: out of order', command);
    return this.#handleTicket(trid, text, dialect);
  }

  #handleClaim(trid: string, address: string): void {
    this.#claimed = address;
    this.#connection.user = address;
    if (this.#rules.redirectTo) {
      this.#connection.send(`XFR ${trid} NS ${this.#rules.redirectTo()} 0 ${this.#rules.ownAddress()}`);
      return this.#connection.close();
    }
    return this.#connection.send(`USR ${trid} TWN S ${this.#rules.policy}`);
  }

  #handleTicket(trid: string, ticket: string, dialect: Dialect): void {
    const { world } = this.#surroundings;
    const address = world.redeemLoginTicket(ticket);
    const account = address === undefined ? undefined : world.account(address);
    // The spelling at USR I has to be the account's own.
    if (!account || account.address !== this.#claimed) {
      this.#connection.send(`911 ${trid}`);
      return this.#connection.close();
    }
    const older = world.session(account.address);
    older?.send('OUT', 'OTH');
    older?.connection.close();
    const session = new Session(this.#surroundings, this.#connection, dialect, account);
    this.#session = session;
    world.enter(session);
    const name = dialect.nameAtSignIn ? [encodeName(account.name)] : [];
    session.send('USR', trid, 'OK', account.address, ...name, 1, 0);
    if (dialect.personalMessage) session.send('SBS', 0, 'null');
    return session.sendPayload(profileOf(account, ticket, this.#connection.remotePort), 'MSG', 'Hotmail', 'Hotmail');
  }
}
