// Signing in, from INF to USR OK: a digest of the password or a ticket of the login server, and the way on from a dispatch server.
// Knows who may come in, and how each dialect asks; not what a signed-in user may do.
import { createHash } from 'node:crypto';

import type { Account } from '../account.ts';
import type { Connection } from '../connection.ts';
import type { Dialect } from '../dialects.ts';
import { encodeName } from '../wire.ts';
import type { Command } from '../wire.ts';
import { profileOf } from './profile.ts';
import { Session, type Surroundings } from './session.ts';

export interface SignInRules {
  readonly dialects: readonly string[];
  /** The words of USR TWN S, to be echoed at the login server. */
  readonly policy: string;
  /** Set on a dispatch server: where it sends everybody. */
  readonly redirectTo: (() => string) | undefined;
  readonly ownAddress: () => string;
}

export class SignIn {
  readonly #surroundings: Surroundings;
  readonly #connection: Connection;
  readonly #rules: SignInRules;
  readonly #dialect: Dialect;
  #claimed: string | undefined;
  /** What the password is to be hashed with. */
  #salt: string | undefined;
  #session: Session | undefined;

  constructor(surroundings: Surroundings, connection: Connection, rules: SignInRules, dialect: Dialect) {
    this.#surroundings = surroundings;
    this.#connection = connection;
    this.#rules = rules;
    this.#dialect = dialect;
  }

  /** Whoever has come in. */
  get session(): Session | undefined {
    return this.#session;
  }

  handleMethods(command: Command): void {
    if (this.#dialect.signIn !== 'MD5') return this.#expel('INF: not in this dialect', command);
    return this.#connection.send(`INF ${command.args[0]} MD5`);
  }

  handleUser(command: Command): void {
    const [trid = '', method, step, text = ''] = command.args;
    if (method === 'CTP' && this.#dialect.signIn === 'MD5') return this.#refuse(911, command, 'USR CTP');
    if (method !== this.#dialect.signIn) return this.#expel('USR: a method of another dialect', command);
    if (step === 'I') return this.#claim(trid, text, command);
    if (step !== 'S' || this.#claimed === undefined) return this.#expel('USR: out of order', command);
    return this.#dialect.signIn === 'MD5' ? this.#checkDigest(command, text) : this.#checkTicket(command, text);
  }

  #expel(rule: string, command: Command): void {
    this.#connection.violate(rule, command.line);
    this.#connection.close();
  }

  /** Not a client's fault, unless there is a rule it broke. */
  #refuse(code: number, command: Command, rule?: string): void {
    if (rule !== undefined) this.#connection.violate(rule, command.line);
    this.#connection.send(`${code} ${command.args[0]}`);
    this.#connection.close();
  }

  #claim(trid: string, address: string, command: Command): void {
    if (this.#dialect.signIn === 'MD5' && !address.includes('@')) return this.#refuse(911, command);
    this.#claimed = address;
    this.#connection.user = address;
    if (this.#rules.redirectTo) {
      const tail = { none: '', zero: ' 0', origin: ` 0 ${this.#rules.ownAddress()}` }[this.#dialect.redirectTail];
      this.#connection.send(`XFR ${trid} NS ${this.#rules.redirectTo()}${tail}`);
      return this.#connection.close();
    }
    if (this.#dialect.signIn === 'TWN') {
      return this.#connection.send(`USR ${trid} TWN S ${this.#rules.policy}`);
    }
    // Whom nobody knows gets something to hash all the same.
    this.#salt = this.#ownAccount()?.salt ?? `${Math.floor(Date.now() / 1_000)}.231033`;
    return this.#connection.send(`USR ${trid} MD5 S ${this.#salt}`);
  }

  /** The spelling at USR I has to be the account's own. */
  #ownAccount(): Account | undefined {
    const account = this.#surroundings.world.account(this.#claimed ?? '');
    return account?.address === this.#claimed ? account : undefined;
  }

  #checkDigest(command: Command, digest: string): void {
    const account = this.#ownAccount();
    const wanted = createHash('md5').update(`${this.#salt}${account?.password}`).digest('hex');
    if (!account || digest !== wanted) return this.#refuse(911, command);
    return this.#enter(command, account, this.#surroundings.world.issueLoginTicket(account.address));
  }

  #checkTicket(command: Command, ticket: string): void {
    const account = this.#ownAccount();
    if (!account || this.#surroundings.world.redeemLoginTicket(ticket) !== account.address) {
      return this.#refuse(911, command);
    }
    return this.#enter(command, account, ticket);
  }

  #enter(command: Command, account: Account, ticket: string): void {
    const { world } = this.#surroundings;
    if (world.shutDownIn === 0) return this.#refuse(500, command);
    const older = world.session(account.address);
    older?.send('OUT', 'OTH');
    older?.connection.close();
    const dialect = this.#dialect;
    const session = new Session(this.#surroundings, this.#connection, dialect, account, ticket);
    this.#session = session;
    world.enter(session);
    const name = dialect.nameAtSignIn ? [encodeName(account.name)] : [];
    session.send('USR', command.args[0] ?? '', 'OK', account.address, ...name, ...dialect.flagsAtSignIn);
    if (dialect.personalMessage) session.send('SBS', 0, 'null');
    return session.sendPayload(profileOf(session), 'MSG', 'Hotmail', 'Hotmail');
  }
}
