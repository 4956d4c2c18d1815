// A chat's messages on their way to the network, piece by piece: intent, outcome, patience. Knows what may be sent again
// and what never may; not rooms.

import { BridgeError } from './errors.ts';
import type { Content, MatrixMessage } from './events.ts';
import type { EventId, MatrixUserId } from './ids.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { Delivery } from './network.ts';
import { failureOf, gaveUp, noLongerSignedIn, notCarried } from './outcomes.ts';
import type { Receipts } from './receipts.ts';
import type { Outcome } from './runner.ts';
import type { Journal, JournalRow, PortalRecord } from './store.ts';

/** A message that cannot be carried now waits so long for its login to come back, then fails visibly. */
export const WAIT_FOR_LOGIN_MS = 5 * 60_000;
const LOOK_AGAIN_MS = 1_000;
/** Whoever waits is woken when the login is back; a network that is too busy is not to be asked all the time. */
const LONGEST_LOOK_MS = 30_000;
const MOST_WITHDRAWN = 100;

/** The chat as it is when a message leaves. */
export interface Destination {
  readonly login: Login;
  readonly record: PortalRecord;
  /** The ghosts of those who get what is said. */
  readonly listeners: readonly MatrixUserId[];
}

export interface OutgoingParts {
  readonly journal: Pick<Journal, 'intend' | 'settlePiece'>;
  readonly receipts: Pick<Receipts, 'pending'>;
  readonly now: () => Date;
  readonly log: Log;
}

/**
 * The user's message that is under way, as this process knows it: the database may have gone away before it heard.
 * `parts`: what became of the pieces that are settled.
 */
interface InHand {
  readonly seq: number;
  readonly parts: Map<number, Delivery | BridgeError>;
  /** How often it could not be sent yet. */
  delays: number;
}

export class Outgoing {
  readonly #parts: OutgoingParts;
  #inHand: InHand | undefined;
  /** Messages that were deleted, perhaps before they went out. */
  readonly #withdrawn = new Set<EventId>();

  constructor(parts: OutgoingParts) {
    this.#parts = parts;
  }

  /** The user has deleted it: if it has not gone out yet, it does not. */
  withdraw(event: EventId): void {
    this.#withdrawn.add(event);
    const [oldest] = this.#withdrawn;
    if (this.#withdrawn.size > MOST_WITHDRAWN && oldest !== undefined) this.#withdrawn.delete(oldest);
  }

  async carry(row: JournalRow, event: MatrixMessage, to: Destination): Promise<Outcome> {
    const { log } = this.#parts;
    if (row.pieces.length === 0 && this.#withdrawn.delete(event.id)) {
      log.info({ event: event.id }, 'message deleted before it went out');
      return { type: 'done' };
    }
    const pieces =
      row.pieces.length > 0 ? row.pieces.map((piece) => piece.content) : to.login.client.split(event.content);
    const hand = (this.#inHand = this.#inHand?.seq === row.seq ? this.#inHand : fromEarlierLife(row));
    if (pieces.length === 0) return this.#couldNotSend(row, hand, event, 0, nothingInIt(), to.login);
    let delivered = true;
    for (const part of pieces.keys()) {
      const outcome = hand.parts.get(part) ?? (await this.#sendPiece(hand, pieces, part, to));
      if (outcome instanceof BridgeError) return this.#couldNotSend(row, hand, event, part, outcome, to.login);
      delivered &&= outcome === 'delivered';
    }
    this.#inHand = undefined;
    log.info({ event: event.id, parts: pieces.length }, 'message carried to the network');
    return {
      type: 'carried',
      portal: to.record,
      pairs: pieces.map((_, part) => ({ event: event.id, part })),
      telling: {
        type: 'carried',
        room: event.room,
        event: event.id,
        network: to.login.network.id,
        to: delivered ? to.listeners : [],
      },
    };
  }

  async #sendPiece(
    { seq, parts }: InHand,
    pieces: readonly Content[],
    part: number,
    { login, record }: Destination,
  ): Promise<Delivery | BridgeError> {
    const { journal } = this.#parts;
    let written = false;
    try {
      const delivery = await login.client.send(record.chat, pieces[part]!, async () => {
        await journal.intend(seq, pieces, part, login.epoch);
        written = true;
      });
      parts.set(part, delivery);
    } catch (error) {
      if (!(error instanceof BridgeError) || error.code === 'database') throw error;
      if (!written) return error;
      // it may not be sent again, whatever it was
      parts.set(part, new BridgeError(error.code, error.message, { cause: error }));
    }
    const outcome = parts.get(part)!;
    if (outcome instanceof BridgeError)
      await journal.settlePiece(seq, part, outcome.code === 'uncertain' ? 'uncertain' : 'failed');
    else if (part < pieces.length - 1) await journal.settlePiece(seq, part, 'accepted');
    return outcome;
  }

  #mayWait(row: JournalRow, event: MatrixMessage, login: Login): boolean {
    const age = this.#parts.now().getTime() - Math.min(row.receivedAt.getTime(), event.at.getTime());
    return login.hopeful && age < WAIT_FOR_LOGIN_MS;
  }

  async #couldNotSend(
    row: JournalRow,
    hand: InHand,
    event: MatrixMessage,
    part: number,
    error: BridgeError,
    login: Login,
  ): Promise<Outcome> {
    const { receipts, log } = this.#parts;
    if (error.retriable && this.#mayWait(row, event, login)) {
      if (hand.delays === 0) await receipts.pending(event, login.network.id, error.message);
      return { type: 'retry', afterMs: Math.min(LONGEST_LOOK_MS, LOOK_AGAIN_MS * 2 ** hand.delays++) };
    }
    const failure = error.retriable
      ? login.hopeful
        ? gaveUp(error)
        : noLongerSignedIn(login.state, login.network.name)
      : failureOf(error, part);
    log.info({ event: event.id, code: error.code, part }, 'message not carried');
    return { type: 'failed', error: error.code, telling: notCarried(event, login.network.id, failure) };
  }
}

/** What is to be thought of a message that this process has not had in hand before. */
function fromEarlierLife({ seq, pieces }: JournalRow): InHand {
  const settled = pieces.flatMap(({ part, state }): [number, Delivery | BridgeError][] => {
    if (state === 'ready') return [];
    if (state === 'accepted') return [[part, 'accepted']];
    if (state === 'failed') return [[part, new BridgeError('not-delivered', 'it was refused.')]];
    // bytes of an earlier life of this process: whether they arrived cannot be known
    return [[part, new BridgeError('uncertain', 'the bridge was restarted while it was being sent.')]];
  });
  return { seq, parts: new Map(settled), delays: 0 };
}

function nothingInIt(): BridgeError {
  return new BridgeError('unsupported', 'There is nothing in it that can be sent.');
}
