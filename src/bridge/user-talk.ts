// What is said in the room of a chat, and what becomes of it: carried, refused in a sentence, or sent again. Knows who may
// speak; not rooms, nor how anything is sent.

import { assertNever, BridgeError } from './errors.ts';
import type { MatrixMessage, Talk } from './events.ts';
import type { MatrixUserId, RemoteUserId } from './ids.ts';
import type { Login } from './login.ts';
import type { Matrix } from './matrix.ts';
import {
  deletedHereOnly,
  mistaken,
  nothingToSend,
  notCarried,
  notPermitted,
  strangerInPortal,
  unreadable,
  unsupported,
} from './outcomes.ts';
import { type Departure, type Destination, Outgoing, type OutgoingParts } from './outgoing.ts';
import { AGAIN } from './receipts.ts';
import type { Outcome } from './runner.ts';
import type { Journal, JournalRow, RetryStore } from './store.ts';
import type { Failure } from './telling.ts';
import { worded } from './wording.ts';

export interface UserTalkParts extends OutgoingParts {
  readonly matrix: Pick<Matrix, 'bot' | 'ghostId' | 'quote' | 'read'>;
  readonly journal: OutgoingParts['journal'] & Pick<Journal, 'wasCarried'>;
  readonly retries: Pick<RetryStore, 'find'>;
  readonly mayUse: (user: MatrixUserId) => boolean;
  /** The room will not do any more: the chat goes on in another. */
  readonly leaveRoom: () => Promise<void>;
}

/** The chat as it is just now. `people`: who is in it besides the user. */
export interface Chat extends Destination {
  readonly people: readonly { readonly user: RemoteUserId; readonly name: string }[];
}

export class UserTalk {
  readonly #parts: UserTalkParts;
  readonly #chat: () => Chat;
  readonly #outgoing: Outgoing;
  /** Sentences that are said once in a room, not for every message. */
  readonly #said = new Set<string>();

  constructor(parts: UserTalkParts, chat: () => Chat) {
    this.#parts = parts;
    this.#chat = chat;
    this.#outgoing = new Outgoing(parts);
  }

  /** The chat has another room. */
  beginAnew(): void {
    this.#said.clear();
  }

  get #login(): Login {
    return this.#chat().login;
  }

  async carry(row: JournalRow, event: Talk): Promise<Outcome> {
    try {
      if (event.sender !== this.#login.matrixUser) return this.#refuseStranger(event);
      if (!this.#parts.mayUse(event.sender)) return this.#refuse(event, notPermitted(), 'not permitted');
      return await this.#carryOwn(row, event);
    } catch (error) {
      if (error instanceof BridgeError && error.retriable) throw error;
      this.#parts.log.error({ err: error, event: event.id }, 'message could not be carried to the network');
      return { type: 'failed', error: 'bug', telling: notCarried(event, this.#login.network.id, mistaken()) };
    }
  }

  async #carryOwn(row: JournalRow, event: Talk): Promise<Outcome> {
    switch (event.type) {
      case 'message':
        return this.#carryMessage(row, event);
      case 'reaction':
        return this.#carryReaction(row, event);
      case 'unsupported':
        return this.#refuse(event, unsupported(event.what, this.#login.network.name));
      case 'redaction':
        return this.#refuseDeletion(event);
      case 'encrypted':
        return this.#abandon(event);
      default:
        return assertNever(event);
    }
  }

  async #carryMessage(row: JournalRow, event: MatrixMessage, more?: Partial<Departure>): Promise<Outcome> {
    const nameOf = (user: MatrixUserId): string | undefined => this.#nameOf(user);
    // what has begun to go out stays as it is
    const content = row.pieces.length > 0 ? event.content : await worded(event, this.#parts.matrix, nameOf);
    const since = event.at < row.receivedAt ? event.at : row.receivedAt;
    const departure = { row, since, from: 0, attempt: event.id, ...more, event: { ...event, content } };
    return this.#outgoing.carry(departure, this.#chat());
  }

  /** Somebody taps what was said of a message that was not carried: it is sent again. No other reaction is carried. */
  async #carryReaction(row: JournalRow, event: Extract<Talk, { type: 'reaction' }>): Promise<Outcome> {
    const { retries, matrix } = this.#parts;
    const offer = event.key === AGAIN ? await retries.find(event.to) : undefined;
    if (offer === undefined) return this.#refuse(event, unsupported('a reaction', this.#login.network.name));
    const message = await matrix.read(offer.room, offer.event);
    if (message?.sender !== event.sender) return this.#refuse(event, nothingToSend());
    const { from, notice: taken } = offer;
    return this.#carryMessage(row, message, { since: event.at, from, attempt: event.id, taken });
  }

  /** What people on the network call a ghost. */
  #nameOf(ghost: MatrixUserId): string | undefined {
    const { login, record, people } = this.#chat();
    const named = [
      ...login.roster().contacts.map(({ id, name }) => ({ user: id, name })),
      ...(record.participants ?? people),
    ];
    const { matrix } = this.#parts;
    return named.find(({ user }) => matrix.ghostId({ network: login.network.id, user }) === ghost)?.name;
  }

  /** `once`: the sentence is said only the first time in this room; the status always. */
  #refuse(event: Talk, failure: Failure, once?: string): Outcome {
    const quiet = once !== undefined && this.#said.has(once);
    if (once !== undefined) this.#said.add(once);
    const telling = notCarried(event, this.#login.network.id, failure, { quiet });
    return { type: 'failed', error: failure.reason, telling };
  }

  /** Nobody speaks for the login but its user. */
  #refuseStranger(event: Talk): Outcome {
    if (event.type === 'redaction') return { type: 'done' };
    const once = `stranger ${event.sender}`;
    // no bot answers another
    if (event.type === 'message' && event.notice === true) this.#said.add(once);
    return this.#refuse(event, strangerInPortal(this.#login.matrixUser), once);
  }

  /** Only what went over to the other side is still there. */
  async #refuseDeletion(event: Extract<Talk, { type: 'redaction' }>): Promise<Outcome> {
    if (!(await this.#parts.journal.wasCarried(this.#chat().record, event.of))) return { type: 'done' };
    return this.#refuse(event, deletedHereOnly(this.#login.network.name), 'deleted here only');
  }

  /** A room that was encrypted stays so: the chat goes on in another. */
  async #abandon(event: Extract<Talk, { type: 'encrypted' }>): Promise<Outcome> {
    const outcome = this.#refuse(event, unreadable());
    await this.#parts.leaveRoom();
    return outcome;
  }
}
