// One attempt to be signed in, from the first dialling to the end: redirects, the ticket, and how it ended in plain
// words. Knows no contacts and no chats.

import type { Cancel, Clock } from '../../bridge/clock.ts';
import { assertNever } from '../../bridge/errors.ts';
import type { Log } from '../../bridge/log.ts';
import type { WantedPresence } from '../../bridge/network.ts';
import type { Secret } from '../../bridge/secret.ts';
import { digestOf } from '../../msnp/auth-md5.ts';
import type { TweenerCommand, TweenerEvent } from '../../msnp/auth-tweener-types.ts';
import { TweenerSession } from '../../msnp/auth-tweener.ts';
import type { DialectName } from '../../msnp/dialect.ts';
import type { NotificationCommand, SessionEvent } from '../../msnp/notification-types.ts';
import { NotificationSession } from '../../msnp/notification.ts';
import type { CachedRoster } from '../../msnp/roster.ts';
import { Driver } from './driver.ts';
import type { End } from './driver.ts';
import { isTicketRefusal, proofRefused, signInRefused } from './errors.ts';
import type { Verdict } from './errors.ts';
import type { Wire } from './io.ts';
import { HIDDEN, OwnPresence } from './own-presence.ts';
import type { OwnPresenceParts } from './own-presence.ts';
import type { ServerProfile } from './profile.ts';
import { UntrustedHost } from './trusted-hosts.ts';

export interface ConnectionParts {
  readonly profile: ServerProfile;
  /** As the server spells it: it compares letter by letter at sign-in. */
  readonly address: string;
  readonly password: Secret;
  /** How the user is to be seen. */
  readonly wanted: WantedPresence;
  /** The contact list as it was, for a server that says that it still is so. */
  readonly cached: CachedRoster | undefined;
  /**
   * A ticket that the server does not accept is taken for a ticket that died on the way, not for a wrong password:
   * the address and the password were good before.
   */
  readonly mayForgive: boolean;
  readonly io: Wire;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly log: Log;
  /** Everything that the server tells except for what concerns signing in. */
  readonly onEvent: (event: SessionEvent) => void;
  /** Asks the server over this connection; resolves when it is done, throws `BridgeError` when it is not. */
  readonly ask: OwnPresenceParts['ask'];
  readonly tell: OwnPresenceParts['tell'];
  /** Our status stands: the login is connected. */
  readonly onConnected: (dialect: DialectName, serial: string) => void;
  /** Called once; nothing follows. */
  readonly onEnd: (ending: Ending) => void;
}

export interface Ending extends Verdict {
  /** The end came of a ticket that was not accepted. */
  readonly ticketRefused: boolean;
}

const MAX_REDIRECTS = 3;
const SIGN_IN_MS = 90_000;
const GOODBYE_MS = 3_000;
/** Nobody means more who sends us away for a while. */
const LONGEST_AWAY_MS = 24 * 3_600_000;

