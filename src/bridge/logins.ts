// All logins of this process: taken over at the start, signed in, signed out. Knows who has which account; not what is
// done with their news, nor what their users are told.

import { backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { accountTaken, BridgeError } from './errors.ts';
import type { LoginState } from './events.ts';
import { loginId, type LoginId, type MatrixUserId, type RemoteUserId, type ServerKey } from './ids.ts';
import type { Log } from './log.ts';
import { Login, type LoginParts } from './login.ts';
import type { LoginSeed, Network } from './network.ts';
import { KeptNames } from './private-names.ts';
import { Secret } from './secret.ts';
import { ServerGate } from './server-gate.ts';
import type { ChoiceStore, PortalStore, SessionRecord, SessionStore } from './store.ts';
import { Turns } from './turns.ts';

/** Sign-ins to one server that may begin in a second, if its network does not say otherwise. */
const SIGN_INS_PER_SECOND = 20;

export interface LoginsParts extends Pick<LoginParts, 'journal' | 'onUnkept' | 'onMessage' | 'onMoment'> {
  readonly networks: readonly Network[];
  readonly sessions: SessionStore;
  readonly portals: Pick<PortalStore, 'ofLogin'>;
  readonly choices: Pick<ChoiceStore, 'switchedOn' | 'privateNames' | 'setPrivateName'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly mayUse: (user: MatrixUserId) => boolean;
  readonly onState: (login: Login, previous: LoginState) => void;
  /** The user calls somebody otherwise now. */
  readonly onRenamed: (login: Login, user: RemoteUserId) => Promise<void>;
  /** A user signs in, perhaps with an account that had a login already, perhaps another user's; nothing is under way yet. */
  readonly onSignIn: (login: Login, old: Login | undefined) => void;
  /** It is signed off, and what came before that may still be on its way. */
  readonly onSignedOff: (login: Login) => Promise<void>;
  /** Nothing is carried for it any more, and its records are still there. */
  readonly onSignOut: (login: Login) => Promise<void>;
  /** The login is gone for good. */
  readonly onGone: (login: Login) => void;
}

export class Logins {
  readonly #parts: LoginsParts;
  readonly #logins = new Map<LoginId, Login>();
  /** Of networks that are not configured. */
  readonly #elsewhere = new Set<LoginId>();
  /** Of those that are just being forgotten. */
  readonly #leaving = new Set<LoginId>();
  readonly #gates = new Map<string, ServerGate>();
  /** Sign-ins and sign-outs: two of one account at once would leave a connection that nobody knows. */
  readonly #turns = new Turns<LoginId>();
  #stopped = false;

  constructor(parts: LoginsParts) {
    this.#parts = parts;
  }

  get(id: LoginId): Login | undefined {
    return this.#leaving.has(id) ? undefined : this.#logins.get(id);
  }

  /** Whether it is an account that is kept for a network which is not configured. */
  isElsewhere(id: LoginId): boolean {
    return this.#elsewhere.has(id);
  }

  all(): Iterable<Login> {
    return this.#logins.values();
  }

  of(user: MatrixUserId): readonly Login[] {
    return [...this.#logins.values()].filter((login) => login.matrixUser === user);
  }

  /** Takes over what an earlier life left. */
  async claim(): Promise<void> {
    for (const record of await this.#parts.sessions.claimAll()) await this.#adopt(record);
  }

  /** Those whose users may sign in here. */
  permitted(): readonly Login[] {
    return [...this.#logins.values()].filter(({ matrixUser }) => this.#parts.mayUse(matrixUser));
  }

  start(): void {
    const { mayUse, log } = this.#parts;
    for (const login of this.#logins.values()) {
      if (mayUse(login.matrixUser)) login.start();
      else
        log.warn({ login: login.id, user: login.matrixUser }, 'login left alone: its user is not permitted any more');
    }
    log.info({ logins: this.#logins.size }, 'bridge started');
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#logins.values()].map(async (login) => login.stop()));
  }

  /** Keeps the login and begins to sign in. */
  async signIn(user: MatrixUserId, network: Network, seed: LoginSeed): Promise<Login> {
    if (!this.#parts.mayUse(user)) throw new BridgeError('not-permitted', 'You may not sign in here.');
    return this.#turns.take(loginId(network.id, seed.user), async () => this.#signIn(user, network, seed));
  }

  async #signIn(user: MatrixUserId, network: Network, seed: LoginSeed): Promise<Login> {
    const { sessions, onSignIn } = this.#parts;
    const present = this.#logins.get(loginId(network.id, seed.user));
    // that it has signed in may not be written down yet
    if (present?.connected && present.matrixUser !== user) throw accountTaken();
    const record = await sessions.put(network.id, user, seed);
    const old = this.#logins.get(record.id);
    // First the new one, which what is said meanwhile can wait for.
    const login = await this.#adopt(record);
    if (!login) throw new BridgeError('bug', 'This network is not there any more.');
    if (old?.matrixUser === user) login.former = old.state.kind === 'bad-credentials' ? old.former : old.seed;
    onSignIn(login, old);
    await old?.stop();
    await login.reconnect();
    return login;
  }

  /** The password just given is refused: the one that was good before counts again. */
  async #goBack(refused: Login, former: LoginSeed): Promise<void> {
    const { sessions, onSignIn } = this.#parts;
    await this.#turns.take(refused.id, async () => {
      if (this.#logins.get(refused.id) !== refused) return; // something else was done meanwhile
      const login = await this.#adopt(await sessions.put(refused.network.id, refused.matrixUser, former));
      if (!login) return;
      onSignIn(login, refused);
      await refused.stop();
      await login.reconnect();
    });
  }

  #noteState(login: Login, previous: LoginState): void {
    this.#parts.onState(login, previous);
    const { former } = login;
    if (login.connected) login.former = undefined;
    if (login.state.kind !== 'bad-credentials' || former === undefined) return;
    void this.#goBackAtLast(login, former);
  }

  /** The user was told so: it waits for a database that is away. */
  async #goBackAtLast(refused: Login, former: LoginSeed): Promise<void> {
    const { clock, log } = this.#parts;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#goBack(refused, former);
      } catch (error) {
        log.warn({ login: refused.id, err: error }, 'could not go back to the former password');
        if (!(error instanceof BridgeError) || !error.retriable || this.#stopped) return;
      }
      await new Promise<void>((resolve) => clock.after(backoff(clock, attempt), resolve));
    }
  }

  /** The same account with a new password. */
  async signInAgain({ id, network, matrixUser, server, user, address }: Login, password: string): Promise<Login> {
    if (this.#logins.get(id)?.matrixUser !== matrixUser)
      throw new BridgeError('bad-input', `You have signed out of ${address} meanwhile.`);
    return this.signIn(matrixUser, network, { server, user, address, password: new Secret(password) });
  }

  /** The login is there until it is forgotten for good: a sign-out that fails half-way can be said again. */
  async signOut({ id, matrixUser }: Login): Promise<void> {
    await this.#turns.take(id, async () => {
      const login = this.#logins.get(id);
      if (login?.matrixUser !== matrixUser) return; // somebody was quicker
      await login.logout(async () => this.#forget(login));
      this.#logins.delete(id);
      this.#leaving.delete(id);
      this.#parts.onGone(login);
    });
  }

  async #forget(login: Login): Promise<void> {
    const { onSignedOff, onSignOut } = this.#parts;
    await onSignedOff(login);
    this.#leaving.add(login.id);
    try {
      await onSignOut(login);
    } catch (error) {
      this.#leaving.delete(login.id);
      throw error;
    }
  }

  async #adopt(record: SessionRecord): Promise<Login | undefined> {
    const { networks, sessions, portals, choices, journal, clock, log, onUnkept, onMessage, onMoment } = this.#parts;
    const network = networks.find(({ id }) => id === record.network);
    if (!network) {
      log.error({ login: record.id, network: record.network }, 'login of a network that is not configured');
      this.#elsewhere.add(record.id);
      return undefined;
    }
    const gate = this.#gate(network, record.server);
    const roster = await sessions.roster(record.id);
    const groups = (await portals.ofLogin(record.id)).flatMap(({ chat, participants }) =>
      participants === undefined ? [] : [{ chat, participants }],
    );
    const names = new KeptNames({
      login: record.id,
      names: await choices.privateNames(record.id),
      choices,
      onChange: async (user) => this.#parts.onRenamed(login, user),
    });
    const login: Login = new Login(record, roster, {
      network,
      names,
      groups,
      choices: await choices.switchedOn(record.id),
      sessions,
      journal,
      clock,
      log,
      gate,
      onState: (changed, previous) => this.#noteState(changed, previous),
      onUnkept,
      onMessage,
      onMoment,
    });
    this.#logins.set(record.id, login);
    return login;
  }

  #gate(network: Network, server: ServerKey): ServerGate {
    const key = `${network.id}/${server}`;
    let gate = this.#gates.get(key);
    if (!gate) {
      const known = network.servers.find((one) => one.key === server);
      gate = new ServerGate({
        clock: this.#parts.clock,
        perSecond: known?.signInsPerSecond ?? SIGN_INS_PER_SECOND,
      });
      this.#gates.set(key, gate);
    }
    return gate;
  }
}
