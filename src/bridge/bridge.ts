// The front door: where events from Matrix and from the networks find the part that answers them.
// Knows every part of the core; not how Matrix, a network or the database works.

import { Announcer } from './announcer.ts';
import { Budget } from './budget.ts';
import { BuddyList } from './buddy-list.ts';
import { Carrier } from './carrier.ts';
import { CleanUp, type LogoutRooms } from './clean-up.ts';
import type { Clock } from './clock.ts';
import type { Operations } from './commands/command.ts';
import { commandRegistry } from './commands/registry.ts';
import { Conversations } from './conversations.ts';
import { Deletions } from './deletions.ts';
import { type LoginState, type MatrixEphemeral, type MatrixEvent, plainText } from './events.ts';
import { Following } from './following.ts';
import { Ghosts } from './ghosts.ts';
import { Invitations } from './invitations.ts';
import { matrixLane, remoteLane } from './lanes.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import { Logins } from './logins.ts';
import { Management } from './management.ts';
import type { Matrix, MatrixSink } from './matrix.ts';
import { Moments } from './moments.ts';
import type { Network } from './network.ts';
import { Outages } from './outages.ts';
import { Overview } from './overview.ts';
import type { Pages } from './pages.ts';
import { Permissions, type PermissionMap } from './permissions.ts';
import { PortalBudget } from './portal-budget.ts';
import { Portals } from './portals.ts';
import type { PresenceMode } from './presence-modes.ts';
import { Provisioning } from './provisioning.ts';
import { Runner } from './runner.ts';
import { Requests } from './requests.ts';
import { Rescan } from './rescan.ts';
import { say } from './say.ts';
import { Receipts } from './receipts.ts';
import type { NewRow, Store } from './store.ts';
import { Strangers } from './strangers.ts';
import { Upgrades } from './upgrades.ts';

export interface BridgeOptions {
  readonly networks: readonly Network[];
  readonly store: Store;
  /** Called once, before anything else. */
  readonly openMatrix: (sink: MatrixSink) => Promise<Matrix>;
  readonly permissions: PermissionMap;
  /** How contacts' presence is shown, and with how many requests a second, names and boards included. */
  readonly presence: { readonly mode: PresenceMode; readonly requestsPerSecond: number };
  /** What becomes of the rooms of a login that is signed out. */
  readonly logoutRooms: LogoutRooms;
  /** So long a message to a network waits for its login, or for us; then it fails visibly. */
  readonly messagePatienceMs: number;
  /** Whether each login has a space with its rooms. */
  readonly spaces: boolean;
  /** Undefined: users' browsers do not reach the bridge. */
  readonly pages: Pages | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

export class Bridge {
  readonly #store: Store;
  readonly #log: Log;
  readonly #permissions: Permissions;
  readonly #strangers: Strangers;
  readonly #runner: Runner;
  readonly #ghosts: Ghosts;
  readonly #portals: Portals;
  readonly #budget: PortalBudget;
  readonly #conversations: Conversations;
  readonly #deletions = new Deletions();
  readonly #following: Following;
  readonly #requests: Requests;
  readonly #moments: Moments;
  readonly #management: Management;
  readonly #outages: Outages;
  readonly #announcer: Announcer;
  readonly #logins: Logins;
  readonly #list: BuddyList;
  readonly #provisioning: Provisioning;

  static async open(options: BridgeOptions): Promise<Bridge> {
    // The sink is not called before the Matrix side listens, and by then the bridge is there.
    const bridge: Bridge = new Bridge(
      options,
      await options.openMatrix({
        transaction: async (events) => bridge.#accept(events),
        ephemeral: (event) => bridge.#onEphemeral(event),
        provision: async (user, request) => bridge.#provisioning.handle(user, request),
      }),
    );
    return bridge;
  }