export class Connection {
  readonly #parts: ConnectionParts;
  readonly #own: OwnPresence;
  #driver: Driver<NotificationCommand, SessionEvent> | undefined;
  #login: Driver<TweenerCommand, TweenerEvent> | undefined;
  /** To the server that we talk to now. */
  #ticketShown = false;
  #deadline: Cancel | undefined;
  #redirect: { readonly host: string; readonly port: number } | undefined;
  #redirects = 0;
  #dialect: DialectName | undefined;
  #serial = '';
  #connected = false;
  #verdict: Ending | undefined;
  #ended = false;
  #goodbye: Promise<void> | undefined;
  #onEnded: (() => void) | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#own = new OwnPresence({
      ...parts,
      setStatus: (status) => this.command({ type: 'set-status', status }),
      onStands: () => this.#onStatusStands(),
    });
  }

  get isConnected(): boolean {
    return this.#connected && this.#verdict === undefined;
  }

  get dialect(): DialectName | undefined {
    return this.#dialect;
  }

  start(): void {
    const { host, port } = this.#parts.profile.notification;
    this.#deadline = this.#parts.clock.after(SIGN_IN_MS, () => {
      this.#endWith({ kind: 'server-down', sentence: `${this.#server} took too long to sign in.` });
    });
    this.#dial(host, port);
  }

  command(command: NotificationCommand): void {
    this.#driver?.command(command);
  }

  /** The user is to be seen otherwise. Resolves when the server has taken it. Throws `BridgeError`. */
  async want(wanted: WantedPresence): Promise<void> {
    await this.#own.want(wanted);
  }

  /** Resolves when the connection is closed. */
  signOut(): Promise<void> {
    this.#goodbye ??= this.#ended ? Promise.resolve() : this.#signOut();
    return this.#goodbye;
  }

  async #signOut(): Promise<void> {
    const ended = new Promise<void>((resolve) => (this.#onEnded = resolve));
    this.#verdict ??= { kind: 'logged-out', sentence: 'You are signed out.', ticketRefused: false };
    this.#login?.destroy();
    const cancel = this.#parts.clock.after(GOODBYE_MS, () => this.#driver?.destroy());
    if (this.#driver?.isOpen === true) this.#driver.command({ type: 'sign-out' });
    else this.#driver?.destroy();
    await ended;
    cancel();
  }

  get #server(): string {
    return this.#parts.profile.name;
  }

  #dial(host: string, port: number): void {
    this.#ticketShown = false;
    const { profile, address, cached, io, clock, log } = this.#parts;
    const { dialects } = profile;
    const driver = new Driver({
      session: new NotificationSession({ address, dialects, cached, initialStatus: HIDDEN }),
      io,
      clock,
      log,
      onEvent: (event) => this.#onEvent(event),
      onEnd: (end) => this.#onDriverEnd(end),
    });
    this.#driver = driver;
    driver.open(host, port, ({ keepsWatch }) => ({ type: 'sign-in', pings: !keepsWatch }));
  }

  #onEvent(event: SessionEvent): void {
    switch (event.type) {
      case 'redirected':
        // in the middle of a session: the next one begins where they all begin, and is sent on from there
        if (this.#dialect !== undefined)
          this.#endWith(signedOut({ type: 'signed-out', reason: 'moved' }, this.#server));
        else this.#redirect = { host: event.host, port: event.port };
        return;
      case 'ticket-wanted':
        this.#prove(event.proof, event.challenge);
        return;
      case 'signed-in':
        this.#dialect = event.dialect;
        return;
      case 'sign-in-refused':
        this.#onRefused(event.code);
        return;
      case 'status-set':
        this.#own.onStatus(event.status);
        return;
      case 'signed-out':
        this.#endWith(signedOut(event, this.#server));
        return;
      case 'timed-out':
        this.#parts.log.info({ step: event.step }, 'server did not answer in time');
        this.#endWith(this.#lost(`${this.#server} did not answer in time.`));
        return;
      case 'roster':
        this.#serial = event.serial;
        this.#parts.onEvent(event);
        return;
      case 'own-nick':
        this.#own.onNick(event.nick);
        this.#parts.onEvent(event);
        return;
      case 'command-refused':
        if (event.verb === 'CHG') this.#own.onRefused(event.code);
        this.#parts.onEvent(event);
        // our answer to its challenge: another attempt would be asked the same
        if (event.verb === 'QRY') this.#endWith(proofRefused(event.code, this.#server));
        return;
      case 'status-changed':
      case 'personal-message-changed':
      case 'list-changed':
      case 'switchboard-granted':
      case 'switchboard-refused':
      case 'rung':
      case 'maintenance':
      case 'contact-grouped':
      case 'contact-renamed':
      case 'contact-property-changed':
      case 'own-property-changed':
      case 'group-added':
      case 'group-renamed':
      case 'group-removed':
      case 'privacy-changed':
      case 'request-done':
      case 'request-refused':
      case 'profile':
      case 'mail-counted':
      case 'mail-arrived':
      case 'mail-moved':
      case 'offline-messages':
      case 'page-granted':
      case 'alert':
      case 'alert-lost':
        this.#parts.onEvent(event);
        return;
      default:
        assertNever(event);
    }
  }

  #onStatusStands(): void {
    if (this.#connected || this.#dialect === undefined) return;
    this.#connected = true;
    this.#deadline?.();
    this.#parts.onConnected(this.#dialect, this.#serial);
  }

  #prove(proof: 'ticket' | 'digest', challenge: string): void {
    if (proof === 'ticket') this.#fetchTicket(challenge);
    else this.command({ type: 'ticket', ticket: digestOf(challenge, this.#parts.password.reveal()) });
  }

  /** A ticket lives for half a minute: each connection gets its own. */
  #fetchTicket(challenge: string): void {
    const { profile, address, password, io, clock, log } = this.#parts;
    const login = new Driver<TweenerCommand, TweenerEvent>({
      session: new TweenerSession({
        address,
        password: password.reveal(),
        ...(profile.nexusUrl !== undefined && { nexusUrl: profile.nexusUrl }),
        ...(profile.loginUrl !== undefined && { loginUrl: profile.loginUrl }),
      }),
      io,
      clock,
      log,
      onEvent: (event) => this.#onTicketNews(event),
      onEnd: () => undefined,
    });
    this.#login = login;
    login.command({ type: 'start', challenge });
  }

  #onTicketNews(event: TweenerEvent): void {
    switch (event.type) {
      case 'ticket':
        this.#ticketShown = true;
        this.command({ type: 'ticket', ticket: event.ticket });
        return;
      case 'refused': {
        const said = event.text === undefined ? '' : ` It says: ${event.text}`;
        this.#endWith({
          kind: 'bad-credentials',
          sentence: `${this.#server} refused the address or the password.${said}`,
        });
        return;
      }
      case 'unavailable':
        this.#parts.log.warn({ reason: event.reason }, 'no ticket to be had');
        this.#endWith({
          kind: 'server-down',
          sentence: `The sign-in service of ${this.#server} does not work just now.`,
        });
    }
  }

  #onRefused(code: number): void {
    this.#parts.log.info({ code }, 'sign-in refused');
    // where nothing but the password was shown, or nothing yet, the same code means just that
    const ticketRefused = this.#ticketShown && isTicketRefusal(code);
    if (ticketRefused && this.#parts.mayForgive) {
      this.#endWith({ kind: 'disconnected', sentence: `${this.#server} did not accept our ticket.` }, ticketRefused);
    } else {
      this.#endWith(signInRefused(code, this.#server), ticketRefused);
    }
  }

  /** Notes how it ends, and ends it. The first word counts. */
  #endWith(verdict: Verdict, ticketRefused = false): void {
    this.#verdict ??= { ...verdict, ticketRefused };
    this.#driver?.close();
  }

  #onDriverEnd(end: End): void {
    if (this.#redirect && this.#verdict === undefined) return this.#follow(this.#redirect);
    if (end.type === 'unreachable') {
      this.#verdict ??= { ...this.#explain(end.error), ticketRefused: false };
    } else {
      if (end.error) this.#parts.log.warn({ err: end.error }, 'notification server broke the protocol');
      const broken = end.silent ? 'could not be reached' : 'closed the connection';
      const said = end.error ? 'sent something that makes no sense' : broken;
      this.#verdict ??= { ...this.#lost(`${this.#server} ${said}.`), ticketRefused: false };
    }
    this.#ended = true;
    this.#own.end();
    this.#deadline?.();
    this.#login?.destroy();
    this.#parts.onEnd(this.#verdict);
    this.#onEnded?.();
  }

  #explain(error: Error): Verdict {
    const reason = error.message;
    if (error instanceof UntrustedHost) {
      this.#parts.log.warn({ reason }, 'server sends us to a host that it is not trusted with');
      const sentence = `${this.#server} sends us to a host that the bridge does not trust it with. Its administrator can change that.`;
      return { kind: 'server-down', sentence };
    }
    this.#parts.log.info({ reason }, 'server could not be reached');
    return { kind: 'server-down', sentence: `${this.#server} could not be reached.` };
  }

  #follow({ host, port }: { readonly host: string; readonly port: number }): void {
    this.#redirect = undefined;
    this.#redirects += 1;
    this.#parts.log.debug({ redirects: this.#redirects }, 'sent on to another notification server');
    if (this.#redirects <= MAX_REDIRECTS) return this.#dial(host, port);
    this.#verdict = {
      kind: 'server-down',
      sentence: `${this.#server} sends us round in circles.`,
      ticketRefused: false,
    };
    this.#onDriverEnd({ type: 'closed', silent: false });
  }

  /** Before we were connected the server is to blame; afterwards anything may be. */
  #lost(sentence: string): Verdict {
    return { kind: this.#connected ? 'disconnected' : 'server-down', sentence };
  }
}

function signedOut(event: Extract<SessionEvent, { type: 'signed-out' }>, server: string): Verdict {
  switch (event.reason) {
    case 'elsewhere':
      return { kind: 'signed-in-elsewhere', sentence: `Your account has signed in to ${server} from another place.` };
    case 'shutdown':
      return { kind: 'server-down', sentence: `${server} is shutting down.` };
    case 'moved': {
      const { minutes } = event;
      if (minutes === undefined) return { kind: 'disconnected', sentence: `${server} asks us to come back.` };
      return {
        kind: 'disconnected',
        sentence: `${server} asks us to come back ${minutes === 1 ? 'in a minute' : `in ${minutes} minutes`}.`,
        afterMs: Math.min(minutes * 60_000, LONGEST_AWAY_MS),
      };
    }
    case 'terms':
      return { kind: 'refused', sentence: `${server} wants you to accept its terms of use first.` };
    case 'unknown':
      return { kind: 'disconnected', sentence: `${server} ended the session.` };
    default:
      return assertNever(event.reason);
  }
}
