// A small MSN for tests: dispatch, notification, switchboard and login servers over one world of accounts.
// Knows how the parts are put together and what a test may ask of them; not what any command does. Imports nothing of the bridge.
import type { Account, AccountSpec } from './account.ts';
import { Connection, type Transport, type Visitor } from './connection.ts';
import { DIALECTS } from './dialects.ts';
import { Faults } from './faults.ts';
import { GatewayServer, type GatewayRules } from './gateway/gateway-server.ts';
import { Journal, type LogEntry, type Side, type Violation, type WaitOptions } from './journal.ts';
import { Listener, LOOPBACK } from './listener.ts';
import { deliverMail, moveMail, type Mail, type MovedMail } from './notification/mail.ts';
import { alertDocument, pageDocument, sendShutDownWarning } from './notification/notice.ts';
import { challenge } from './notification/challenges.ts';
import type { Session, Surroundings } from './notification/session.ts';
import { NotificationVisitor } from './notification/visitor.ts';
import { throwAwayCertificate, type Certificate } from './passport/certificate.ts';
import { PassportServer } from './passport/passport-server.ts';
import { SwitchboardVisitor, type Acknowledgements } from './switchboard/visitor.ts';
import { carryOverTcp } from './tcp.ts';
import { World } from './world.ts';

/** Real clients refuse to go on without every one of these fields. */
const POLICY =
  'lc=1033,id=507,tw=40,fs=1,ru=http%3A%2F%2Fmessenger%2Emsn%2Ecom,ct=1062764229,kpp=1,kv=5,ver=2.1.0173.1,tpf=43f8a4c8ed940c04e3740be46c4d1619';

export interface MsnServerOptions {
  readonly accounts: readonly AccountSpec[];
  /** What VER may choose from; all there are, if not said. */
  readonly dialects?: readonly string[];
  /** A dispatch server stands before the notification server. */
  readonly dispatch?: boolean;
  readonly acknowledgements?: Acknowledgements;
  /** Whether the login server speaks TLS (as all real ones do, and the default) or not. */
  readonly login?: 'https' | 'http';
  readonly ticketForm?: 'bare' | 't-and-p';
  /** Whether it lets pass what the observed server lets pass (the default), or refuses what the documents say is refused. */
  readonly refusals?: 'observed' | 'documented';
  /** How many may be on FL; 1000 if not said. */
  readonly maxContacts?: number;
  /** Challenges everybody after the first CHG whose dialect has it. */
  readonly challenges?: boolean;
  /** What a call to somebody who blocks the caller gets: 217 as observed (the default), or 216. */
  readonly blockedCall?: 216 | 217;
  /**
   * Two observed faults: `REM FL` from a group takes one off the other's reverse list too, and a later removal gets 216;
   * of two who add somebody offline within a second, only the later is kept.
   */
  readonly lossyReverseList?: boolean;
  readonly policy?: string;
  /** Ports that are not to be chosen by the system. */
  readonly ports?: {
    readonly dispatch?: number;
    readonly notification?: number;
    readonly switchboard?: number;
    readonly login?: number;
    readonly gateway?: number;
  };
  readonly gateway?: GatewayRules;
  /** The time tickets run out by. */
  readonly now?: () => number;
}

export class MsnServerDouble {
  readonly journal = new Journal();
  readonly faults = new Faults();
  readonly world: World;
  readonly login: PassportServer;
  /** Stands before the notification server and the switchboard, for those who can only speak HTTP. */
  readonly gateway: GatewayServer;
  /** Who is sent to another address than the switchboard's own: to a proxy before it. */
  readonly switchboardAs = new Map<string, string>();
  readonly #certificate: Certificate | undefined;
  readonly #dispatch: Listener | undefined;
  readonly #notification: Listener;
  readonly #switchboard: Listener;
  #connections = 0;

  static async start(options: MsnServerOptions): Promise<MsnServerDouble> {
    const certificate = options.login === 'http' ? undefined : throwAwayCertificate();
    const server = new MsnServerDouble(options, certificate);
    await server.comeBack();
    return server;
  }

