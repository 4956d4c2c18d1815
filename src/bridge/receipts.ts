// Tells people what became of what they said: status, read receipt, sentences. Knows no portals and no journal.

import { assertNever } from './errors.ts';
import type { Content, MatrixEvent } from './events.ts';
import type { EventId, NetworkId, RoomId } from './ids.ts';
import type { Log } from './log.ts';
import type { Matrix, MessageStatus } from './matrix.ts';
import { say } from './say.ts';
import { speak } from './speak.ts';
import type { RetryStore } from './store.ts';
import type { Telling } from './telling.ts';
import { txnId } from './txn-ids.ts';

/** What is tapped to have a message sent again. */
export const AGAIN = '🔁';

export interface ReceiptsParts {
  readonly matrix: Pick<Matrix, 'bot' | 'pieces' | 'send' | 'sendStatus' | 'markRead' | 'react'>;
  readonly retries: Pick<RetryStore, 'put' | 'remove'>;
  readonly log: Log;
}

export class Receipts {
  readonly #parts: ReceiptsParts;
  /** Delays that are just being shown: what comes of it is to be shown after that. */
  readonly #pending = new Map<EventId, Promise<void>>();

  constructor(parts: ReceiptsParts) {
    this.#parts = parts;
  }

  /** It is on its way, and may take a while. Best effort. */
  async pending(event: MatrixEvent, network: NetworkId, sentence: string): Promise<void> {
    const showing = this.#showPending(event, network, sentence).finally(() => this.#pending.delete(event.id));
    this.#pending.set(event.id, showing);
    await showing;
  }

  async #showPending({ room, id }: MatrixEvent, network: NetworkId, sentence: string): Promise<void> {
    try {
      await this.#status(room, id, network, { type: 'pending', sentence }, 'pending');
    } catch (error) {
      this.#parts.log.debug({ event: id, err: error }, 'a delay could not be shown');
    }
  }

  /** May be repeated. */
  async tell(telling: Telling): Promise<void> {
    const { matrix, retries } = this.#parts;
    if (telling.type !== 'replies') {
      if (telling.taken !== undefined) await retries.remove(telling.taken);
      await this.#pending.get(telling.event);
    }
    switch (telling.type) {
      case 'carried': {
        const { room, event, network, to, attempt } = telling;
        const status: MessageStatus = { type: 'success', ...(to.length > 0 && { deliveredTo: to }) };
        await Promise.all([
          this.#status(room, event, network, status, 'success', attempt),
          matrix.markRead(room, event),
        ]);
        return;
      }
      case 'not-carried':
        return this.#tellFailure(telling);
      case 'replies':
        for (const [index, reply] of telling.replies.entries()) await this.#reply(telling, index, reply);
        return;
      default:
        assertNever(telling);
    }
  }

  async #tellFailure(telling: Extract<Telling, { type: 'not-carried' }>): Promise<void> {
    const { matrix, retries } = this.#parts;
    const { room, event, network, sender, failure, attempt, quiet, isShown, again } = telling;
    await this.#status(room, event, network, failure, 'failed', attempt);
    if (quiet) return;
    const sentence = again ? `${failure.sentence} Tap ${AGAIN} to send it again.` : failure.sentence;
    const options = { notice: true, mention: sender, ...(isShown && { replyTo: event }) };
    const notice = await matrix.send(room, matrix.bot, say(sentence), { ...options, txnId: txnId('f', attempt) });
    if (!again) return;
    await retries.put({ notice, room, event, ...again });
    await matrix.react(room, notice, AGAIN, txnId('g', notice));
  }

  async #reply(
    { room, to }: { readonly room: RoomId; readonly to: EventId },
    index: number,
    reply: Content,
  ): Promise<void> {
    await speak(this.#parts.matrix, room, reply, ['b', to, index], { notice: true });
  }

  async #status(
    room: RoomId,
    event: EventId,
    network: NetworkId,
    status: MessageStatus,
    kind: string,
    attempt = event,
  ): Promise<void> {
    await this.#parts.matrix.sendStatus(room, event, network, status, txnId('s', attempt, kind));
  }
}
