// One connection to the notification or dispatch server, from VER to its end.
// Knows the order of commands and whom a command is for; not how one signs in, nor what the commands of a signed-in user do.
import type { Connection, Visitor } from '../connection.ts';
import { chooseDialect } from '../dialects.ts';
import type { Command } from '../wire.ts';
import { challengeHandlers } from './challenges.ts';
import { groupHandlers } from './groups.ts';
import { listHandlers } from './lists.ts';
import { mailHandlers } from './mail.ts';
import { presenceHandlers, signOff } from './presence.ts';
import { rosterHandlers } from './roster.ts';
import { serviceHandlers } from './services.ts';
import type { Session, SignedInHandler, Surroundings } from './session.ts';
import { settingsHandlers } from './settings.ts';
import { SignIn, type SignInRules } from './sign-in.ts';

const handlers: ReadonlyMap<string, SignedInHandler> = new Map([
  ...rosterHandlers,
  ...presenceHandlers,
  ...listHandlers,
  ...groupHandlers,
  ...settingsHandlers,
  ...serviceHandlers,
  ...challengeHandlers,
  ...mailHandlers,
]);

const PING_SECONDS = 60;
const DOWNLOAD = 'https://messenger.example.com';

export class NotificationVisitor implements Visitor {
  readonly #surroundings: Surroundings;
  readonly #connection: Connection;
  readonly #rules: SignInRules;
  /** From VER on. */
  #signIn: SignIn | undefined;

  constructor(surroundings: Surroundings, connection: Connection, rules: SignInRules) {
    this.#surroundings = surroundings;
    this.#connection = connection;
    this.#rules = rules;
  }

  get #session(): Session | undefined {
    return this.#signIn?.session;
  }

  handle(command: Command): void {
    const { verb, args } = command;
    if (verb === 'OUT') return this.#connection.close();
    if (verb === 'PNG') return this.#handlePing(command);
    if (!/^\d{1,10}$/u.test(args[0] ?? '')) return this.#expel('a transaction number that is none', command);
    if (verb === 'VER') return this.#handleVersion(command);
    if (!this.#signIn) return this.#expel('a command before VER', command);
    if (verb === 'INF') return this.#signIn.handleMethods(command);
    if (verb === 'CVR') return this.#handleClientVersion(command);
    if (verb === 'USR') return this.#handleUser(command, this.#signIn);
    if (!this.#session) return this.#connection.violate('a command before sign-in', command.line);
    const handler = handlers.get(verb);
    if (!handler) return this.#connection.violate('a command that does not exist', command.line);
    return handler(this.#session, command);
  }

  gone(): void {
    const session = this.#session;
    this.#signIn = undefined;
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
    if (this.#signIn) {
      this.#connection.violate('VER twice', line);
      this.#connection.send(`715 ${trid}`);
      return this.#connection.close();
    }
    const dialect = chooseDialect(offered, this.#rules.dialects);
    this.#connection.send(`VER ${trid} ${dialect?.name ?? '0'}`);
    if (!dialect) return this.#connection.close();
    this.#signIn = new SignIn(this.#surroundings, this.#connection, this.#rules, dialect);
    return undefined;
  }

  #handleClientVersion(command: Command): void {
    const [trid = '', , , , , , version] = command.args;
    if (version === undefined) return this.#connection.violate('CVR: too few arguments', command.line);
    return this.#connection.send(`CVR ${trid} ${version} ${version} ${version} ${DOWNLOAD} ${DOWNLOAD}`);
  }

  #handleUser(command: Command, signIn: SignIn): void {
    if (!signIn.session) return signIn.handleUser(command);
    this.#connection.violate('USR twice', command.line);
    // As observed: the tickets' servers call it a wrong user.
    return signIn.session.refuse(signIn.session.dialect.signIn === 'MD5' ? 207 : 205, command);
  }
}