  private constructor(options: BridgeOptions, matrix: Matrix) {
    const { store, clock, log, networks } = options;
    this.#store = store;
    this.#log = log;
    this.#permissions = new Permissions(options.permissions);
    this.#strangers = new Strangers({ mayUse: (user) => this.#permissions.mayUse(user), clock, log });
    const receipts = new Receipts({ matrix, retries: store.retries, log });
    this.#runner = new Runner({
      journal: store.journal,
      clock,
      log,
      carry: async (row) => carrier.carry(row),
      giveUp: async (row, error) => carrier.giveUp(row, error),
      tell: async (telling) => receipts.tell(telling),
      tellElsewhere: async (telling) => carrier.tellElsewhere(telling),
    });
    const cleanUp = new CleanUp({ matrix, store, runner: this.#runner, policy: options.logoutRooms, log });
    this.#logins = new Logins({
      networks,
      sessions: store.sessions,
      portals: store.portals,
      choices: store.choices,
      journal: store.journal,
      clock,
      log,
      mayUse: (user) => this.#permissions.mayUse(user),
      onRenamed: async (login, user) => {
        await this.#portals.nameAnew(login, user);
        this.#list.noteRoster(login);
      },
      onState: (login, previous) => this.#onState(login, previous),
      onUnkept: (login, count) => {
        const what = count === 1 ? 'One message' : `${count} messages`;
        const sentence = `${what} for ${login.address} could not be kept, and cannot be shown.`;
        const about = `${login.id} unkept ${clock.now().getTime()}`;
        this.#background(this.#management.notify(login.matrixUser, say(sentence), about, true), 'loss not told');
      },
      onMessage: (lane) => this.#runner.wake(lane),
      onMoment: (login, event) => this.#moments.handle(login, event),
      onSignIn: (login, old) => this.#onSignIn(login, old),
      onSignedOff: async (login) => cleanUp.settle(login),
      onSignOut: async (login) => {
        await this.#list.forget(login);
        await cleanUp.carryOut(login);
      },
      onGone: (login) => {
        this.#portals.forget(login);
        this.#budget.forget(login);
        this.#announcer.forget(login);
        void this.#list.forget(login);
        this.#following.forget(login);
      },
    });
    const budget = new Budget(clock, options.presence.requestsPerSecond);
    this.#ghosts = new Ghosts({ matrix, rooms: store.rooms, budget });
    this.#list = new BuddyList({
      matrix,
      store,
      ghosts: this.#ghosts,
      loginOf: (id) => this.#logins.get(id),
      logins: () => this.#logins.all(),
      on: options.spaces,
      presenceMode: options.presence.mode,
      budget,
      // loud: whoever asks to be told wants to hear it
      notify: async (user, content, about) => this.#management.notify(user, content, about, true),
      clock,
      log,
    });
    this.#following = new Following({
      matrix,
      loginOf: (id) => this.#logins.get(id),
      loginsOf: (user) => this.#logins.of(user),
      clock,
      log,
    });
    this.#budget = new PortalBudget({
      clock,
      notify: async ({ matrixUser }, content, about) => this.#management.notify(matrixUser, content, about, false),
      log,
    });
    this.#portals = new Portals(
      {
        matrix,
        portals: store.portals,
        journal: store.journal,
        receipts,
        deletions: this.#deletions,
        ghosts: this.#ghosts,
        mayUse: (user) => this.#permissions.mayUse(user),
        clock,
        patienceMs: options.messagePatienceMs,
        retries: store.retries,
        onKept: ({ login }) => this.#list.spaces.noteRooms(login.id),
        notify: async (user, content, about) => void (await this.#management.notify(user, content, about, false)),
        log,
      },
      (key) => this.#logins.get(key.login),
      (key) => this.#runner.wake(remoteLane(key)),
    );
    this.#conversations = new Conversations({ matrix, portals: this.#portals, records: store.portals, log });
    this.#requests = new Requests({
      matrix,
      requests: store.requests,
      loginOf: (id) => this.#logins.get(id),
      notify: async (...said) => this.#management.notify(...said),
    });
    this.#moments = new Moments({
      runner: this.#runner,
      matrix,
      portals: this.#portals,
      list: this.#list,
      requests: this.#requests,
    });
    this.#management = new Management({
      matrix,
      rooms: store.rooms,
      journal: store.journal,
      networks,
      commands: commandRegistry({
        ...options,
        choices: store.choices,
        requests: this.#requests,
        list: this.#list,
        following: this.#following,
        rescan: new Rescan({
          matrix,
          portals: store.portals,
          journal: store.journal,
          accept: async (events) => this.#accept(events),
          clock,
          log,
        }),
        overview: new Overview({ logins: () => this.#logins.all(), journal: store.journal, now: () => clock.now() }),
        conversations: this.#conversations,
      }),
      operations: this.#operations(),
      onReaction: async (event, reply) => {
        const answered = await this.#requests.onReaction(event.sender, event.to, event.key);
        if (answered !== undefined) await reply(say(answered));
      },
      answered: async (room) => this.#runner.settled((lane) => lane === matrixLane(room)),
      isAdmin: (user) => this.#permissions.isAdmin(user),
      loginsOf: (user) => this.#logins.of(user),
      log,
    });
    this.#provisioning = new Provisioning({
      networks,
      operations: this.#operations(),
      matrix,
      rooms: store.rooms,
      portals: store.portals,
      mayUse: (user) => this.#permissions.mayUse(user),
      loginsOf: (user) => this.#logins.of(user),
      clock,
    });
    const upgrades = new Upgrades({
      matrix,
      portals: this.#portals,
      rooms: store.rooms,
      ghosts: this.#ghosts,
      notify: async (user, content, about) => this.#management.notify(user, content, about, false),
      isTalkedIn: async (room) => {
        const open = await store.journal.next(matrixLane(room));
        return open?.type === 'ended' || (open?.type === 'waiting' && open.row.event.type !== 'tombstone');
      },
      now: () => clock.now(),
      log,
    });
    const invitations = new Invitations({
      matrix,
      mayUse: (user) => this.#permissions.mayUse(user),
      onBot: async (event) => {
        const belongs = await upgrades.onInvited(event.room);
        if (belongs === 'no') await this.#management.accept(event.room, event.sender, event.id);
        return belongs !== 'soon';
      },
      belongs: async (ghost, room) => upgrades.belongs(ghost, room),
      loginsOf: (user) => this.#logins.of(user),
      portals: this.#portals,
      conversations: this.#conversations,
      ghosts: this.#ghosts,
      log,
    });
    const carrier = new Carrier({
      logins: this.#logins,
      portals: this.#portals,
      budget: this.#budget,
      conversations: this.#conversations,
      requests: this.#requests,
      presence: this.#list.presence,
      management: this.#management,
      invitations,
      upgrades,
      mayUse: (user) => this.#permissions.mayUse(user),
      matrix,
      rooms: store.rooms,
      now: () => clock.now(),
    });
    this.#outages = new Outages({
      outages: store.outages,
      loginOf: (id) => this.#logins.get(id),
      serverName: ({ network, server }) =>
        networks.find(({ id }) => id === network)?.servers.find(({ key }) => key === server)?.name ?? server,
      notify: async (user, content, about) => this.#management.notify(user, content, about, false),
      amend: async (...said) => this.#management.amend(...said),
      clock,
      log,
    });
    this.#announcer = new Announcer(this.#outages, (login, { text, loud }) => {
      const about = `${login.id} ${login.state.at.getTime()} ${text}`;
      this.#background(this.#management.notifyInTurn(login.matrixUser, say(text), about, loud), 'login not told');
    });
  }

  /** Takes over the logins that an earlier life left. From now on transactions may come in. */
  async prepare(): Promise<void> {
    await this.#logins.claim();
    await this.#management.prepare();
    for (const deletion of await this.#store.journal.deletions()) this.#deletions.note(deletion);
  }

  /** Every unfinished row runs again in order, every wanted login comes back. */
  async resume(): Promise<void> {
    for (const lane of await this.#store.journal.lanes()) this.#runner.wake(lane);
    await this.#outages.resume(this.#logins.permitted());
    this.#logins.start();
  }

  /** Takes no more rows, finishes those in hand, signs everybody off; what arrives meanwhile is still written. */
  async stop(): Promise<void> {
    await this.#runner.stop();
    await this.#logins.stop();
    this.#outages.stop();
    this.#list.stop();
    this.#following.stop();
  }

  async #accept(events: readonly MatrixEvent[]): Promise<void> {
    const kept = events.filter((event) => !this.#strangers.ignores(event));
    const rows = kept.map((event): NewRow => ({
      source: 'matrix',
      event,
      lane: matrixLane(event.room),
      ...(this.#mayBeSecret(event) && { secret: true }),
    }));
    for (const lane of await this.#store.journal.accept(rows)) this.#runner.wake(lane);
    for (const event of events) {
      // Not in its turn: a message before it in the lane may take its time, and what comes meanwhile must know.
      if (event.type === 'member') this.#portals.peekByRoom(event.room)?.noteMember(event.target, event.membership);
      if (event.type === 'redaction' && this.#permissions.mayUse(event.sender))
        this.#deletions.note({ of: event.of, by: event.sender });
    }
  }

  #mayBeSecret(event: MatrixEvent): boolean {
    return event.type === 'message' && this.#management.mayBeSecret(event.room, plainText(event.content));
  }

  #onEphemeral(event: MatrixEphemeral): void {
    if (event.type === 'typing') this.#portals.peekByRoom(event.room)?.noteTyping(this.#permissions.among(event.users));
    else if (this.#permissions.mayUse(event.user)) this.#following.note(event);
  }

  #operations(): Operations {
    return {
      signIn: async (user, network, values) => this.#logins.signIn(user, network, network.prepareLogin(values)),
      signInAgain: async (login, password) => this.#logins.signInAgain(login, password),
      reconnect: async (login) => {
        if (!login.connected) this.#announcer.await(login);
        await login.reconnect();
      },
      signOut: async (login) => this.#logins.signOut(login),
      openChat: async (login, typed) => {
        const who = login.client.resolve(typed);
        return this.#conversations.open(login, { ...who, name: login.contact(who.user)?.name ?? who.name });
      },
    };
  }

  #onState(login: Login, previous: LoginState): void {
    if (login.connected || !login.hopeful) this.#runner.wakeWaiting();
    if (login.state.kind === 'connecting') {
      this.#background(this.#following.begin(login), 'presence of a user could not be looked up');
    }
    this.#announcer.noteState(login, previous);
    this.#list.noteState(login, previous);
    this.#provisioning.noteState(login);
  }

  #onSignIn(login: Login, old: Login | undefined): void {
    if (old?.matrixUser === login.matrixUser) this.#portals.handOver(old, login);
    else if (old) {
      this.#portals.forget(old);
      this.#announcer.forget(old);
    }
    this.#announcer.await(login);
  }

  #background(work: Promise<unknown>, failure: string): void {
    work.catch((error: unknown) => this.#log.warn({ err: error }, failure));
  }
}
