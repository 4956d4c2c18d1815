// Accounts: who exists, passwords, access tokens, profiles and what a user stored for himself. Knows no room.

import { forbidden, MatrixError } from './errors.ts';
import { checkNewLocalpart } from './ids.ts';
import type { Json, JsonObject } from './json.ts';
import type { Stream } from './stream.ts';

export interface AccountData {
  readonly type: string;
  readonly content: JsonObject;
  readonly position: number;
}

export interface Account {
  readonly id: string;
  readonly localpart: string;
  /** Absent for users of application services: they cannot log in. */
  readonly password: string | undefined;
  readonly profile: Map<string, Json>;
  /** By room id, with '' for what belongs to no room. */
  readonly accountData: Map<string, Map<string, AccountData>>;
  readonly filters: JsonObject[];
}

export interface Session {
  readonly token: string;
  readonly user: string;
  readonly device: string;
}

export class Accounts {
  readonly serverName: string;
  readonly #stream: Stream;
  readonly #byId = new Map<string, Account>();
  readonly #sessions = new Map<string, Session>();
  #sessionCount = 0;
  /** OpenID tokens, with whom they stand for. */
  readonly #openIds = new Map<string, string>();

  constructor(serverName: string, stream: Stream) {
    this.serverName = serverName;
    this.#stream = stream;
  }

  create(localpart: string, password: string | undefined): Account {
    checkNewLocalpart(localpart, this.serverName);
    const id = `@${localpart}:${this.serverName}`;
    if (this.#byId.has(id)) throw new MatrixError(400, 'M_USER_IN_USE', 'User ID already taken.');
    const account: Account = {
      id,
      localpart,
      password,
      // as Synapse does: a new account is called by its localpart
      profile: new Map<string, Json>([['displayname', localpart]]),
      accountData: new Map(),
      filters: [],
    };
    this.#byId.set(id, account);
    return account;
  }

  get(user: string): Account | undefined {
    return this.#byId.get(user);
  }

  all(): Iterable<Account> {
    return this.#byId.values();
  }

  logIn(user: string, password: string, device: string | undefined): Session {
    const id = user.startsWith('@') ? user : `@${user}:${this.serverName}`;
    const account = this.#byId.get(id);
    if (account?.password === undefined || account.password !== password) {
      throw forbidden('Invalid username or password');
    }
    return this.openSession(account.id, device);
  }

  openSession(user: string, device: string | undefined): Session {
    this.#sessionCount += 1;
    const session = {
      token: `syt_${this.#sessionCount}_${user}`,
      user,
      device: device ?? `DEVICE${this.#sessionCount}`,
    };
    this.#sessions.set(session.token, session);
    return session;
  }

  session(token: string): Session | undefined {
    return this.#sessions.get(token);
  }

  logOut(token: string): void {
    this.#sessions.delete(token);
  }

  issueOpenId(user: string): string {
    const token = `openid_${this.#openIds.size + 1}`;
    this.#openIds.set(token, user);
    return token;
  }

  openIdUser(token: string): string | undefined {
    return this.#openIds.get(token);
  }

  setAccountData(account: Account, room: string, type: string, content: JsonObject): void {
    let data = account.accountData.get(room);
    if (!data) {
      data = new Map<string, AccountData>();
      account.accountData.set(room, data);
    }
    data.set(type, { type, content, position: this.#stream.next() });
  }
}
