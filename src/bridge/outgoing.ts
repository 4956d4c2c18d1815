// A chat's messages on their way to the network, piece by piece: intent, outcome, patience. Knows what may be sent again
// and what never may; not rooms.

import type { Clock } from './clock.ts';
import { BridgeError } from './errors.ts';
import type { Content, MatrixMessage } from './events.ts';
import type { Deletions } from './deletions.ts';
import type { EventId, MatrixUserId } from './ids.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { Delivery } from './network.ts';
import { failureOf, noLongerSignedIn, notCarried, tooOld } from './outcomes.ts';
import type { Receipts } from './receipts.ts';
import type { Outcome } from './runner.ts';
import type { Journal, JournalRow, PortalRecord } from './store.ts';
import type { Failure } from './telling.ts';

const LOOK_AGAIN_MS = 1_000;
/** Whoever waits is woken when the login is back; a network that is too busy is not to be asked all the time. */
const LONGEST_LOOK_MS = 30_000;
/** A sender who has waited so long is shown that it is under way. */
const SLOW_MS = 5_000;

/** The chat as it is when a message leaves. */
export interface Destination {
  readonly login: Login;
  readonly record: PortalRecord;
  /** The ghosts of those who get what is said. */
  readonly listeners: readonly MatrixUserId[];
}

/** A message on its way, or what has not left of it yet. */
export interface Departure {
  readonly row: JournalRow;
  readonly event: MatrixMessage;
  /** Since when it is wanted. */
  readonly since: Date;
  /** The pieces before this one have left in an earlier attempt. */
  readonly from: number;
  /** What this attempt began with: the event itself, or a tap that asked for another one. */
  readonly attempt: EventId;
  /** The offer that was tapped. */
  readonly taken?: EventId;
}

export interface OutgoingParts {
  readonly journal: Pick<Journal, 'intend' | 'settlePiece'>;
  readonly receipts: Pick<Receipts, 'pending'>;
  readonly deletions: Pick<Deletions, 'take'>;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  /** A message that cannot be carried waits so long, then fails visibly: later it would come too late. */
  readonly patienceMs: number;
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

  constructor(parts: OutgoingParts) {
    this.#parts = parts;
  }

  async carry(departure: Departure, to: Destination): Promise<Outcome> {
    const { row, event, from, attempt, taken } = departure;
    if (row.pieces.length === 0 && this.#parts.deletions.take(event.id, event.sender)) {
      this.#parts.log.info({ event: event.id }, 'message deleted before it went out');
      return { type: 'done' };
    }
    const pieces =
      row.pieces.length > 0
        ? row.pieces.map((piece) => piece.content)
        : to.login.client.split(event.content).slice(from);
    const hand = (this.#inHand = this.#inHand?.seq === row.seq ? this.#inHand : fromEarlierLife(row));
    if (hand.parts.size === 0 && this.#isTooOld(departure)) return this.#fail(departure, to.login, 0, tooOld());
    if (pieces.length === 0) return this.#couldNotSend(departure, hand, 0, nothingInIt(), to.login);
    const { network } = to.login;
    const slow = this.#parts.clock.after(SLOW_MS, () => {
      if (hand.delays === 0) void this.#parts.receipts.pending(event, network.id, 'It is on its way.');
    });
    let delivered = true;
    try {
      for (const part of pieces.keys()) {
        const outcome = hand.parts.get(part) ?? (await this.#sendPiece(hand, pieces, part, to));
        if (outcome instanceof BridgeError) return await this.#couldNotSend(departure, hand, part, outcome, to.login);
        delivered &&= outcome === 'delivered';
      }
    } finally {
      slow();
    }
    this.#inHand = undefined;
    this.#parts.log.info({ event: event.id, parts: pieces.length }, 'message carried to the network');
    return {
      type: 'carried',
      portal: to.record,
      pairs: pieces.map((_, part) => ({ event: event.id, part: from + part })),
      telling: {
        type: 'carried',
        room: event.room,
        event: event.id,
        network: network.id,
        to: delivered ? to.listeners : [],
        attempt,
        ...(taken !== undefined && { taken }),
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

  #isTooOld({ since }: Departure): boolean {
    return this.#parts.clock.now().getTime() - since.getTime() >= this.#parts.patienceMs;
  }

  async #couldNotSend(
    departure: Departure,
    hand: InHand,
    part: number,
    error: BridgeError,
    login: Login,
  ): Promise<Outcome> {
    if (error.retriable && login.hopeful && !this.#isTooOld(departure)) {
      if (hand.delays === 0) await this.#parts.receipts.pending(departure.event, login.network.id, error.message);
      return { type: 'retry', afterMs: Math.min(LONGEST_LOOK_MS, LOOK_AGAIN_MS * 2 ** hand.delays++) };
    }
    const failure = error.retriable
      ? login.hopeful
        ? tooOld(error)
        : noLongerSignedIn(login.state, login.network.name)
      : failureOf(error, departure.from + part);
    return this.#fail(departure, login, part, failure);
  }

  #fail({ event, from, attempt, taken }: Departure, login: Login, part: number, failure: Failure): Outcome {
    this.#parts.log.info({ event: event.id, reason: failure.reason, part: from + part }, 'message not carried');
    const again = failure.retriable && { again: { login: login.id, from: from + part } };
    const telling = notCarried(event, login.network.id, failure, { attempt, taken, ...again });
    return { type: 'failed', error: failure.reason, telling };
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