  private constructor(options: MsnServerOptions, certificate: Certificate | undefined) {
    const { ports = {}, ticketForm = 'bare', acknowledgements = 'always' } = options;
    const documented = options.refusals === 'documented';
    this.#certificate = certificate;
    this.world = new World(options.accounts, options.now ?? Date.now);
    this.login = new PassportServer(this.world, this.journal, { certificate, ticketForm, port: ports.login ?? 0 });
    const surroundings: Surroundings = {
      world: this.world,
      switchboardAddress: (address) => this.switchboardAs.get(address) ?? this.#switchboard.address,
      mailSignInUrl: () => this.login.webSignInUrl,
      documented,
      maxContacts: options.maxContacts ?? 1_000,
      challenges: options.challenges ?? false,
      blockedCall: options.blockedCall ?? (documented ? 216 : 217),
      lossyReverseList: options.lossyReverseList ?? false,
    };
    const rules = { dialects: options.dialects ?? [...DIALECTS.keys()], policy: options.policy ?? POLICY };
    const redirectTo = () => this.#notification.address;
    const atNotification = (connection: Connection) => {
      const ownAddress = () => this.#notification.address;
      return new NotificationVisitor(surroundings, connection, { ...rules, redirectTo: undefined, ownAddress });
    };
    const atSwitchboard = (connection: Connection) => {
      return new SwitchboardVisitor(surroundings, connection, { acknowledgements });
    };
    this.#notification = this.#listen('NS', ports.notification, atNotification);
    this.#switchboard = this.#listen('SB', ports.switchboard, atSwitchboard);
    this.gateway = new GatewayServer(this.journal, options.gateway ?? {}, ports.gateway ?? 0, (side, transport) => {
      return this.#connect(side, transport, side === 'SB' ? atSwitchboard : atNotification);
    });
    if (!options.dispatch) return;
    this.#dispatch = this.#listen('DS', ports.dispatch, (connection) => {
      const ownAddress = () => this.#dispatch?.address ?? '';
      return new NotificationVisitor(surroundings, connection, { ...rules, redirectTo, ownAddress });
    });
  }

  /** Where a client begins: the dispatch server if there is one. */
  get host(): string {
    return LOOPBACK;
  }

  get port(): number {
    return (this.#dispatch ?? this.#notification).port;
  }

  get notificationPort(): number {
    return this.#notification.port;
  }

  get switchboardPort(): number {
    return this.#switchboard.port;
  }

  get nexusUrl(): string {
    return this.login.nexusUrl;
  }

  /** The authority behind the login server's certificate; undefined without TLS. */
  get caFile(): string | undefined {
    return this.#certificate?.caFile;
  }

  get ca(): string | undefined {
    return this.#certificate?.certificate;
  }

  /** Everything that went over every connection, oldest first. */
  get log(): readonly LogEntry[] {
    return this.journal.entries;
  }

  /** What clients have sent. */
  get received(): readonly LogEntry[] {
    return this.journal.entries.filter(({ direction }) => direction === 'in');
  }

  /** What clients did that some real server would not stand; a good client leaves it empty. */
  get violations(): readonly Violation[] {
    return this.journal.violations;
  }

  get mark(): number {
    return this.journal.mark;
  }

  waitFor(predicate: (entry: LogEntry) => boolean, options?: WaitOptions): Promise<LogEntry> {
    return this.journal.waitFor(predicate, options);
  }

  isSignedIn(address: string): boolean {
    return this.world.session(address) !== undefined;
  }

  /** Writes any line to a signed-in user's notification connection, with its length added if it has a payload. */
  tell(address: string, line: string, payload?: Buffer | string): void {
    const session = this.#session(address);
    if (payload === undefined) session.send(line);
    else session.sendPayload(Buffer.from(payload), line);
  }

  /** Ends a user's session the way the server does: OTH signed in elsewhere, SSD going down, RCT come back in so many minutes … */
  signOut(address: string, reason: 'OTH' | 'SSD' | 'MIG' | 'TOU' | `RCT ${number}`): void {
    this.tell(address, `OUT ${reason}`);
    this.#session(address).connection.close();
  }

  /** Cuts a user's notification connection without a word. */
  cut(address: string): void {
    this.#session(address).connection.destroy();
  }

  challenge(address: string, text = '15570131571988941333'): void {
    challenge(this.#session(address), text);
  }

  /** Everybody online is told that the server goes down, and so is whoever comes online from now on. */
  announceShutDown(minutes: number): void {
    this.world.shutDownIn = minutes;
    for (const session of this.world.sessions) if (session.presence) sendShutDownWarning(session, minutes);
  }

  /** Puts everybody out. Nobody gets in again before `endMaintenance`: signing in is refused with 500. */
  shutDown(): void {
    this.announceShutDown(0);
    const sessions = [...this.world.sessions];
    for (const session of sessions) {
      session.send('OUT', 'SSD');
      // Nobody is left to be told that somebody goes.
      session.presence = undefined;
    }
    for (const session of sessions) session.connection.close();
  }

  endMaintenance(): void {
    this.world.shutDownIn = undefined;
  }

  /** Mail comes for somebody who has a mailbox; who is signed in is told. */
  deliverMail(address: string, mail: Mail): void {
    deliverMail(this.#account(address), this.world.session(address), mail);
  }

  /** Somebody reads, moves or deletes mail in a browser. */
  moveMail(address: string, moved: MovedMail): void {
    moveMail(this.#account(address), this.world.session(address), moved);
  }

  /** An alert of some service (NOT). */
  alert(address: string, text: string): void {
    this.tell(address, 'NOT', alertDocument(this.#account(address), text));
  }

  /** A message from a telephone (IPG). */
  page(address: string, from: string, text: string): void {
    this.tell(address, 'IPG', pageDocument(this.#account(address), from, text));
  }

  /** Every conversation ends as one in which nobody speaks. */
  idleOut(): void {
    for (const room of this.world.rooms.values()) room.idleOut();
  }

  /** So many rings for one user, each to a room of its own where nobody is. */
  flood(address: string, from: string, rings: number): void {
    const { account, dialect, presence } = this.#session(address);
    const capabilities = presence?.capabilities ?? '0';
    for (let ring = 0; ring < rings; ring += 1) {
      const room = this.world.newRoom();
      const ticket = this.world.issueSwitchboardTicket({ address: account.address, dialect, capabilities, room });
      const name = this.world.account(from)?.name ?? from;
      this.tell(
        address,
        `RNG ${room.id} ${this.#switchboard.address} CKI ${ticket} ${from} ${encodeURIComponent(name)}`,
      );
    }
  }

  /** Every server closes its port and drops whom it had. */
  async goDown(): Promise<void> {
    await Promise.all(this.#listeners().map((listener) => listener.close()));
  }

  /** Under the same port numbers as before. */
  async comeBack(): Promise<void> {
    await Promise.all(this.#listeners().map((listener) => listener.open()));
  }

  async stop(): Promise<void> {
    await this.goDown();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #listeners(): Pick<Listener, 'open' | 'close'>[] {
    const front = this.#dispatch ? [this.#dispatch] : [];
    return [this.#notification, this.#switchboard, ...front, this.login, this.gateway];
  }

  #listen(side: Side, port: number | undefined, visitorOf: (connection: Connection) => Visitor): Listener {
    return new Listener((socket) => {
      carryOverTcp(socket, (transport) => this.#connect(side, transport, visitorOf));
    }, port);
  }

  #connect(side: Side, transport: Transport, visitorOf: (connection: Connection) => Visitor): Connection {
    this.#connections += 1;
    const connection = new Connection(this.#connections, side, transport, this.journal, this.faults);
    connection.attach(visitorOf(connection));
    return connection;
  }

  #account(address: string): Account {
    const account = this.world.account(address);
    if (!account) throw new Error(`${address} is nobody`);
    return account;
  }

  #session(address: string): Session {
    const session = this.world.session(address);
    if (!session) throw new Error(`${address} is not signed in`);
    return session;
  }
}
