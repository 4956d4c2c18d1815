// The people of one login: the contact list, what is asked about it, and what is kept of it for the next session. Knows
// its parts; not how a connection comes to be.

import type { Clock } from '../../bridge/clock.ts';
import { assertNever } from '../../bridge/errors.ts';
import type { RemoteUserId, ServerKey } from '../../bridge/ids.ts';
import type { ClientSink, NetworkLogin, RequestAnswer } from '../../bridge/network.ts';
import type { ContactChange } from '../../msnp/contacts.ts';
import type { DialectName } from '../../msnp/dialect.ts';
import type { NotificationCommand, SessionEvent } from '../../msnp/notification-types.ts';
import type { MailPage, PageName } from '../../msnp/service-types.ts';
import type { CachedRoster } from '../../msnp/roster.ts';
import { Asking } from './asking.ts';
import type { Question } from './asking.ts';
import { addressOfUser, requestId, userId } from './ids.ts';
import { Memory } from './memory.ts';
import { Roster } from './roster.ts';

/** What the server tells about people, and about what was asked. */
export type PeopleEvent =
  | Extract<
      SessionEvent,
      {
        type:
          | 'roster'
          | 'status-changed'
          | 'personal-message-changed'
          | 'request-done'
          | 'request-refused'
          | 'page-granted';
      }
    >
  | ContactChange;

export interface PeopleParts {
  readonly server: ServerKey;
  readonly login: Pick<NetworkLogin, 'user' | 'memory'>;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly sink: Pick<ClientSink, 'event' | 'remember'>;
  /** A sentence for the user. */
  readonly say: (text: string) => void;
  /** The number of the connection. */
  readonly epoch: () => number;
  /** Undefined while not signed in. */
  readonly send: () => ((command: NotificationCommand) => void) | undefined;
}

const QUESTIONS = { accept: 'allow-contact', add: 'add-contact', block: 'block-contact' } as const;

export class People {
  readonly roster: Roster;
  readonly #parts: PeopleParts;
  readonly #memory: Memory;
  readonly #asking = new Asking();

  constructor(parts: PeopleParts) {
    const { server, login, clock, sink, say } = parts;
    this.#parts = parts;
    this.#memory = new Memory(login.memory, (memory) => sink.remember(memory));
    this.roster = new Roster({
      server,
      known: this.#memory.list,
      clock,
      onRequest: (address, name) => this.#onRequest(address, name),
      emit: (event) => sink.event(event),
      say,
    });
  }

  /** The login has been signed in before. */
  get areKnown(): boolean {
    return this.#memory.hasSignedIn;
  }

  /** The list as it stands, for a server that says that it still is so. */
  get cached(): CachedRoster | undefined {
    return this.#memory.cached(this.roster);
  }

  /**
   * Asks the server to change something; resolves when it is done, throws `BridgeError` when it is not.
   * @param send over which connection; by default the one that is signed in.
   */
  async ask(question: Question, send = this.#parts.send()): Promise<void> {
    await this.#asking.ask(question, send);
  }

  /** Where a page of the service is. Throws `BridgeError` when the server does not say. */
  async askForPage(page: PageName, argument: string | undefined): Promise<MailPage | undefined> {
    const question = { type: 'request-page', page, ...(argument !== undefined && { argument }) } as const;
    return this.#asking.ask(question, this.#parts.send());
  }

  /** How the user answers somebody who asked to be let in. */
  async answer(user: RemoteUserId, answer: RequestAnswer): Promise<void> {
    const address = addressOfUser(user);
    await this.ask({ type: QUESTIONS[answer], address });
  }

  onConnected(dialect: DialectName, serial: string): void {
    this.#memory.onConnected(dialect, serial, this.roster);
  }

  /** The connection is gone, and with it all answers. */
  onEnd(): void {
    this.roster.rest();
    this.#memory.onEnd(this.roster);
    this.#asking.end();
  }

  onEvent(event: PeopleEvent): void {
    switch (event.type) {
      case 'roster':
        return this.roster.onRoster(event);
      case 'status-changed':
        return this.roster.onStatus(event);
      case 'personal-message-changed':
        return this.roster.onPersonalMessage(event);
      case 'list-changed':
        return this.roster.onListChange(event);
      case 'contact-renamed':
        return; // what a list calls somebody may be meant for its owner only; the name that counts comes with presence
      case 'contact-grouped':
      case 'contact-property-changed':
      case 'own-property-changed':
      case 'group-added':
      case 'group-renamed':
      case 'group-removed':
      case 'privacy-changed':
        return this.roster.onChange(event);
      case 'page-granted':
        return this.#asking.onGranted(event.request, event.page);
      case 'request-done':
        return this.#asking.onDone(event.request);
      case 'request-refused':
        return this.#asking.onRefused(event);
      default:
        assertNever(event);
    }
  }

  #onRequest(address: string, name: string): void {
    const { server, login, clock, sink, epoch } = this.#parts;
    sink.event({
      type: 'contact-request',
      user: userId(server, address),
      address,
      name,
      id: requestId(login.user, epoch(), address),
      at: clock.now(),
    });
  }
}
