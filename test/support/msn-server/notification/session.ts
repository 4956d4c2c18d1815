// One signed-in user on the notification server: what it has said of itself. Knows how to answer it; not which command did what.
import type { Account } from '../account.ts';
import type { Connection } from '../connection.ts';
import type { Dialect } from '../dialects.ts';
import type { Command } from '../wire.ts';
import type { World } from '../world.ts';

export interface Presence {
  readonly status: string;
  readonly capabilities: string;
  /** The display picture's object, as sent; undefined if none was. */
  readonly picture: string | undefined;
}

/** What the handlers may ask of the server around them. */
export interface Surroundings {
  readonly world: World;
  /** As this user is told it. */
  readonly switchboardAddress: (address: string) => string;
  /** Where the web is signed in to from here. */
  readonly mailSignInUrl: () => string;
  /** Refuses what the documents say is refused, not only what is so as observed. */
  readonly documented: boolean;
  readonly maxContacts: number;
  /** Challenges after the first CHG. */
  readonly challenges: boolean;
  /** What CAL answers when the callee blocks the caller: 217 as observed, 216 as once documented. */
  readonly blockedCall: 216 | 217;
  /** Reverse lists forget people, in the two ways observed (and surely not meant). */
  readonly lossyReverseList: boolean;
}

export type SignedInHandler = (session: Session, command: Command) => void;

export const NO_PERSONAL_MESSAGE = Buffer.from('<Data><PSM></PSM><CurrentMedia></CurrentMedia></Data>');

export class Session {
  readonly surroundings: Surroundings;
  readonly connection: Connection;
  readonly dialect: Dialect;
  readonly account: Account;
  /** What the web takes for a proof of being signed in. */
  readonly webTicket: string;
  /** The second of signing in. */
  readonly since = Math.floor(Date.now() / 1_000);
  presence: Presence | undefined;
  personalMessage: Buffer = NO_PERSONAL_MESSAGE;
  synchronised = false;
  /** The challenge that waits for its answer. */
  challenge: string | undefined;
  /** IMS OFF: takes no calls. */
  deaf = false;

  constructor(
    surroundings: Surroundings,
    connection: Connection,
    dialect: Dialect,
    account: Account,
    loginTicket: string,
  ) {
    this.surroundings = surroundings;
    this.connection = connection;
    this.dialect = dialect;
    this.account = account;
    this.webTicket = `${loginTicket}${Buffer.from('for the web').toString('base64')}&p=`;
  }

  get world(): World {
    return this.surroundings.world;
  }

  /** Online for others: has said CHG, and not to hide. */
  get isVisible(): boolean {
    return this.presence !== undefined && this.presence.status !== 'HDN';
  }

  send(...words: readonly (string | number)[]): void {
    this.connection.send(words.join(' '));
  }

  sendPayload(payload: Buffer, ...words: readonly (string | number)[]): void {
    this.connection.send([...words, payload.length].join(' '), payload);
  }

  refuse(code: number, command: Command): void {
    this.send(code, command.args[0] ?? 0);
  }

  /** The rule is written down and the command goes unanswered. */
  ignore(rule: string, command: Command): void {
    this.connection.violate(rule, command.line);
  }

  /** The rule is written down and the connection ends. */
  expel(rule: string, command: Command): void {
    this.connection.violate(rule, command.line);
    this.connection.close();
  }
}
